package dreamer

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/world"
)

// Constants of the policy's distribution, before tanh if actions are continuous.
const (
	meanLimit        = 5 // the mean stays where tanh has a gradient
	minimumDeviation = 0.1
	maximumDeviation = 1
	policyScale      = 0.1 // of the weights of the last layer: the first actions are nearly those of noise
)

// newModel makes the model of the world.
func newModel(c *Config, sizes agent.Sizes, random *rand.Rand) world.Model {
	return world.NewModel(world.Architecture{
		Observation: sizes.Observation, Side: sizes.Image.Height, Channels: sizes.Image.Channels, Action: sizes.Action,
		Latent: newLatent(c), NormalisedCell: c.Cell == NormGRU, Deterministic: c.Deterministic, Hidden: c.Hidden,
		Layers: c.ModelLayers, Depth: c.Depth, Symlog: c.Symlog, Binary: c.Binary,
		Reward: c.support(c.TwoHotReward), Continuation: c.ContinuationWeight > 0,
	}, random)
}

// newLatent is the kind of the stochastic state.
func newLatent(c *Config) world.Latent {
	switch c.Latent {
	case Categorical:
		return world.Categorical{Variables: c.Stochastic, Classes: c.Classes, Unimix: c.Unimix}
	case Deterministic:
		return world.Deterministic{Numbers: c.Stochastic, Unit: c.LatentDeviation}
	}
	return world.Gaussian{Numbers: c.Stochastic, MinimumDeviation: c.LatentDeviation}
}

// support is the atoms of a head, if it has any.
func (c *Config) support(twoHot bool) *dist.Support {
	if !twoHot {
		return nil
	}
	support := dist.SymexpSupport(-c.SymlogLimit, c.SymlogLimit, c.Atoms)
	return &support
}

// newCritic makes a value function of features.
func newCritic(c *Config, features int, random *rand.Rand) world.Scalar {
	return world.NewScalar(features, c.CriticLayers, c.support(c.TwoHotCritic), random)
}

// policy is a distribution of actions that is a function of features.
type policy struct {
	Network nn.MLP

	discrete bool
}

func newPolicy(c *Config, features int, sizes agent.Sizes, random *rand.Rand) policy {
	outputs := 2 * sizes.Action // mean and deviation
	if sizes.Discrete {
		outputs = sizes.Action // a logit for each choice
	}
	layers := append(append([]int{features}, c.PolicyLayers...), outputs)
	return policy{world.NewNetwork(layers, policyScale, random), sizes.Discrete}
}

// Apply returns the distribution of actions [..., action] for features [..., features].
func (p policy) Apply(features *grad.Value) actions {
	raw := p.Network.Apply(features)
	if p.discrete {
		return discrete{dist.Categorical{Logits: raw}}
	}
	shape := raw.Shape()
	size := shape[len(shape)-1] / 2
	mean := raw.Slice(-1, 0, size).Mul(grad.Scalar(1.0 / meanLimit)).Tanh().Mul(grad.Scalar(meanLimit))
	share := raw.Slice(-1, size, 2*size).Add(grad.Scalar(2)).Sigmoid()
	deviation := share.Mul(grad.Scalar(maximumDeviation - minimumDeviation)).Add(grad.Scalar(minimumDeviation))
	return continuous{dist.TanhGaussian{Base: dist.Gaussian{Mean: mean, Deviation: deviation}}}
}

// watched names what actions.watch returns.
func (p policy) watched() []string {
	if p.discrete {
		return []string{"policy/certainty"}
	}
	return []string{"policy/mean_size", "policy/deviation"}
}
