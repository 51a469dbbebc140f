package replay

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/internal/rng"
)

// begun returns a writer whose open episode has a number of steps, all numbers of which are value.
func begun(t testing.TB, table *ItemTable, value float32, steps int) *Writer {
	t.Helper()
	writer, err := table.NewWriter(Manual(steps))
	if err != nil {
		t.Fatal(err)
	}
	one := []float32{value}
	err = writer.Begin(t.Context(), Step{Observation: one})
	for range steps {
		err = errors.Join(err, writer.Append(t.Context(), Step{Action: one, Reward: one, Discount: 1, Observation: one}))
	}
	if err != nil {
		t.Fatal(err)
	}
	return writer
}

func newItems(t testing.TB, config ItemConfig) *ItemTable {
	t.Helper()
	config.Layout = Layout{Observation: 1, Action: 1, Reward: 1}
	table, err := NewItemTable(config)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// Of clients that insert one key at the same time with different data, the first makes the item. The others
// set its priority and are not counted.
func TestSameKeyInsertedByMany(t *testing.T) {
	for range 50 {
		table := newItems(t, ItemConfig{})
		var group sync.WaitGroup
		for client := range 8 {
			writer := begun(t, table, float32(client), 2)
			group.Go(func() {
				if err := writer.Insert(context.Background(), 7, float64(client), 2); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		batch := NewBatch(table.config.Layout, 1, View{Length: 2})
		if err := table.Sample(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		if status := table.Status(); status.Items != 1 || status.Counts.Inserts != 1 || batch.Observation[0] != batch.Observation[2] || batch.Reward[0] != batch.Observation[0] {
			t.Fatalf("%+v, observations %v, rewards %v", status, batch.Observation, batch.Reward)
		}
	}
}

// Priorities of keys that have left are passed over, and counted by their absence.
func TestPrioritiesOfVanishedKeys(t *testing.T) {
	table := newItems(t, ItemConfig{MaxItems: 2})
	writer := begun(t, table, 1, 2)
	for key := range uint64(4) {
		if err := writer.Insert(t.Context(), key, 1, 1); err != nil {
			t.Fatal(err)
		}
	}
	updated, err := table.UpdatePriorities([]uint64{0, 3, 99, 2, 1}, []float64{5, 6, 7, 8, 9})
	if err != nil || updated != 2 {
		t.Errorf("%d priorities were updated, %v, want those of the 2 items that are there", updated, err)
	}
	if priority, _, found := table.Find(3); !found || priority != 6 {
		t.Errorf("item 3 is found: %v, with priority %v", found, priority)
	}
	if _, _, found := table.Find(0); found {
		t.Error("a priority brought an item back")
	}
}

// Priorities of any size are refused or give probabilities that add up to 1.
func TestExtremePriorities(t *testing.T) {
	const denormal = math.SmallestNonzeroFloat64
	for _, exponent := range []float64{0, 0.5, 1} {
		table := newItems(t, ItemConfig{Sampler: Prioritised(exponent)})
		writer := begun(t, table, 1, 2)
		for _, priority := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, -denormal} {
			if err := writer.Insert(t.Context(), 1, priority, 1); err == nil {
				t.Errorf("a priority of %v was accepted", priority)
			}
		}
		for key, priority := range []float64{denormal, math.Copysign(0, -1), 1e-300, 1, 1e308, math.MaxFloat64, math.MaxFloat64} {
			if err := writer.Insert(t.Context(), uint64(key), priority, 1); err != nil {
				t.Errorf("a priority of %v is refused: %v", priority, err)
			}
		}
		expectProbabilities(t, table, exponent)
	}
}

// expectProbabilities draws often and adds up the probabilities of the different items that came.
func expectProbabilities(t *testing.T, table *ItemTable, exponent float64) {
	t.Helper()
	batch, of := NewBatch(table.config.Layout, 500, View{Length: 1}), map[uint64]float64{}
	if err := table.Sample(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, drawn := range batch.Drawn {
		if of[drawn.Key] == 0 {
			of[drawn.Key] = drawn.Probability
			sum += drawn.Probability
		}
		if !(drawn.Probability > 0 && drawn.Probability <= 1) {
			t.Fatalf("exponent %v: item %d came with probability %v", exponent, drawn.Key, drawn.Probability)
		}
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("exponent %v: the probabilities %v add up to %v", exponent, of, sum)
	}
}

// Sixty-four clients insert or sample, and delete and set priorities, in any order. Someone always goes on, and
// the limits hold at the end.
func TestSixtyFourClients(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		limits := SampleToInsertRatio(float64(rapid.IntRange(1, 4).Draw(r, "ratio")), rapid.IntRange(1, 20).Draw(r, "size"), float64(rapid.IntRange(8, 40).Draw(r, "buffer")))
		table := newItems(t, ItemConfig{Limits: limits, MaxItems: rapid.IntRange(20, 60).Draw(r, "items"), Sampler: Prioritised(1)})
		ctx, cancel := context.WithCancel(t.Context())
		var clients sync.WaitGroup
		for client := range 64 {
			writer := begun(t, table, 1, 2)
			random := rng.Source{Key: rng.Key{Seed: seed, Stream: uint64(client)}}
			clients.Go(func() { interfere(ctx, t, table, writer, random, client%2 == 0) })
		}
		for limit := time.Now().Add(10 * time.Second); table.Status().Counts.Inserts < 200; time.Sleep(time.Millisecond) {
			if time.Now().After(limit) {
				r.Fatalf("nobody goes on: %+v", table.Status())
			}
		}
		cancel()
		clients.Wait()
		counts := table.Status().Counts
		difference := float64(counts.Inserts)*limits.SamplesPerInsert - float64(counts.Samples)
		if difference < limits.MinDifference || difference > limits.MaxDifference || int(counts.Inserts-counts.Deletes) != table.Status().Items {
			r.Fatalf("%+v with %d items is outside %+v", counts, table.Status().Items, limits)
		}
	})
}

// interfere does one thing after another to a table. A client that waits for others does not do their part.
func interfere(ctx context.Context, t *testing.T, table *ItemTable, writer *Writer, random rng.Source, inserts bool) {
	batch := NewBatch(table.config.Layout, 2, View{Length: 1})
	for ctx.Err() == nil {
		var err error
		switch key, what := uint64(random.IntN(100_000)), random.IntN(16); {
		case what == 0:
			table.Delete(key % 100)
		case what == 1:
			_, err = table.UpdatePriorities([]uint64{key}, []float64{float64(key)})
		case inserts:
			err = writer.Insert(ctx, key, 1, 1)
		default:
			err = table.Sample(ctx, batch)
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrStalled) {
			t.Error(err)
			return
		}
	}
}
