package world

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// By hand: errors of 1 and 0.5 with a unit of 0.5 count 2 and 0.5. Nothing is random.
func TestDeterministicByHand(t *testing.T) {
	latent := Deterministic{Numbers: 2, Unit: 0.5}
	e := run(t, func(t *grad.Tracer) {
		q, p := constant(t, []int{1, 2}, 1, 2), constant(t, []int{1, 2}, 0, 2.5)
		t.Output("kl", latent.KL(q, p))
		t.Output("sample", latent.Sample(q, t.Normal(1, 1, 2)))
		t.Output("mode", latent.Mode(q))
		t.Output("noise", latent.Noise(t, 1, 3))
	}, nil)
	for i, want := range []float64{2, 0.5} {
		near(t, "the squared error", e.Output("kl")[i], want)
	}
	same(t, e, "sample", "mode")
	if noise := e.Output("noise"); len(noise) != 6 || noise[0] != 0 {
		t.Errorf("the noise is %v", noise)
	}
}
