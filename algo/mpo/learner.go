package mpo

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/improvement"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
)

// learner is MPO's state: networks, their target copies, the duals of the improvement and optimisers,
// and the traced update that changes them.
type learner struct {
	offpolicy.Learner
	config *Config

	policy, targetPolicy gaussian.Network
	critic, targetCritic critic.Critic
	operator             improvement.Operator
	pair                 offpolicy.Pair // their trees and optimisers

	sequences replay.Sequences // the update's inputs, with TargetRetrace
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("mpo", config)
	if err != nil {
		return nil, err
	}
	l := &learner{config: c, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "mpo", Sizes: sizes, Seed: seed,
		Batch: c.Batch, NStep: c.NStep, Discount: c.Discount, TargetPeriod: c.TargetPeriod,
	}}}
	l.build(rand.New(rand.NewPCG(seed, offpolicy.StreamParameters)))
	if c.Target == TargetRetrace {
		err = l.compileSequences(workers)
	} else {
		err = l.CompileTransitions(func(t *grad.Tracer, batch offpolicy.Batch) { l.trace(t, l.evaluateNStep(t, batch)) }, workers)
	}
	if err != nil {
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

// compileSequences compiles an update from windows of steps, whose memory is the program's.
func (l *learner) compileSequences(workers *grad.Workers) error {
	if err := l.Compile(func(t *grad.Tracer) { l.trace(t, l.evaluateRetrace(t)) }, workers); err != nil {
		return err
	}
	l.sequences = replay.Sequences{
		Observation: l.Memory("observation"), Action: l.Memory("action"), LogProbability: l.Memory("log_probability"),
		Reward: l.Memory("reward"), Discount: l.Memory("discount"),
	}
	return nil
}

// trace traces one update; docs/mpo.md gives the formulas of its metrics.
func (l *learner) trace(t *grad.Tracer, e evaluation) {
	online := l.policy.Apply(e.states.observations)
	i := l.operator.Improve(t, online, e.states.Sampled)
	policyLoss := i.Policy
	if l.config.Cloning > 0 {
		policyLoss = policyLoss.Add(l.clone(t, e, online).Mul(grad.Scalar(l.config.Cloning)))
	}
	criticNorm, policyNorm := l.pair.Minimise(t, e.loss, policyLoss, l.config.GradientNorm)
	l.operator.Minimise(t, i)
	l.Report.Add(t, "critic/loss", e.loss)
	l.Report.Add(t, "policy/loss", policyLoss)
	l.Report.Add(t, "critic/value", e.value)
	l.operator.Report(t, &l.Report, i)
	l.Report.Add(t, "critic/gradient_norm", criticNorm)
	l.Report.Add(t, "policy/gradient_norm", policyNorm)
}

// Step makes one update from a batch drawn from experience.
func (l *learner) Step(experience *replay.Sampler) error {
	if l.config.Target == TargetNStep {
		return l.Learner.Step(experience)
	}
	if err := experience.SampleSequences(l.sequences, l.config.SequenceLength); err != nil {
		return err
	}
	return l.Update()
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *learner) Parts() []agent.Part {
	return l.pair.Parts(grad.TreeOf(l.operator), grad.TreeOf(l.operator.Optimiser()))
}
