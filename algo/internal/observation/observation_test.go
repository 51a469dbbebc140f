package observation_test

import (
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/observation"
	"github.com/reverie-rl/reverie/grad"
)

// By hand: two observations of two numbers, or of a picture with two bytes, or of both.
func TestInputByHand(t *testing.T) {
	picture := agent.ImageSize{Height: 2, Width: 1, Channels: 1}
	for _, c := range []struct {
		sizes agent.Sizes
		want  []float32
	}{
		{agent.Sizes{Observation: 2}, []float32{1, 2, 3, 4}},
		{agent.Sizes{Image: picture}, []float32{-0.5, 0.5, -0.3, 0.1}},
		{agent.Sizes{Observation: 2, Image: picture}, []float32{1, 2, -0.5, 0.5, 3, 4, -0.3, 0.1}},
	} {
		program, err := grad.Trace(func(t *grad.Tracer) {
			t.Output("seen", observation.Input(t, c.sizes, 2))
		})
		if err != nil {
			t.Fatal(err)
		}
		compiled, err := grad.Compile(program, nil)
		if err != nil {
			t.Fatal(err)
		}
		memory := observation.Memory(compiled, c.sizes)
		copy(memory.Numbers, []float32{1, 2, 3, 4})
		copy(memory.Image, []byte{0, 255, 51, 153})
		compiled.Run()
		seen := compiled.Output("seen")
		near := func(a, b float32) bool { return a-b < 1e-6 && b-a < 1e-6 }
		if !slices.EqualFunc(seen, c.want, near) || len(seen) != 2*observation.Size(c.sizes) {
			t.Errorf("%+v: %v, want %v", c.sizes, seen, c.want)
		}
	}
}
