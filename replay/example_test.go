package replay_test

import (
	"context"
	"fmt"
	"log"

	"github.com/reverie-rl/reverie/replay"
)

// Prioritised replay of windows with a burn-in, for a recurrent policy.
func ExampleItemTable() {
	ctx := context.Background()
	table, err := replay.NewItemTable(replay.ItemConfig{
		Layout:   replay.Layout{Observation: 1, Action: 1, Reward: 1},
		Sampler:  replay.Prioritised(1),
		MaxSteps: 10_000,
		Context:  2,
	})
	if err != nil {
		log.Fatal(err)
	}
	writer, err := table.NewWriter(replay.Windows(3, 3))
	if err != nil {
		log.Fatal(err)
	}
	if err := writer.Begin(ctx, replay.Step{Observation: []float32{10}}); err != nil {
		log.Fatal(err)
	}
	for i := range 6 {
		step := replay.Step{Action: []float32{0}, Reward: []float32{1}, Discount: 1, Observation: []float32{float32(11 + i)}}
		if err := writer.Append(ctx, step); err != nil {
			log.Fatal(err)
		}
	}

	batch := replay.NewBatch(table.Layout(), 1, replay.View{Length: 3, BurnIn: 2})
	for range 2 {
		if err := table.Sample(ctx, batch); err != nil {
			log.Fatal(err)
		}
		fmt.Println("observations", batch.Observation, "first", batch.First, "mask", batch.Mask)
		// What was drawn is no longer surprising: the next draw is the other window.
		if _, err := table.UpdatePriorities([]uint64{batch.Drawn[0].Key}, []float64{0}); err != nil {
			log.Fatal(err)
		}
	}

	// Unordered output:
	// observations [0 0 10 11 12 13] first [0 0 1 0 0 0] mask [0 0 1 1 1]
	// observations [11 12 13 14 15 16] first [0 0 0 0 0 0] mask [1 1 1 1 1]
}
