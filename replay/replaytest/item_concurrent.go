package replaytest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reverie-rl/reverie/replay"
)

// testQueue passes items from a writer to a reader: each arrives once, in order, and the writer is
// never more than the size of the queue ahead.
func testQueue(t *testing.T, open OpenItems) {
	const size, steps = 4, 300
	items, err := open(func() replay.ItemConfig {
		return replay.ItemConfig{Layout: itemLayout, Sampler: replay.Oldest(), Limits: replay.Queue(size), MaxTimesSampled: 1}
	})
	noError(t, err)
	writer := mustWriter(t, items, replay.NStep(1))
	var group sync.WaitGroup
	group.Go(func() { episode(t, writer, 0, steps) })
	batch := replay.NewBatch(itemLayout, 2, replay.View{Length: 1})
	for n := 0; n < steps; n += 2 {
		noError(t, items.Sample(t.Context(), batch))
		if batch.Observation[0] != float32(n) || batch.Observation[2] != float32(n+1) {
			t.Fatalf("observations %v and %v arrived, want %d and %d", batch.Observation[0], batch.Observation[2], n, n+1)
		}
		if held := items.Status().Items; held > size {
			t.Fatalf("%d items in a queue of %d", held, size)
		}
	}
	group.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	err = items.Sample(ctx, batch)
	expectError(t, err, "sampling 2 items", "0 items are there", "waits for inserts", "300 inserted")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	status := items.Status()
	if status.SampleWait <= 0 {
		t.Errorf("samples waited %v", status.SampleWait)
	}
}

// testConcurrent has four writers and four readers share a memory that is always full. Every row that
// is read must be whole, whatever leaves meanwhile, and the limits must hold at the end.
func testConcurrent(t *testing.T, open OpenItems) {
	for _, sampler := range kinds {
		limits := replay.SampleToInsertRatio(2, 10, 40)
		config := func() replay.ItemConfig {
			return replay.ItemConfig{
				Layout: itemLayout, Sampler: sampler.open(), Remover: replay.Uniform(), Limits: limits, MaxItems: 40, MaxSteps: 400, Context: 3,
			}
		}
		items, err := open(config)
		noError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		var writers, readers sync.WaitGroup
		for w := range 4 {
			writer := mustWriter(t, items, replay.Windows(7, 3))
			writers.Go(func() {
				for first := w * 100_000; ctx.Err() == nil; first += 50 {
					play50(ctx, t, writer, first)
				}
			})
		}
		for range 4 {
			readers.Go(func() { readWhole(ctx, t, items, 50) })
		}
		readers.Wait()
		cancel()
		writers.Wait()
		status := items.Status()
		if status.Steps > 400 || status.Items > 40 {
			t.Errorf("%s: status %+v", sampler.name, status)
		}
		difference := float64(status.Counts.Inserts)*limits.SamplesPerInsert - float64(status.Counts.Samples)
		if difference < limits.MinDifference || difference > limits.MaxDifference {
			t.Errorf("%s: %+v is outside %+v", sampler.name, status.Counts, limits)
		}
	}
}

// play50 stores an episode until ctx is done.
func play50(ctx context.Context, t *testing.T, writer Writer, first int) {
	expectDone(ctx, t, writer.Begin(ctx, observed(first)))
	for n := first + 1; n < first+50 && ctx.Err() == nil; n++ {
		expectDone(ctx, t, writer.Append(ctx, stepTo(n, 1)))
	}
}

// expectDone allows an error only when ctx is done.
func expectDone(ctx context.Context, t *testing.T, err error) {
	if err != nil && ctx.Err() == nil {
		t.Error(err)
	}
}

// readWhole samples batches and checks that the columns of every row tell the same number.
func readWhole(ctx context.Context, t *testing.T, items Items, batches int) {
	batch := replay.NewBatch(itemLayout, 4, replay.View{Length: 7, BurnIn: 2, Stack: 2})
	const rows = 10
	for range batches {
		if err := items.Sample(ctx, batch); err != nil {
			t.Error(err)
			return
		}
		for k := range batch.Drawn {
			first := int(batch.Observation[k*rows+2])
			for j := range 8 {
				i, want := k*rows+2+j, observed(first+j)
				if batch.Observation[i] != want.Observation[0] || batch.State[2*i] != want.State[0] || batch.Image[6*i+3] != want.Image[0] {
					t.Errorf("row %d of an item from %d has observation %v, state %v, image %v",
						j, first, batch.Observation[i], batch.State[2*i], batch.Image[6*i+3])
				}
				if j < 7 && batch.Action[2*(k*(rows-1)+2+j)] != float32(first+j)+0.5 {
					t.Errorf("row %d of an item from %d has another action", j, first)
				}
			}
		}
	}
}

// testRefusesItems checks calls that are refused, each of which must leave the memory as it was.
func testRefusesItems(t *testing.T, open OpenItems) {
	items := mustOpen(t, open, replay.ItemConfig{Layout: itemLayout, Context: 2})
	writer := mustWriter(t, items, replay.Manual(3))
	ctx := t.Context()
	expectError(t, writer.Append(ctx, stepTo(1, 1)), "no episode is open")
	expectError(t, writer.Insert(ctx, 1, 1, 1), "1 steps")
	expectError(t, writer.Begin(ctx, replay.Step{Observation: []float32{1}, State: []float32{0, 0}}), "image has 0 bytes, want 3")
	expectError(t, writer.Begin(ctx, replay.Step{Observation: []float32{1}, Image: make([]byte, 3)}), "state has 0 elements, want 2")
	noError(t, writer.Begin(ctx, observed(0)))
	bad := stepTo(1, 1.5)
	expectError(t, writer.Append(ctx, bad), "discount is 1.5")
	expectError(t, writer.Insert(ctx, 1, 1, 1), "of 0 in the episode")
	for n := 1; n < 6; n++ {
		noError(t, writer.Append(ctx, stepTo(n, 1)))
	}
	expectError(t, writer.Insert(ctx, 1, -1, 1), "priority is -1")
	expectError(t, writer.Insert(ctx, 1<<63, 1, 1), "the table's own")
	expectError(t, writer.Insert(ctx, 1, 1, 4), "4 steps")
	noError(t, writer.Insert(ctx, 1, 1, 3))
	noError(t, writer.Append(ctx, stepTo(6, 0)))
	expectError(t, writer.Append(ctx, stepTo(7, 1)), "terminated")
	_, err := items.UpdatePriorities([]uint64{1, 1}, []float64{5, -2})
	expectError(t, err, "item 1", "priority is -2")
	_, err = items.UpdatePriorities([]uint64{1}, nil)
	expectError(t, err, "1 keys with 0 priorities")
	if priority, _, found := items.Find(1); !found || priority != 1 {
		t.Errorf("the item is found: %v, with priority %v", found, priority)
	}
	sample := func(b *replay.Batch) error { return items.Sample(ctx, b) }
	expectError(t, sample(replay.NewBatch(itemLayout, 0, replay.View{Length: 1})), "without items")
	expectError(t, sample(replay.NewBatch(itemLayout, 1, replay.View{})), "Length must be 1")
	expectError(t, sample(replay.NewBatch(itemLayout, 1, replay.View{Length: 1, BurnIn: 2, Stack: 2})), "need 3 steps", "Context is 2")
	short := replay.NewBatch(itemLayout, 1, replay.View{Length: 2})
	short.Action = short.Action[1:]
	expectError(t, sample(short), "Action has 3 elements, want 4")
	transitions := replay.NewTransitions(itemLayout, 1)
	expectError(t, items.SampleTransitions(ctx, transitions, nil, 1), "0 drawn items, want 1")
	expectError(t, items.SampleTransitions(ctx, transitions, make([]replay.Drawn, 1), 2), "gamma is 2")
	if got := items.Status().Counts; got != (replay.Counts{Inserts: 1}) {
		t.Errorf("counts %+v", got)
	}
}

// testRefusesConfig checks settings that no memory can obey.
func testRefusesConfig(t *testing.T, open OpenItems) {
	good := replay.ItemConfig{Layout: itemLayout}
	for want, spoil := range map[string]func(*replay.ItemConfig){
		"layout":               func(c *replay.ItemConfig) { c.Layout.Action = 0 },
		"none may be negative": func(c *replay.ItemConfig) { c.Context = -1 },
		"below the limits' MinSize": func(c *replay.ItemConfig) {
			c.MaxItems, c.Limits = 3, replay.MinSize(4)
		},
		"takes 2 rows":     func(c *replay.ItemConfig) { c.MaxBytes = 100 },
		"MinSize of 9 ite": func(c *replay.ItemConfig) { c.MaxBytes, c.Limits = 2000, replay.MinSize(9) },
		"can stop for eve": func(c *replay.ItemConfig) { c.Limits = replay.SampleToInsertRatio(2.5, 10, 1) },
	} {
		config := good
		spoil(&config)
		_, err := open(func() replay.ItemConfig { return config })
		expectError(t, err, want)
	}
	few := good
	few.MaxItems, few.MaxTimesSampled = 3, 2
	batch := replay.NewBatch(itemLayout, 7, replay.View{Length: 1})
	expectError(t, mustOpen(t, open, few).Sample(t.Context(), batch), "batch of 7 items", "6 samples at the most")
	tight := good
	tight.MaxSteps = 20
	writer := mustWriter(t, mustOpen(t, open, tight), replay.Episodes())
	noError(t, writer.Begin(t.Context(), observed(0)))
	var err error
	for n := 1; n < 30 && err == nil; n++ {
		err = writer.Append(t.Context(), stepTo(n, 1))
	}
	if err == nil || !strings.Contains(err.Error(), "fill the budget") {
		t.Errorf("an open episode longer than the budget: error %v", err)
	}
}
