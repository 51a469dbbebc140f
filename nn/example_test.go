package nn_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// A recurrent network over a sequence [time, batch, inputs]: the inputs of all time steps are
// projected in one product, and only the recurrent part runs step by step.
func ExampleGRU() {
	const time, batch, inputs, size = 5, 2, 3, 4
	cell := nn.NewGRU(inputs, size, rand.New(rand.NewPCG(1, 1)))
	program, err := grad.Trace(func(t *grad.Tracer) {
		projected := cell.Project(t.Input("x", time, batch, inputs))
		state := t.Input("state", batch, size)
		for i := range time {
			state = cell.StepProjected(projected.Slice(0, i, i+1).Reshape(batch, 3*size), state)
		}
		t.Output("state", state)
		fmt.Println(projected.Shape(), state.Shape())
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := grad.Compile(program, nil); err != nil {
		log.Fatal(err)
	}
	// Output: [5 2 12] [2 4]
}

// An autoencoder of image sequences [time, batch, height, width, channels], as world models use it: leading
// axes are as many as one likes.
func ExampleConvEncoder() {
	random := rand.New(rand.NewPCG(1, 1))
	encoder, decoder := nn.NewConvEncoder(64, 3, 8, random), nn.NewConvDecoder(256, 64, 3, 8, random)
	_, err := grad.Trace(func(t *grad.Tracer) {
		images := t.Input("images", 5, 2, 64, 64, 3)
		embedding := encoder.Apply(images)
		fmt.Println(embedding.Shape(), decoder.Apply(embedding).Shape())
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: [5 2 256] [5 2 64 64 3]
}
