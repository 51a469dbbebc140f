package dist

import "github.com/reverie-rl/reverie/grad"

// ValueDistribution is a distribution of one number, a reward or a return, as a categorical one over
// the atoms of a support: the critic of C51 (Bellemare et al., 2017), and the two-hot head of
// DreamerV3 (Hafner et al., 2023). Logits have shape [..., atoms].
type ValueDistribution struct {
	Support Support
	Logits  *grad.Value
}

// Probabilities are those of the atoms [..., atoms].
func (v ValueDistribution) Probabilities() *grad.Value { return v.Logits.Softmax(-1) }

// Mean has shape [...].
func (v ValueDistribution) Mean() *grad.Value { return v.Support.Mean(v.Probabilities()) }

// LogProb is the log-likelihood [...] of numbers x [...] spread over two atoms each. Its negative is
// the two-hot loss.
func (v ValueDistribution) LogProb(x *grad.Value) *grad.Value {
	return v.CrossEntropy(v.Support.TwoHot(x)).Neg()
}

// CrossEntropy is the loss [...] of v against target probabilities of the atoms [..., atoms].
func (v ValueDistribution) CrossEntropy(target *grad.Value) *grad.Value {
	return Categorical{v.Logits}.LogProb(target).Neg()
}

// Backup gives the probabilities [..., atoms] of reward + discount · z, where z is distributed as v.
func (v ValueDistribution) Backup(reward, discount *grad.Value) *grad.Value {
	return v.Support.Backup(v.Probabilities(), reward, discount)
}

// Sample is the atom that uniform noise [..., atoms] picks, of shape [...]; the gradient flows
// straight through to the probabilities.
func (v ValueDistribution) Sample(noise *grad.Value) *grad.Value {
	return Categorical{v.Logits}.Sample(noise).Mul(v.Support.atoms).Sum(-1)
}

// Noise is uniform noise [..., atoms] that makes Sample pick the sample, or the atom closest to it,
// drawn by fresh uniform noise of that shape as by Categorical.Noise.
func (v ValueDistribution) Noise(sample, fresh *grad.Value) *grad.Value {
	return Categorical{v.Logits}.Noise(oneHotMaximum(v.Support.TwoHot(sample)), fresh)
}

// Mode is the most likely atom, of shape [...].
func (v ValueDistribution) Mode() *grad.Value {
	return Categorical{v.Logits}.Mode().Mul(v.Support.atoms).Sum(-1)
}

// Entropy is that of the categorical distribution, of shape [...].
func (v ValueDistribution) Entropy() *grad.Value { return Categorical{v.Logits}.Entropy() }

// KL is the divergence KL(v || other) of two distributions on the same support, of shape [...].
func (v ValueDistribution) KL(other ValueDistribution) *grad.Value {
	return Categorical{v.Logits}.KL(Categorical{other.Logits})
}

// Stop is the same distribution with no gradient flowing back to it.
func (v ValueDistribution) Stop() ValueDistribution {
	return ValueDistribution{v.Support, v.Logits.Stop()}
}
