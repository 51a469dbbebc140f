package replaytest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/reverie-rl/reverie/replay"
)

// testResume plays the same history in two memories, one of which is saved and loaded at every
// seventh step, in the middle of episodes, batches and epochs. All that is drawn must be the same.
func testResume(t *testing.T, open OpenItems) {
	for _, sampler := range kinds {
		for _, remover := range kinds {
			config := func() replay.ItemConfig {
				return replay.ItemConfig{
					Layout: itemLayout, Sampler: sampler.open(), Remover: remover.open(), Context: 2, Seed: 3,
					MaxItems: 30, MaxSteps: 90, MaxTimesSampled: 9, Limits: replay.MinSize(3),
				}
			}
			if plain, reopened := draws(t, open, config, 0), draws(t, open, config, 7); plain != reopened {
				t.Errorf("sampler %s, remover %s: a memory that was saved and loaded draws differently", sampler.name, remover.name)
			}
		}
	}
}

// draws plays a history of three writers and returns all that was drawn. The memory is reopened
// every so many steps, never if it is 0.
func draws(t *testing.T, open OpenItems, config func() replay.ItemConfig, every int) string {
	t.Helper()
	items, err := open(config)
	noError(t, err)
	var writers []Writer
	for _, pattern := range []replay.Pattern{replay.NStep(3), replay.Windows(5, 3), replay.Episodes()} {
		writers = append(writers, mustWriter(t, items, pattern))
	}
	text := ""
	batch := replay.NewBatch(itemLayout, 3, replay.View{Length: 4, BurnIn: 1, Stack: 2})
	for step := range 60 {
		for w, writer := range writers {
			n := 1000*w + step
			if step%(8+w) == 0 {
				noError(t, writer.Begin(t.Context(), observed(n)))
				continue
			}
			noError(t, writer.Append(t.Context(), stepTo(n, 0.5)))
		}
		if items.MaySample(3) {
			noError(t, items.Sample(t.Context(), batch))
			text += fmt.Sprintln(batch.Drawn, batch.Observation, batch.Image, batch.Reward, batch.Mask)
			_, err := items.UpdatePriorities([]uint64{batch.Drawn[0].Key, batch.Drawn[2].Key}, []float64{float64(step % 5), 2})
			noError(t, err)
		}
		if every > 0 && step%every == 0 {
			items, writers, err = items.Reopen()
			noError(t, err)
		}
	}
	return text
}

// testWaiting lets a writer go on although the limits let no item in: what is missing is inserted
// later, and nothing twice.
func testWaiting(t *testing.T, open OpenItems) {
	items, err := open(func() replay.ItemConfig {
		return replay.ItemConfig{Layout: itemLayout, Sampler: replay.Oldest(), Limits: replay.Queue(2), MaxTimesSampled: 1, Context: 1}
	})
	noError(t, err)
	writer := mustWriter(t, items, replay.NStep(2))
	done, cancel := context.WithCancel(t.Context())
	cancel()
	noError(t, writer.Begin(done, observed(0)))
	for n := 1; n <= 300; n++ { // far more rows than fit in one block
		err := writer.Append(done, stepTo(n, 1))
		if wait := n > 3; wait != errors.Is(err, context.Canceled) {
			t.Fatalf("step %d: error %v", n, err)
		}
	}
	expectError(t, writer.End(done), "waits for samples")
	expectError(t, writer.Begin(done, observed(900)), "waits for samples")
	batch := replay.NewBatch(itemLayout, 1, replay.View{Length: 2})
	for n := range 300 {
		noError(t, items.Sample(t.Context(), batch))
		if batch.Observation[0] != float32(n) || batch.Mask[1] != 1 && n < 299 {
			t.Fatalf("item %d begins at observation %v with mask %v", n, batch.Observation[0], batch.Mask)
		}
		if err := writer.End(done); err != nil && n >= 298 {
			t.Fatal(err)
		}
	}
	noError(t, writer.Begin(done, observed(900)))
}
