package dmpo

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/improvement"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
)

// learner is DMPO's state: networks, their target copies, the duals of the improvement and optimisers,
// and the traced update that changes them.
type learner struct {
	offpolicy.Learner
	config *Config

	policy, targetPolicy gaussian.Network
	critic, targetCritic critic.Distributional
	operator             improvement.Operator
	pair                 offpolicy.Pair // their trees and optimisers
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("dmpo", config)
	if err != nil {
		return nil, err
	}
	l := &learner{config: c, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "dmpo", Sizes: sizes, Seed: seed,
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
	l.operator = improvement.New(improvement.Settings{
		Temperature: c.Temperature,
		Epsilon:     c.Epsilon, EpsilonPenalty: c.EpsilonPenalty, EpsilonMean: c.EpsilonMean, EpsilonDeviation: c.EpsilonDeviation,
		InitialTemperature: c.InitialTemperature, InitialMean: c.InitialMeanMultiplier, InitialDeviation: c.InitialDeviationMultiplier,
		LearningRate: c.DualLearningRate,
	}, l.Sizes.Action)
	l.After = l.operator.Project
}

// trace traces one update; docs/dmpo.md gives the formulas of its metrics.
func (l *learner) trace(t *grad.Tracer, batch offpolicy.Batch) {
	states, next := l.sample(t, batch.Next)
	criticLoss, value := l.criticLoss(batch, next)
	i := l.operator.Improve(t, l.policy.Apply(batch.Next), states)
	criticNorm, policyNorm := l.pair.Minimise(t, criticLoss, i.Policy, l.config.GradientNorm)
	l.operator.Minimise(t, i)
	l.Report.Add(t, "critic/loss", criticLoss)
	l.Report.Add(t, "policy/loss", i.Policy)
	l.Report.Add(t, "critic/value", value)
	l.operator.Report(t, &l.Report, i)
	l.Report.Add(t, "critic/gradient_norm", criticNorm)
	l.Report.Add(t, "policy/gradient_norm", policyNorm)
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *learner) Parts() []agent.Part {
	return l.pair.Parts(grad.TreeOf(l.operator), grad.TreeOf(l.operator.Optimiser()))
}
