package d4pg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
)

// learner is D4PG's state: networks, their target copies and optimisers, and the traced update that
// changes them.
type learner struct {
	offpolicy.Learner
	config *Config

	policy, targetPolicy policy
	critic, targetCritic critic.Distributional
	pair                 offpolicy.Pair // their trees and optimisers
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("d4pg", config)
	if err != nil {
		return nil, err
	}
	l := &learner{config: c, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "d4pg", Sizes: sizes, Seed: seed,
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
	c := l.config
	l.policy, l.critic = newPolicy(c, l.Sizes, random), newCritic(c, l.Sizes, random)
	l.targetPolicy, l.targetCritic = newPolicy(c, l.Sizes, random), newCritic(c, l.Sizes, random)
	l.pair = l.NewPair(l.policy, l.critic, l.targetPolicy, l.targetCritic, c.LearningRate)
}

// trace traces one update; docs/d4pg.md gives the formulas of its metrics.
func (l *learner) trace(t *grad.Tracer, batch offpolicy.Batch) {
	actions := l.policy.Apply(batch.Next)
	criticLoss, value := l.criticLoss(batch)
	policyLoss := l.policyLoss(actions, batch.Next)
	criticNorm, policyNorm := l.pair.Minimise(t, criticLoss, policyLoss, l.config.GradientNorm)
	l.Report.Add(t, "critic/loss", criticLoss)
	l.Report.Add(t, "policy/loss", policyLoss)
	l.Report.Add(t, "critic/value", value)
	l.Report.Add(t, "policy/mean_size", actions.Abs().Mean())
	l.Report.Add(t, "critic/gradient_norm", criticNorm)
	l.Report.Add(t, "policy/gradient_norm", policyNorm)
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *learner) Parts() []agent.Part {
	return l.pair.Parts(nil, nil)
}
