package sac

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// policy is a Gaussian that passes through tanh.
type policy struct{ gaussian.Network }

func newPolicy(c *Config, sizes agent.Sizes, random *rand.Rand) policy {
	return policy{gaussian.NewNetwork(gaussian.Settings{
		Sizes: sizes, Layers: c.PolicyLayers, Head: gaussian.Free(c.InitialDeviation, c.MinimumDeviation),
	}, random)}
}

// Apply returns the distribution of actions [..., action] for observations [..., observation].
func (p policy) Apply(observation *grad.Value) dist.TanhGaussian {
	return dist.TanhGaussian{Base: p.Network.Apply(observation)}
}

// newCritic returns two networks that value an action in a state.
func newCritic(c *Config, sizes agent.Sizes, random *rand.Rand) critic.Critic {
	return critic.New(sizes, c.CriticLayers, 2, random)
}
