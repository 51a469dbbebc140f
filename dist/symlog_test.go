package dist_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

func TestSymlogByHand(t *testing.T) {
	x := vector(0, 1, -1, math.E-1, -99)
	symlog := compute(t, func(in []*grad.Value) *grad.Value { return dist.Symlog(in[0]) }, x)
	nearAll(t, "symlog", symlog, []float64{0, math.Ln2, -math.Ln2, 1, -math.Log(100)}, 1e-12)
	back := compute(t, func(in []*grad.Value) *grad.Value { return dist.Symexp(dist.Symlog(in[0])) }, x)
	nearAll(t, "symexp of symlog", back, x.data, 1e-12)
}

// Networks start at 0, so the slope must be 1 there and not 0.
func TestSymlogSlopeAtZero(t *testing.T) {
	for _, f := range []func(*grad.Value) *grad.Value{dist.Symlog, dist.Symexp} {
		slope := compute(t, func(in []*grad.Value) *grad.Value { return grad.Gradient(f(in[0]).Sum(), in[0])[0] }, vector(0))
		near(t, "slope", slope[0], 1, 0)
	}
}

func TestSymlogGradients(t *testing.T) {
	checkGradients(t, gradtest.Normal, map[string]func(in []*grad.Value) *grad.Value{
		"symlog": func(in []*grad.Value) *grad.Value { return dist.Symlog(in[0]) },
		"symexp": func(in []*grad.Value) *grad.Value { return dist.Symexp(in[0]) },
	}, []int{10})
}
