package bench

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/plan"
	"github.com/reverie-rl/reverie/world"
)

// Sizes of PlanetDecision's model, those of Dreamer's small preset.
const (
	decisionUnits   = 64 // of every layer and of the deterministic state
	decisionLatents = 16
)

// PlanetDecision is one decision of PlaNet: ten iterations of CEM with 1,000 sequences of 12 actions, in a
// model of 24 observations and 6 actions with 16 stochastic and 64 deterministic units and layers of 64.
func PlanetDecision(workers *grad.Workers) (Work, error) {
	random := rand.New(rand.NewPCG(1, 1))
	model := world.NewModel(world.Architecture{
		Observation: vectors.Observation, Action: vectors.Action,
		Latent: world.Gaussian{Numbers: decisionLatents, MinimumDeviation: 0.1}, NormalisedCell: true,
		Deterministic: decisionUnits, Hidden: decisionUnits, Layers: []int{decisionUnits, decisionUnits},
	}, random)
	for _, named := range grad.TreeOf(model.Reward) {
		fillNormal(random, named.Data)
	}
	const horizon = 12
	rollout, err := model.NewRollout(horizon, false, nil, workers)
	if err != nil {
		return Work{}, err
	}
	planner := &plan.CEM{Sizes: plan.Sizes{Horizon: horizon, Action: vectors.Action}, Elites: 100, Deviation: 1}
	state, nominal, decision := make([]float32, model.RSSM.FeatureSize()), make([]float32, horizon*vectors.Action), uint64(0)
	fillNormal(random, state)
	return Work{func() error {
		decision++
		rollout.Stand(state, decision)
		_, err := planner.Plan(rollout, plan.Start{Nominal: nominal, Seed: decision}, plan.Budget{Samples: 1000, Iterations: 10})
		return err
	}, rollout.Programs()}, nil
}
