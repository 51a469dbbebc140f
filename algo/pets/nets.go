package pets

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/world"
)

// newModel makes the ensemble.
func newModel(c *Config, sizes agent.Sizes, random *rand.Rand) world.Ensemble {
	return world.NewEnsemble(world.EnsembleSizes{Observation: sizes.Observation, Action: sizes.Action}, c.Members, c.ModelLayers, random)
}
