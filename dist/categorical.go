package dist

import "github.com/reverie-rl/reverie/grad"

// Categorical is a distribution over classes, whose samples are one-hot. Logits [..., classes] are
// log-probabilities up to a constant.
type Categorical struct{ Logits *grad.Value }

// Unimix mixes c with the uniform distribution, which gets the given share. With a share of 0.01
// (DreamerV3) no class is ever impossible and no divergence infinite.
func (c Categorical) Unimix(share float64) Categorical {
	classes := c.Logits.Shape()[len(c.Logits.Shape())-1]
	mixed := c.Probabilities().Mul(grad.Scalar(1 - share)).Add(grad.Scalar(share / float64(classes)))
	return Categorical{mixed.Log()}
}

// Probabilities has shape [..., classes].
func (c Categorical) Probabilities() *grad.Value { return c.Logits.Softmax(-1) }

// LogProbabilities has shape [..., classes].
func (c Categorical) LogProbabilities() *grad.Value {
	return c.Logits.Sub(c.Logits.LogSumExp(-1).KeepAxis(-1))
}

// LogProb is the log-probability [...] of a one-hot x [..., classes]. An x of other probabilities
// gives the negative cross-entropy.
func (c Categorical) LogProb(x *grad.Value) *grad.Value { return x.Mul(c.LogProbabilities()).Sum(-1) }

// Entropy has shape [...].
func (c Categorical) Entropy() *grad.Value {
	return c.Probabilities().Mul(c.LogProbabilities()).Sum(-1).Neg()
}

// Sample is the one-hot class [..., classes] whose logit plus Gumbel noise is the largest (Gumbel,
// 1954); the noise given is uniform on (0, 1), of shape [..., classes]. The gradient flows straight
// through to the probabilities (Bengio et al., 2013).
func (c Categorical) Sample(noise *grad.Value) *grad.Value {
	gumbel := noise.Log().Neg().Log().Neg()
	return grad.StraightThrough(oneHotMaximum(c.Logits.Add(gumbel)), c.Probabilities())
}

// Noise is uniform noise [..., classes] that makes Sample pick the one-hot sample, drawn from what
// such noise can be by fresh uniform noise of the same shape. If samples follow c, the result is
// uniform. With p the probabilities, k the class picked and v the fresh noise it is
//
//	u_k = v_k^p_k,  u_i = v_i v_k^p_i for all others
//
// which is the posterior of Maddison et al. (2014, A* sampling) in terms of uniform noise.
func (c Categorical) Noise(sample, fresh *grad.Value) *grad.Value {
	log := fresh.Log()
	others := sample.Neg().Add(grad.Scalar(1)).Mul(log)
	picked := sample.Mul(log).Sum(-1).KeepAxis(-1).Mul(c.Probabilities())
	return others.Add(picked).Exp()
}

// Mode is the most likely class, one-hot, the first of them if there are several.
func (c Categorical) Mode() *grad.Value { return oneHotMaximum(c.Logits) }

// KL is the divergence KL(c || other), of shape [...].
func (c Categorical) KL(other Categorical) *grad.Value {
	difference := c.LogProbabilities().Sub(other.LogProbabilities())
	return c.Probabilities().Mul(difference).Sum(-1)
}

// Stop is the same distribution with no gradient flowing back to it.
func (c Categorical) Stop() Categorical { return Categorical{c.Logits.Stop()} }
