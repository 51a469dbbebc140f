package dreamer

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/world"
)

// Constants of the policy's distribution before tanh.
const (
	meanLimit        = 5 // the mean stays where tanh has a gradient
	minimumDeviation = 0.1
	maximumDeviation = 1
	policyScale      = 0.1 // of the weights of the last layer: the first actions are nearly those of noise
)

// newModel makes the model of the world.
func newModel(c *Config, sizes agent.Sizes, random *rand.Rand) world.Model {
	last := c.ModelLayers[len(c.ModelLayers)-1]
	latent := newLatent(c)
	recurrent := world.NewRSSM(world.RSSMSizes{
		Action: sizes.Action, Embedding: last, Deterministic: c.Deterministic, Hidden: c.Hidden,
	}, latent, c.Cell == NormGRU, random)
	features := recurrent.FeatureSize()
	model := world.Model{
		Encoder: world.VectorEncoder{Network: world.NewNetwork(layers(sizes.Observation, c.ModelLayers), 1, random), Symlog: c.Symlog},
		RSSM:    recurrent,
		Decoder: world.VectorDecoder{Network: world.NewNetwork(layers(features, c.ModelLayers, sizes.Observation), 1, random), Symlog: c.Symlog},
		Reward:  world.NewScalar(features, c.ModelLayers, c.support(c.TwoHotReward), random),
	}
	if c.ContinuationWeight > 0 {
		continuation := world.NewChance(features, c.ModelLayers, random)
		model.Continuation = &continuation
	}
	return model
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

// layers are the sizes of all layers of a network.
func layers(inputs int, hidden []int, outputs ...int) []int {
	return append(append([]int{inputs}, hidden...), outputs...)
}

// newCritic makes a value function of features.
func newCritic(c *Config, features int, random *rand.Rand) world.Scalar {
	return world.NewScalar(features, c.CriticLayers, c.support(c.TwoHotCritic), random)
}

// policy is a distribution of actions that is a function of features.
type policy struct{ Network nn.MLP }

func newPolicy(c *Config, features, actions int, random *rand.Rand) policy {
	return policy{world.NewNetwork(layers(features, c.PolicyLayers, 2*actions), policyScale, random)}
}

// Apply returns the distribution of actions [..., action] for features [..., features].
func (p policy) Apply(features *grad.Value) dist.TanhGaussian {
	raw := p.Network.Apply(features)
	shape := raw.Shape()
	actions := shape[len(shape)-1] / 2
	mean := raw.Slice(-1, 0, actions).Mul(grad.Scalar(1.0 / meanLimit)).Tanh().Mul(grad.Scalar(meanLimit))
	share := raw.Slice(-1, actions, 2*actions).Add(grad.Scalar(2)).Sigmoid()
	deviation := share.Mul(grad.Scalar(maximumDeviation - minimumDeviation)).Add(grad.Scalar(minimumDeviation))
	return dist.TanhGaussian{Base: dist.Gaussian{Mean: mean, Deviation: deviation}}
}
