package planet

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/world"
)

// newModel makes the model of the world.
func newModel(c *Config, sizes agent.Sizes, random *rand.Rand) world.Model {
	embedding := c.ModelLayers[len(c.ModelLayers)-1]
	recurrent := world.NewRSSM(world.RSSMSizes{
		Action: sizes.Action, Embedding: embedding, Deterministic: c.Deterministic, Hidden: c.Hidden,
	}, newLatent(c), c.Cell == NormGRU, random)
	features := recurrent.FeatureSize()
	encoder := append([]int{sizes.Observation}, c.ModelLayers...)
	decoder := append(append([]int{features}, c.ModelLayers...), sizes.Observation)
	model := world.Model{
		Encoder: world.VectorEncoder{Network: world.NewNetwork(encoder, 1, random), Symlog: c.Symlog},
		RSSM:    recurrent,
		Decoder: world.VectorDecoder{Network: world.NewNetwork(decoder, 1, random), Symlog: c.Symlog},
		Reward:  world.NewScalar(features, c.ModelLayers, nil, random),
	}
	if c.ContinuationWeight > 0 {
		continuation := world.NewChance(features, c.ModelLayers, random)
		model.Continuation = &continuation
	}
	return model
}

// newLatent is the kind of the stochastic state.
func newLatent(c *Config) world.Latent {
	if c.Latent == Deterministic {
		return world.Deterministic{Numbers: c.Stochastic, Unit: c.LatentDeviation}
	}
	return world.Gaussian{Numbers: c.Stochastic, MinimumDeviation: c.LatentDeviation}
}
