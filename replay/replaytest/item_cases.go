package replaytest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/reverie-rl/reverie/replay"
)

// consumed is a configuration from which every item is sampled once, in the order of the inserts.
var consumed = replay.ItemConfig{Layout: itemLayout, Sampler: nil, MaxTimesSampled: 1, Context: 2}

// openConsumed opens a memory that is emptied by sampling it.
func openConsumed(t *testing.T, open OpenItems) Items {
	t.Helper()
	items, err := open(func() replay.ItemConfig {
		config := consumed
		config.Sampler = replay.Oldest()
		return config
	})
	noError(t, err)
	return items
}

// drain samples all items and returns the first row and the steps of each.
func drain(t *testing.T, items Items) [][2]int {
	t.Helper()
	var spans [][2]int
	batch := replay.NewBatch(itemLayout, 1, replay.View{Length: 100})
	for items.MaySample(1) {
		noError(t, items.Sample(t.Context(), batch))
		steps := 0
		for _, real := range batch.Mask {
			steps += int(real)
		}
		spans = append(spans, [2]int{int(batch.Observation[0]), steps})
	}
	return spans
}

// testPatterns lists the items that each pattern makes of episodes of 7, 2 and 0 steps.
func testPatterns(t *testing.T, open OpenItems) {
	for _, test := range []struct {
		name    string
		pattern replay.Pattern
		want    [][2]int
	}{
		{"n-step", replay.NStep(3), [][2]int{{10, 3}, {11, 3}, {12, 3}, {13, 3}, {14, 3}, {15, 2}, {16, 1}, {20, 2}, {21, 1}}},
		{"windows", replay.Windows(3, 3), [][2]int{{10, 3}, {13, 3}, {14, 3}, {20, 2}}},
		{"overlapping windows", replay.Windows(4, 2), [][2]int{{10, 4}, {12, 4}, {13, 4}, {20, 2}}},
		{"windows that fit", replay.Windows(7, 7), [][2]int{{10, 7}, {20, 2}}},
		{"windows apart", replay.Windows(2, 4), [][2]int{{10, 2}, {14, 2}, {15, 2}, {20, 2}}},
		{"episodes", replay.Episodes(), [][2]int{{10, 7}, {20, 2}}},
		{"manual", replay.Manual(3), nil},
	} {
		items := openConsumed(t, open)
		writer := mustWriter(t, items, test.pattern)
		episode(t, writer, 10, 7)
		episode(t, writer, 20, 2)
		episode(t, writer, 30, 0)
		if diff := cmp.Diff(test.want, drain(t, items)); diff != "" {
			t.Errorf("%s: items differ: %s", test.name, diff)
		}
	}
}

// testSlices draws slices of an episode of 20 steps: uniform over their beginnings, with the steps
// before them as burn-in.
func testSlices(t *testing.T, open OpenItems) {
	items := mustOpen(t, open, replay.ItemConfig{Layout: itemLayout, Context: 2})
	episode(t, mustWriter(t, items, replay.Episodes()), 100, 20)
	batch := replay.NewBatch(itemLayout, 500, replay.View{Length: 16, BurnIn: 2})
	counts := map[float32]int{}
	for range 10 {
		noError(t, items.Sample(t.Context(), batch))
		for k, d := range batch.Drawn {
			row := batch.Observation[k*19+2]
			counts[row]++
			if row != float32(100+d.First) {
				t.Fatalf("the slice from step %d begins at observation %v", d.First, row)
			}
			if before := batch.Observation[k*19+1]; before != row-1 && (row != 100 || before != 0) {
				t.Fatalf("observation %v comes before %v", before, row)
			}
		}
	}
	if len(counts) != 5 {
		t.Errorf("slices begin at %v, want 100 to 104", counts)
	}
	expectUniform(t, counts)
}

// testItemTransitionsByHand plays the episode 10, 11, 12, 13 with rewards 1, 2, 4, terminated.
func testItemTransitionsByHand(t *testing.T, open OpenItems) {
	items := openConsumed(t, open)
	writer := mustWriter(t, items, replay.NStep(2))
	noError(t, writer.Begin(t.Context(), observed(10)))
	for i, reward := range []float32{1, 2, 4} {
		step := stepTo(11+i, []float32{1, 0.5, 0}[i])
		step.Reward[0] = reward
		noError(t, writer.Append(t.Context(), step))
	}
	batch, drawn := replay.NewTransitions(itemLayout, 3), make([]replay.Drawn, 3)
	batch.Image, batch.NextImage = make([]byte, 3*2*3), make([]byte, 3*2*3) // two images each
	noError(t, items.SampleTransitions(t.Context(), batch, drawn, 0.5))
	got := [][]float32{batch.Observation, batch.Reward, batch.Discount, batch.Next}
	want := [][]float32{{10, 11, 12}, {2, 3, 4}, {0.125, 0, 0}, {12, 13, 13}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("transitions differ: %s", diff)
	}
	images := [][]byte{{10, 0, 7, 10, 0, 7, 10, 0, 7, 11, 0, 7, 11, 0, 7, 12, 0, 7}, {11, 0, 7, 12, 0, 7, 12, 0, 7, 13, 0, 7, 12, 0, 7, 13, 0, 7}}
	if diff := cmp.Diff(images, [][]byte{batch.Image, batch.NextImage}); diff != "" {
		t.Errorf("images differ: %s", diff)
	}
}

// testEpochs draws every item once an epoch, and goes on after a reopening within one.
func testEpochs(t *testing.T, open OpenItems) {
	items, err := open(func() replay.ItemConfig {
		return replay.ItemConfig{Layout: itemLayout, Sampler: replay.WithoutReplacement(), Seed: 5}
	})
	noError(t, err)
	episode(t, mustWriter(t, items, replay.NStep(1)), 0, 24)
	batch := replay.NewBatch(itemLayout, 6, replay.View{Length: 1})
	var orders [][]float32
	for range 3 {
		var order []float32
		for range 4 {
			noError(t, items.Sample(t.Context(), batch))
			for k := range batch.Drawn {
				order = append(order, batch.Observation[2*k])
			}
			items, _, err = items.Reopen()
			noError(t, err)
		}
		orders = append(orders, order)
		sorted := slices.Sorted(slices.Values(order))
		for i, observation := range sorted {
			if observation != float32(i) {
				t.Fatalf("an epoch drew %v", sorted)
			}
		}
	}
	if slices.Equal(orders[0], orders[1]) || slices.Equal(orders[1], orders[2]) {
		t.Error("two epochs have the same order")
	}
}

// testItemsNoAllocation samples into the caller's memory.
func testItemsNoAllocation(t *testing.T, open OpenItems) {
	for _, kind := range kinds {
		items, err := open(func() replay.ItemConfig {
			return replay.ItemConfig{Layout: itemLayout, Sampler: kind.open(), Context: 3}
		})
		noError(t, err)
		episode(t, mustWriter(t, items, replay.NStep(5)), 0, 300)
		mixture, err := replay.NewMixture(replay.Share{From: items, Fraction: 0.5}, replay.Share{From: items, Fraction: 0.5})
		noError(t, err)
		batch := replay.NewBatch(itemLayout, 16, replay.View{Length: 4, BurnIn: 2, Stack: 2})
		transitions, drawn := replay.NewTransitions(itemLayout, 16), make([]replay.Drawn, 16)
		keys, priorities := make([]uint64, 16), make([]float64, 16)
		if count := testing.AllocsPerRun(50, func() {
			noError(t, items.Sample(t.Context(), batch))
			noError(t, mixture.Sample(t.Context(), batch))
			noError(t, items.SampleTransitions(t.Context(), transitions, drawn, 0.9))
			for i := range drawn {
				keys[i], priorities[i] = drawn[i].Key, float64(i)
			}
			_, err := items.UpdatePriorities(keys, priorities)
			noError(t, err)
		}); count != 0 {
			t.Errorf("%s: %v allocations", kind.name, count)
		}
	}
}

// testMixture draws a quarter, a quarter and a half, from batches that do not divide so.
func testMixture(t *testing.T, open OpenItems) {
	fractions := []float64{0.25, 0.25, 0.5}
	var shares []replay.Share
	for i, fraction := range fractions {
		items := mustOpen(t, open, replay.ItemConfig{Layout: itemLayout})
		episode(t, mustWriter(t, items, replay.NStep(1)), 1000*(i+1), 50)
		shares = append(shares, replay.Share{From: items, Fraction: fraction})
	}
	mixture, err := replay.NewMixture(shares...)
	noError(t, err)
	counts, total := make([]int, 3), 0
	for _, items := range []int{1, 1, 5, 3, 7, 2, 1, 12, 9, 3} {
		batch := replay.NewBatch(itemLayout, items, replay.View{Length: 2})
		fillWithJunk(batch)
		noError(t, mixture.Sample(t.Context(), batch))
		for k := range items {
			counts[int(batch.Observation[3*k])/1000-1]++
			if batch.Mask[2*k] != 1 || batch.Mask[2*k+1] != 0 || batch.Drawn[k].Items != 50 {
				t.Fatalf("item %d: mask %v, %d items", k, batch.Mask[2*k:2*k+2], batch.Drawn[k].Items)
			}
		}
		total += items
		for i, fraction := range fractions {
			if lack := fraction*float64(total) - float64(counts[i]); lack < -1.5 || lack > 1.5 || mixture.Items[i] != int64(counts[i]) {
				t.Errorf("share %d gave %d of %d items, says %d", i, counts[i], total, mixture.Items[i])
			}
		}
	}
	for want, shares := range map[string][]replay.Share{
		"needs a share":      nil,
		"add up to 0.75":     {shares[0], shares[2]},
		"fraction -0.5":      {{From: shares[0].From, Fraction: -0.5}, {From: shares[1].From, Fraction: 1.5}},
		"share 1 of the mix": {shares[2], {From: mustOpen(t, open, replay.ItemConfig{Layout: scalar}), Fraction: 0.5}},
	} {
		_, err := replay.NewMixture(shares...)
		expectError(t, err, want)
	}
}

// testBudgets fills memories with items, and then with steps that are in none.
func testBudgets(t *testing.T, open OpenItems) {
	for _, config := range []replay.ItemConfig{{MaxSteps: 50}, {MaxBytes: 20_000}} {
		config.Layout = itemLayout
		items := mustOpen(t, open, config)
		within := func() {
			t.Helper()
			if s := items.Status(); config.MaxSteps > 0 && s.Steps > config.MaxSteps || config.MaxBytes > 0 && s.Bytes > config.MaxBytes {
				t.Fatalf("status %+v passes a budget of %d steps, %d bytes", s, config.MaxSteps, config.MaxBytes)
			}
		}
		for i, pattern := range []replay.Pattern{replay.NStep(1), replay.Manual(1)} {
			writer := mustWriter(t, items, pattern)
			noError(t, writer.Begin(t.Context(), observed(1000*i)))
			for n := 1; n < 500; n++ {
				noError(t, writer.Append(t.Context(), stepTo(1000*i+n, 1)))
				within()
			}
			if s := items.Status(); i == 0 && s.Steps < config.MaxSteps*9/10 || s.Bytes < config.MaxBytes*3/4 && i == 0 {
				t.Errorf("status %+v is far below a budget of %d steps, %d bytes", s, config.MaxSteps, config.MaxBytes)
			}
		}
	}
}
