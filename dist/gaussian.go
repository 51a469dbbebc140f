package dist

import (
	"math"

	"github.com/reverie-rl/reverie/grad"
)

// Gaussian is a normal distribution with independent elements. Mean and Deviation have shape
// [..., size] and broadcast against each other.
type Gaussian struct{ Mean, Deviation *grad.Value }

// halfLog2Pi is log(2π) / 2.
var halfLog2Pi = grad.Scalar(0.5 * math.Log(2*math.Pi))

// LogProb is the log-density of x [..., size], summed over the last axis.
func (g Gaussian) LogProb(x *grad.Value) *grad.Value {
	standard := x.Sub(g.Mean).Div(g.Deviation)
	normaliser := g.Deviation.Log().Add(halfLog2Pi)
	return standard.Square().Mul(grad.Scalar(-0.5)).Sub(normaliser).Sum(-1)
}

// Entropy is summed over the last axis.
func (g Gaussian) Entropy() *grad.Value {
	return g.Deviation.Log().Add(halfLog2Pi).Add(grad.Scalar(0.5)).Sum(-1)
}

// Sample turns standard normal noise into a sample that gradients flow through.
func (g Gaussian) Sample(noise *grad.Value) *grad.Value {
	return noise.Mul(g.Deviation).Add(g.Mean)
}

// Noise is the inverse of Sample: the noise that makes this sample.
func (g Gaussian) Noise(sample *grad.Value) *grad.Value {
	return sample.Sub(g.Mean).Div(g.Deviation)
}

// Mode is the most likely value.
func (g Gaussian) Mode() *grad.Value { return g.Mean }

// Stop is the same distribution with no gradient flowing back to it.
func (g Gaussian) Stop() Gaussian { return Gaussian{g.Mean.Stop(), g.Deviation.Stop()} }

// KL is the divergence KL(g || other) of each element, not summed:
//
//	log(σ_o/σ_g) + (σ_g² + (μ_g - μ_o)²) / (2 σ_o²) - 1/2
func (g Gaussian) KL(other Gaussian) *grad.Value {
	logRatio := other.Deviation.Log().Sub(g.Deviation.Log())
	ratio := g.Deviation.Div(other.Deviation).Square()
	shift := g.Mean.Sub(other.Mean).Div(other.Deviation).Square()
	return ratio.Add(shift).Mul(grad.Scalar(0.5)).Add(logRatio).Sub(grad.Scalar(0.5))
}
