package dist

import "github.com/reverie-rl/reverie/grad"

// Bernoulli is a distribution over independent zeros and ones. Logits [..., size] are the logarithms
// of the odds of a one.
type Bernoulli struct{ Logits *grad.Value }

// Mean is the probability of a one.
func (b Bernoulli) Mean() *grad.Value { return b.Logits.Sigmoid() }

// LogProb is the log-probability of x [..., size], summed over the last axis. An x between 0 and 1
// is a probability itself, and LogProb then the negative cross-entropy.
func (b Bernoulli) LogProb(x *grad.Value) *grad.Value {
	return x.Mul(b.Logits).Sub(b.Logits.Softplus()).Sum(-1)
}

// Entropy is summed over the last axis.
func (b Bernoulli) Entropy() *grad.Value {
	return b.Logits.Softplus().Sub(b.Mean().Mul(b.Logits)).Sum(-1)
}

// Sample is 1 where noise, uniform on (0, 1), is below the probability. The gradient flows straight
// through to the probability (Bengio et al., 2013).
func (b Bernoulli) Sample(noise *grad.Value) *grad.Value {
	mean := b.Mean()
	return grad.StraightThrough(mean.Greater(noise), mean)
}

// Noise is uniform noise [..., size] that makes Sample give the sample, drawn from what such noise
// can be, (0, p) or (p, 1), by fresh uniform noise of the same shape. If samples follow b, the result
// is uniform.
func (b Bernoulli) Noise(sample, fresh *grad.Value) *grad.Value {
	mean := b.Mean()
	ifZero := mean.Neg().Add(grad.Scalar(1)).Mul(fresh).Add(mean)
	return sample.Where(mean.Mul(fresh), ifZero)
}

// Mode is the more likely of 0 and 1, and 0 if they are equally likely.
func (b Bernoulli) Mode() *grad.Value { return b.Logits.Greater(grad.Scalar(0)) }

// KL is the divergence KL(b || other) of each element, not summed:
//
//	p (l - l_o) - softplus(l) + softplus(l_o), with logits l and p = sigmoid(l)
func (b Bernoulli) KL(other Bernoulli) *grad.Value {
	shift := b.Mean().Mul(b.Logits.Sub(other.Logits))
	return shift.Sub(b.Logits.Softplus()).Add(other.Logits.Softplus())
}

// Stop is the same distribution with no gradient flowing back to it.
func (b Bernoulli) Stop() Bernoulli { return Bernoulli{b.Logits.Stop()} }
