package optim

import (
	"math"

	"github.com/reverie-rl/reverie/grad"
)

// Dual is a vector of Lagrange multipliers or temperatures, which must stay positive. It is stored
// without constraint: the multiplier is softplus(Raw) + 1e-8.
type Dual struct {
	Raw *grad.Parameter
}

const (
	dualFloor    = -18  // of Raw: softplus(-18) is 1.5e-8
	dualSmallest = 1e-8 // added to softplus, so that a multiplier can be divided by
)

// NewDual returns size multipliers that start with Raw at the given value.
func NewDual(size int, raw float32) Dual {
	return Dual{Raw: grad.NewParameter(size).Filled(raw)}
}

// Value is the multipliers, [size].
func (d Dual) Value(t *grad.Tracer) *grad.Value {
	return t.Value(d.Raw).Softplus().Add(grad.Scalar(dualSmallest))
}

// Project moves Raw back to where softplus can still be told from 0 and has a gradient. It is called
// after every step of the optimiser.
func (d Dual) Project() {
	for i, raw := range d.Raw.Data {
		d.Raw.Data[i] = max(raw, dualFloor)
	}
}

// Multiplier returns element i as a number.
func (d Dual) Multiplier(i int) float64 {
	raw := float64(d.Raw.Data[i])
	return max(raw, 0) + math.Log1p(math.Exp(-math.Abs(raw))) + dualSmallest
}
