package pets

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/world"
)

// streamExploration is the stream of the noise on actions, and of actions before the first update.
const streamExploration = 16

// learner is the state of PETS: the ensemble, its optimiser, and the traced update that changes it.
type learner struct {
	offpolicy.Learner
	config  *Config
	workers *grad.Workers

	model     world.Ensemble
	optimiser *optim.Adam
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("pets", config)
	if err != nil {
		return nil, err
	}
	l := &learner{config: c, workers: workers, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "pets", Sizes: sizes, Seed: seed, Batch: c.Members * c.Batch, NStep: 1, Discount: 1,
	}}}
	l.model = newModel(c, sizes, rand.New(rand.NewPCG(seed, offpolicy.StreamParameters)))
	l.optimiser = optim.NewAdam(l.model.Networks(), c.LearningRate)
	return l, l.CompileTransitions(l.trace, workers)
}

// trace traces one update. docs/pets.md gives the formulas of its metrics.
func (l *learner) trace(t *grad.Tracer, batch offpolicy.Batch) {
	fit := l.fit(t, batch)
	norm := l.optimiser.Minimise(t, fit.Loss, l.config.GradientNorm)
	l.Report.Add(t, "model/loss", fit.Loss)
	l.Report.Add(t, "model/error", fit.Error)
	l.Report.Add(t, "model/gradient_norm", norm)
}

// Parts names the ensemble and the state of the optimiser.
func (l *learner) Parts() []agent.Part {
	return []agent.Part{
		{Name: "model", Tree: grad.TreeOf(l.model)},
		{Name: "model_optimiser", Tree: grad.TreeOf(l.optimiser)},
	}
}
