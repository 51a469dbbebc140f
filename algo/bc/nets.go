package bc

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
)

// newPolicy returns a policy network as configured.
func newPolicy(c *Config, sizes agent.Sizes, random *rand.Rand) gaussian.Network {
	return gaussian.NewNetwork(gaussian.Settings{
		Sizes: sizes, Layers: c.PolicyLayers, Head: gaussian.Free(c.InitialDeviation, c.MinimumDeviation),
	}, random)
}
