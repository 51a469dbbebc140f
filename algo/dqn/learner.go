package dqn

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
)

// learner is DQN's state: the network, its target copy and its optimiser, and the traced update that changes them.
type learner struct {
	offpolicy.Learner
	config *Config

	online, target network
	optimiser      *optim.Adam
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("dqn", config)
	if err != nil {
		return nil, err
	}
	l := &learner{config: c, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "dqn", Sizes: sizes, Seed: seed,
		Batch: c.Batch, NStep: c.NStep, Discount: c.Discount, TargetPeriod: c.TargetPeriod,
	}}}
	l.build(rand.New(rand.NewPCG(seed, offpolicy.StreamParameters)))
	if err := l.CompileTransitions(l.trace, workers); err != nil {
		return nil, err
	}
	return l, nil
}

// build makes the parameters.
func (l *learner) build(random *rand.Rand) {
	l.online, l.target = newNetwork(l.config, l.Sizes, random), newNetwork(l.config, l.Sizes, random)
	l.Online, l.Target = grad.TreeOf(l.online), grad.TreeOf(l.target)
	l.CopyTargets()
	l.optimiser = optim.NewAdam(l.Online, l.config.LearningRate)
}

// trace traces one update; docs/dqn.md gives the formulas of its metrics.
func (l *learner) trace(t *grad.Tracer, batch offpolicy.Batch) {
	loss, values, target := l.loss(batch)
	norm := l.optimiser.Minimise(t, loss, l.config.GradientNorm)
	l.Report.Add(t, "critic/loss", loss)
	l.Report.Add(t, "critic/value", values.Mean())
	l.Report.Add(t, "critic/target", target.Mean())
	l.Report.Add(t, "critic/gradient_norm", norm)
}

// Parts names everything that is learned, and the state of the optimiser.
func (l *learner) Parts() []agent.Part {
	return []agent.Part{
		{Name: "critic", Tree: l.Online},
		{Name: "target_critic", Tree: l.Target, CopyOf: "critic"},
		{Name: "critic_optimiser", Tree: grad.TreeOf(l.optimiser)},
	}
}
