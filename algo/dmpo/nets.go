package dmpo

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/dist"
)

// newPolicy returns a policy network as configured.
func newPolicy(c *Config, sizes agent.Sizes, random *rand.Rand) gaussian.Network {
	return gaussian.NewNetwork(gaussian.Settings{
		Sizes: sizes, Layers: c.PolicyLayers, Head: gaussian.Free(c.InitialDeviation, c.MinimumDeviation),
	}, random)
}

// newCritic returns a network that gives the distribution of an action's return.
func newCritic(c *Config, sizes agent.Sizes, random *rand.Rand) critic.Distributional {
	support := dist.LinearSupport(c.LowestReturn, c.HighestReturn, c.Atoms)
	return critic.NewDistributional(sizes, c.CriticLayers, support, random)
}
