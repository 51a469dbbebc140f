package dreamer

import (
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// actions is a distribution of actions, as the policy gives it.
type actions interface {
	actor.Distribution
	// act samples with noise. The entropy [...] is - log π of the sample or its exact mean, with a gradient.
	act(noise *grad.Value) (action, entropy *grad.Value)
	// exploring is the distribution to explore with: more of the noise that makes samples of continuous actions is
	// added to them, with this deviation. The density that it tells is the policy's, without this addition.
	exploring(deviation float64) actor.Distribution
	// watch is what the learner reports of the distribution, each [...]; policy.watched has the names.
	watch() []*grad.Value
}

// continuous is Gaussian actions within (-1, 1).
type continuous struct{ dist.TanhGaussian }

func (c continuous) act(noise *grad.Value) (action, entropy *grad.Value) {
	action, logProb := c.SampleWithLogProb(noise)
	return action, logProb.Neg()
}

func (c continuous) exploring(deviation float64) actor.Distribution {
	return disturbed{c.TanhGaussian, deviation}
}

// watch is the mean size of the mode, and the mean deviation before tanh.
func (c continuous) watch() []*grad.Value {
	return []*grad.Value{c.Mode().Abs().Mean(-1), c.Base.Deviation.Mean(-1)}
}

// disturbed has noise added to its samples.
type disturbed struct {
	dist.TanhGaussian
	deviation float64
}

func (d disturbed) Sample(noise *grad.Value) *grad.Value {
	return d.TanhGaussian.Sample(noise).Add(noise.Mul(grad.Scalar(d.deviation)))
}

// discrete is a choice, with the gradient straight through samples. What it chooses by chance is exploration enough.
type discrete struct{ dist.Categorical }

func (d discrete) act(noise *grad.Value) (action, entropy *grad.Value) {
	return d.Sample(noise), d.Entropy()
}

func (d discrete) exploring(float64) actor.Distribution { return d }

// watch is the probability of the most likely choice.
func (d discrete) watch() []*grad.Value { return []*grad.Value{d.Probabilities().Maximum(-1)} }
