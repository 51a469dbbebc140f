package nn

import "github.com/reverie-rl/reverie/grad"

// RMSNorm divides the last axis by its root mean square and then scales it (Zhang and Sennrich,
// 2019).
type RMSNorm struct {
	Scale *grad.Parameter // [size], starts at 1
}

// rmsNormEpsilon is added to the mean square.
const rmsNormEpsilon = 1e-6

// NewRMSNorm returns a layer for a last axis of the given size.
func NewRMSNorm(size int) RMSNorm { return RMSNorm{grad.NewParameter(size).Filled(1)} }

// Apply maps x [..., size] to the same shape.
func (n RMSNorm) Apply(x *grad.Value) *grad.Value {
	root := x.Square().Mean(-1).Add(grad.Scalar(rmsNormEpsilon)).Sqrt()
	return x.Div(root.KeepAxis(-1)).Mul(n.Scale)
}
