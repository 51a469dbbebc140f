package dist_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

func TestBoundedGaussianByHand(t *testing.T) {
	head := compute(t, func(in []*grad.Value) *grad.Value {
		g := dist.BoundedGaussian(in[0], in[1], 0.1, 1)
		return g.Mean.Concat(0, g.Deviation)
	}, vector(0, 50, -0.5), vector(-2, 50, -50))
	nearAll(t, "head", head, []float64{0, 1, math.Tanh(-0.5), 0.55, 1, 0.1}, 1e-9)
}
