package rdpg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
)

// learner is RDPG's state: networks, their target copies and optimisers, and the traced update that
// changes them.
type learner struct {
	offpolicy.Learner
	config *Config

	policy, targetPolicy policy
	critic, targetCritic recurrentCritic
	pair                 offpolicy.Pair   // their trees and optimisers
	windows              replay.Sequences // the update's inputs
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("rdpg", config)
	if err != nil {
		return nil, err
	}
	l := &learner{config: c, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "rdpg", Sizes: sizes, Seed: seed, Batch: c.Batch, Discount: c.Discount, TargetPeriod: c.TargetPeriod,
	}}}
	l.build(rand.New(rand.NewPCG(seed, offpolicy.StreamParameters)))
	if err := l.Compile(func(t *grad.Tracer) { l.trace(t, l.window(t)) }, workers); err != nil {
		return nil, err
	}
	l.windows = l.windowMemory()
	return l, nil
}

// build makes the parameters.
func (l *learner) build(random *rand.Rand) {
	c := l.config
	l.policy, l.critic = newPolicy(c, l.Sizes, random), newCritic(c, l.Sizes, random)
	l.targetPolicy, l.targetCritic = newPolicy(c, l.Sizes, random), newCritic(c, l.Sizes, random)
	l.pair = l.NewPair(l.policy, l.critic, l.targetPolicy, l.targetCritic, c.LearningRate)
}

// trace traces one update; docs/rdpg.md gives the formulas of its metrics.
func (l *learner) trace(t *grad.Tracer, w window) {
	criticLoss, policyLoss, value, online := l.losses(t, w)
	criticNorm, policyNorm := l.pair.Minimise(t, criticLoss, policyLoss, l.config.GradientNorm)
	l.Report.Add(t, "critic/loss", criticLoss)
	l.Report.Add(t, "policy/loss", policyLoss)
	l.Report.Add(t, "critic/value", value)
	l.Report.Add(t, "policy/mean_size", online.Mean.Abs().Mean())
	l.Report.Add(t, "policy/deviation", online.Deviation.Mean())
	l.Report.Add(t, "critic/gradient_norm", criticNorm)
	l.Report.Add(t, "policy/gradient_norm", policyNorm)
}

// Step makes one update from a batch drawn from experience.
func (l *learner) Step(experience *replay.Sampler) error {
	sample := experience.SampleWindows
	if l.config.Episodes {
		sample = experience.SampleEpisodes
	}
	if err := sample(l.windows, l.steps()); err != nil {
		return err
	}
	return l.Update()
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *learner) Parts() []agent.Part {
	return l.pair.Parts(nil, nil)
}
