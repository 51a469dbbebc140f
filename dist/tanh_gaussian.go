package dist

import (
	"math"

	"github.com/reverie-rl/reverie/grad"
)

// TanhGaussian is the distribution of tanh(y) where y is Gaussian: actions that stay within (-1, 1).
// Base is the distribution of y and has shape [..., size].
type TanhGaussian struct{ Base Gaussian }

// DreamerTanhGaussian is the policy head of Dreamer (Hafner et al., 2020) for raw outputs of a
// network, both of shape [..., size]: the mean 5·tanh(mean/5) keeps tanh from saturating, and the
// deviation softplus(deviation + softplus⁻¹(5)) + 1e-4 starts near 5, where actions are spread wide.
func DreamerTanhGaussian(mean, deviation *grad.Value) TanhGaussian {
	const limit, start, floor = 5, 5, 1e-4
	return TanhGaussian{Gaussian{
		Mean:      mean.Mul(grad.Scalar(1.0 / limit)).Tanh().Mul(grad.Scalar(limit)),
		Deviation: deviation.Add(grad.Scalar(math.Log(math.Expm1(start)))).Softplus().Add(grad.Scalar(floor)),
	}}
}

// closestToOne is the largest float32 below 1: where tanh rounds to 1, the inverse is taken there.
const closestToOne = 1 - 1.0/(1<<24)

// before is the inverse of tanh, of samples moved to the closest numbers within (-1, 1).
func (g TanhGaussian) before(sample *grad.Value) *grad.Value {
	x := sample.Clip(-closestToOne, closestToOne)
	return x.Add(grad.Scalar(1)).Div(x.Neg().Add(grad.Scalar(1))).Log().Mul(grad.Scalar(0.5))
}

// logSlope is log(d tanh(y) / dy) = log(1 - tanh(y)²), in the form 2 (log 2 - y - softplus(-2y)),
// which neither cancels nor overflows however large y is.
func logSlope(y *grad.Value) *grad.Value {
	tail := y.Mul(grad.Scalar(-2)).Softplus()
	return y.Add(tail).Neg().Add(grad.Scalar(math.Ln2)).Mul(grad.Scalar(2))
}

// LogProb is the log-density of x [..., size], summed over the last axis. An x at or beyond ±1 counts
// as the closest float32 within, and has no gradient. For the density of one's own samples,
// SampleWithLogProb does without the inverse of tanh.
func (g TanhGaussian) LogProb(x *grad.Value) *grad.Value {
	y := g.before(x)
	return g.Base.LogProb(y).Sub(logSlope(y).Sum(-1))
}

// Sample turns standard normal noise into a sample that gradients flow through.
func (g TanhGaussian) Sample(noise *grad.Value) *grad.Value { return g.Base.Sample(noise).Tanh() }

// SampleWithLogProb returns Sample and its log-density [...], which is finite and has a gradient even
// where the sample rounds to ±1.
func (g TanhGaussian) SampleWithLogProb(noise *grad.Value) (sample, logProb *grad.Value) {
	y := g.Base.Sample(noise)
	return y.Tanh(), g.Base.LogProb(y).Sub(logSlope(y).Sum(-1))
}

// Noise is the inverse of Sample: the noise that makes this sample, as far as the sample tells.
func (g TanhGaussian) Noise(sample *grad.Value) *grad.Value { return g.Base.Noise(g.before(sample)) }

// Mode is the tanh of the mean, which is the median of each element; the density itself may peak
// elsewhere, at the bounds if the deviation is large.
func (g TanhGaussian) Mode() *grad.Value { return g.Base.Mean.Tanh() }

// KL is the divergence KL(g || other) of each element, not summed. It is that of the Gaussians, for
// tanh has an inverse.
func (g TanhGaussian) KL(other TanhGaussian) *grad.Value { return g.Base.KL(other.Base) }

// Stop is the same distribution with no gradient flowing back to it.
func (g TanhGaussian) Stop() TanhGaussian { return TanhGaussian{g.Base.Stop()} }
