package dist

import "github.com/reverie-rl/reverie/grad"

// MultiCategorical is a group of independent categorical variables, such as the latent state of
// DreamerV2 (32 variables of 32 classes) or several discrete actions taken at once. The logits have
// shape [..., groups, classes]; samples, the mode and the probabilities have the same shape, and KL
// is that of each variable [..., groups], not summed.
type MultiCategorical struct{ Categorical }

// Unimix mixes every variable with the uniform distribution, which gets the given share.
func (m MultiCategorical) Unimix(share float64) MultiCategorical {
	return MultiCategorical{m.Categorical.Unimix(share)}
}

// LogProb is the log-probability [...] of one-hot x [..., groups, classes], summed over the groups.
func (m MultiCategorical) LogProb(x *grad.Value) *grad.Value { return m.Categorical.LogProb(x).Sum(-1) }

// Entropy is summed over the groups, of shape [...].
func (m MultiCategorical) Entropy() *grad.Value { return m.Categorical.Entropy().Sum(-1) }

// KL is the divergence KL(m || other) of each variable [..., groups], not summed.
func (m MultiCategorical) KL(other MultiCategorical) *grad.Value {
	return m.Categorical.KL(other.Categorical)
}

// Stop is the same distribution with no gradient flowing back to it.
func (m MultiCategorical) Stop() MultiCategorical { return MultiCategorical{m.Categorical.Stop()} }
