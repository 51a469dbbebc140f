package dist

import (
	"math"

	"github.com/reverie-rl/reverie/grad"
)

// TruncatedGaussian is a Gaussian given that it is within [-1, 1]: actions that reach their bounds, as
// in DreamerV2. Mean and Deviation [..., size] are those before the cut; the mean should not lie far
// outside of the bounds, for then nothing is left that float32 can tell from 0.
type TruncatedGaussian struct{ Mean, Deviation *grad.Value }

// DreamerTruncatedGaussian is the policy head of DreamerV2 (Hafner et al., 2021) for raw outputs of a
// network, both of shape [..., size]: the mean is tanh(mean), the deviation 2·sigmoid(deviation/2) +
// 0.1.
func DreamerTruncatedGaussian(mean, deviation *grad.Value) TruncatedGaussian {
	share := deviation.Mul(grad.Scalar(0.5)).Sigmoid()
	return TruncatedGaussian{Mean: mean.Tanh(), Deviation: share.Mul(grad.Scalar(2)).Add(grad.Scalar(0.1))}
}

// base is the distribution before the cut.
func (g TruncatedGaussian) base() Gaussian { return Gaussian(g) }

// standardBounds are the bounds in deviations from the mean.
func (g TruncatedGaussian) standardBounds() (low, high *grad.Value) {
	one := grad.Scalar(1)
	return g.Mean.Add(one).Div(g.Deviation).Neg(), g.Mean.Neg().Add(one).Div(g.Deviation)
}

// standardErf is erf(z/√2), which is the normal distribution function scaled to (-1, 1).
func standardErf(z *grad.Value) *grad.Value { return z.Mul(grad.Scalar(math.Sqrt2 / 2)).Erf() }

// start is standardErf of the lower bound, and mass that of the upper bound less start: twice the
// probability of being within the bounds before the cut.
func (g TruncatedGaussian) start() (start, mass *grad.Value) {
	low, high := g.standardBounds()
	start = standardErf(low)
	return start, standardErf(high).Sub(start)
}

// logMass is the logarithm of the probability of being within the bounds before the cut.
func (g TruncatedGaussian) logMass() *grad.Value {
	_, mass := g.start()
	return mass.Log().Sub(grad.Scalar(math.Ln2))
}

// moments are the means of z and z² where z is a sample in deviations from Mean:
//
//	E z = (φ(low) - φ(high)) / Z,  E z² = 1 + (low φ(low) - high φ(high)) / Z
//
// with the normal density φ and the probability Z of being within the bounds.
func (g TruncatedGaussian) moments() (first, second *grad.Value) {
	low, high := g.standardBounds()
	_, mass := g.start()
	scale := math.Sqrt(2 / math.Pi) // mass is twice the probability
	density := func(z *grad.Value) *grad.Value {
		return z.Square().Mul(grad.Scalar(-0.5)).Exp().Mul(grad.Scalar(scale)).Div(mass)
	}
	atLow, atHigh := density(low), density(high)
	return atLow.Sub(atHigh), low.Mul(atLow).Sub(high.Mul(atHigh)).Add(grad.Scalar(1))
}

// LogProb is the log-density of x [..., size] within the bounds, summed over the last axis.
func (g TruncatedGaussian) LogProb(x *grad.Value) *grad.Value {
	return g.base().LogProb(x).Sub(g.logMass().Sum(-1))
}

// Entropy is summed over the last axis.
func (g TruncatedGaussian) Entropy() *grad.Value {
	_, second := g.moments()
	return g.base().Entropy().Add(g.logMass().Add(second.Sub(grad.Scalar(1)).Mul(grad.Scalar(0.5))).Sum(-1))
}

// Average is the mean after the cut; the field Mean is that before.
func (g TruncatedGaussian) Average() *grad.Value {
	first, _ := g.moments()
	return first.Mul(g.Deviation).Add(g.Mean)
}

// Sample turns noise, uniform on (0, 1), into a sample that gradients flow through: the noise is the
// sample's place in the distribution function.
func (g TruncatedGaussian) Sample(noise *grad.Value) *grad.Value {
	start, mass := g.start()
	place := noise.Mul(mass).Add(start).Clip(-closestToOne, closestToOne)
	return inverseErf(place).Mul(grad.Scalar(math.Sqrt2)).Mul(g.Deviation).Add(g.Mean).Clip(-1, 1)
}

// Noise is the inverse of Sample: the noise that makes this sample.
func (g TruncatedGaussian) Noise(sample *grad.Value) *grad.Value {
	start, mass := g.start()
	return standardErf(g.base().Noise(sample)).Sub(start).Div(mass)
}

// Mode is the most likely value: Mean, or the bound closest to it.
func (g TruncatedGaussian) Mode() *grad.Value { return g.Mean.Clip(-1, 1) }

// KL is the divergence KL(g || other) of each element, not summed. With z as for moments and the shift
// d = μ - μ_o it is
//
//	log(σ_o Z_o) - log(σ Z) - E z² / 2 + (d² + 2 d σ E z + σ² E z²) / (2 σ_o²)
func (g TruncatedGaussian) KL(other TruncatedGaussian) *grad.Value {
	first, second := g.moments()
	shift := g.Mean.Sub(other.Mean)
	distance := shift.Square().Add(shift.Mul(g.Deviation).Mul(first).Mul(grad.Scalar(2))).Add(g.Deviation.Square().Mul(second))
	logRatio := other.Deviation.Log().Add(other.logMass()).Sub(g.Deviation.Log().Add(g.logMass()))
	return distance.Div(other.Deviation.Square()).Sub(second).Mul(grad.Scalar(0.5)).Add(logRatio)
}

// Stop is the same distribution with no gradient flowing back to it.
func (g TruncatedGaussian) Stop() TruncatedGaussian {
	return TruncatedGaussian(g.base().Stop())
}
