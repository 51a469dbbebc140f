package rl_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
)

// By hand: exp(0), exp(1), exp(-2); 3 is beyond log 20 = 2.9957; and no advantage is too large.
func TestAdvantageWeightsByHand(t *testing.T) {
	executable := run(t, func(t *grad.Tracer) {
		advantages := literal(t, []int{6}, 0, 1, -2, 2.99, 3, 1e6)
		weights := rl.AdvantageWeights(advantages)
		t.Output("weights", weights)
		t.Output("gradient", grad.Gradient(weights.Sum(), advantages)[0])
	})
	for i, want := range []float64{1, math.E, 0.135335, 19.885682, 20, 20} {
		near(t, "weight", executable.Output("weights")[i], want, 1e-6)
		near(t, "gradient", executable.Output("gradient")[i], 0, 0)
	}
}
