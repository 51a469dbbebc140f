package cmpo

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
)

// newPolicy returns a policy network as configured.
func newPolicy(c *Config, sizes agent.Sizes, random *rand.Rand) gaussian.Network {
	return gaussian.NewNetwork(gaussian.Settings{
		Sizes: sizes, Layers: c.PolicyLayers, Head: gaussian.Free(c.InitialDeviation, c.MinimumDeviation),
	}, random)
}

// newCritic returns a network for each objective that values an action in a state.
func newCritic(c *Config, sizes agent.Sizes, random *rand.Rand) critic.Critic {
	return critic.New(sizes, c.CriticLayers, max(1, sizes.Objectives), random)
}
