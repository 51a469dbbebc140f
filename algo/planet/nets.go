package planet

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/world"
)

// newModel makes the model of the world.
func newModel(c *Config, sizes agent.Sizes, random *rand.Rand) world.Model {
	return world.NewModel(world.Architecture{
		Observation: sizes.Observation, Side: sizes.Image.Height, Channels: sizes.Image.Channels, Action: sizes.Action,
		Latent: newLatent(c), NormalisedCell: c.Cell == NormGRU, Deterministic: c.Deterministic, Hidden: c.Hidden,
		Layers: c.ModelLayers, Depth: c.Depth, Symlog: c.Symlog, Continuation: c.ContinuationWeight > 0,
		RecurrentFirst: true,
	}, random)
}

// newLatent is the kind of the stochastic state.
func newLatent(c *Config) world.Latent {
	if c.Latent == Deterministic {
		return world.Deterministic{Numbers: c.Stochastic, Unit: c.LatentDeviation}
	}
	return world.Gaussian{Numbers: c.Stochastic, MinimumDeviation: c.LatentDeviation}
}
