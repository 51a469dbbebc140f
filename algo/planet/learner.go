package planet

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/observation"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/algo/internal/windows"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/world"
)

// Streams of the random generator, besides those of offpolicy.
const (
	streamPosterior    = iota + 16 // latents of the windows
	streamOvershooting             // latents of latent overshooting
	streamFilter                   // latents of acting
	streamExploration              // noise added to actions, and actions before the first update
)

// learner is PlaNet's state: the model of the world, its optimiser, and the traced update that changes it.
type learner struct {
	offpolicy.Learner
	config  *Config
	workers *grad.Workers

	model     world.Model
	optimiser *optim.Adam
	windows   replay.Sequences // the update's inputs
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("planet", config)
	if err != nil {
		return nil, err
	}
	if err := observation.CheckImage("planet", sizes.Image); err != nil {
		return nil, err
	}
	l := &learner{config: c, workers: workers, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "planet", Sizes: sizes, Seed: seed, Batch: c.Batch,
	}}}
	l.model = newModel(c, sizes, rand.New(rand.NewPCG(seed, offpolicy.StreamParameters)))
	l.optimiser = optim.NewAdam(grad.TreeOf(l.model), c.LearningRate)
	if err := l.Compile(func(t *grad.Tracer) { l.trace(t, windows.Input(t, &l.Learner, l.config.Window)) }, workers); err != nil {
		return nil, err
	}
	l.windows = windows.Memory(&l.Learner, l.config.Window, l.stateSize())
	return l, nil
}

// trace traces one update. docs/planet.md gives the formulas of its metrics.
func (l *learner) trace(t *grad.Tracer, s world.Sequence) {
	loss := l.lossOf(t, s)
	norm := l.optimiser.Minimise(t, loss.total, l.config.GradientNorm)
	for _, metric := range []struct {
		name  string
		value *grad.Value
	}{
		{"model/loss", loss.total}, {"model/observation", loss.Observation}, {"model/reward", loss.Reward},
		{"model/continuation", loss.Continuation}, {"model/kl", loss.KL}, {"model/overshooting", loss.overshooting},
		{"model/gradient_norm", norm},
	} {
		l.Report.Add(t, metric.name, metric.value)
	}
}

// Step makes one update from windows drawn from experience.
func (l *learner) Step(experience *replay.Sampler) error {
	if err := experience.SampleWindows(l.windows, l.config.Window); err != nil {
		return err
	}
	return l.Update()
}

// Parts names the model and the state of the optimiser.
func (l *learner) Parts() []agent.Part {
	return []agent.Part{
		{Name: "model", Tree: grad.TreeOf(l.model)},
		{Name: "model_optimiser", Tree: grad.TreeOf(l.optimiser)},
	}
}
