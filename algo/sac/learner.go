package sac

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
)

// learner is SAC's state: networks, the target copy of the critics, the temperature and optimisers,
// and the traced update that changes them.
type learner struct {
	offpolicy.Learner
	config *Config

	policy               policy
	critic, targetCritic critic.Critic
	temperature          optim.Dual

	policyOptimiser, criticOptimiser, dualOptimiser *optim.Adam
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("sac", config)
	if err != nil {
		return nil, err
	}
	l := &learner{config: c, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "sac", Sizes: sizes, Seed: seed, Batch: c.Batch, NStep: c.NStep, Discount: c.Discount,
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
	l.targetCritic = newCritic(c, l.Sizes, random)
	l.Online, l.Target = grad.TreeOf(l.critic), grad.TreeOf(l.targetCritic)
	l.CopyTargets()
	l.temperature = optim.NewDual(1, float32(c.InitialTemperature))
	l.After = l.temperature.Project
	l.policyOptimiser = optim.NewAdam(grad.TreeOf(l.policy), c.LearningRate)
	l.criticOptimiser = optim.NewAdam(grad.TreeOf(l.critic), c.LearningRate)
	l.dualOptimiser = optim.NewAdam(grad.TreeOf(l.temperature), c.DualLearningRate)
}

// trace traces one update; docs/sac.md gives the formulas of its metrics.
func (l *learner) trace(t *grad.Tracer, batch offpolicy.Batch) {
	online, alpha := l.policy.Apply(batch.Next), l.temperature.Value(t)
	actions, logProb := online.SampleWithLogProb(t.Normal(offpolicy.StreamGradient, l.Batch, l.Sizes.Action))
	next := drawn{batch.Next, actions, logProb}
	criticLoss, value := l.criticLoss(batch, next, alpha)
	policyLoss, temperatureLoss := l.policyLoss(next, alpha), l.temperatureLoss(next, alpha)
	criticNorm := l.criticOptimiser.Minimise(t, criticLoss, l.config.GradientNorm)
	policyNorm := l.policyOptimiser.Minimise(t, policyLoss, l.config.GradientNorm)
	l.dualOptimiser.Minimise(t, temperatureLoss, 0)
	optim.Average(t, l.Target, l.Online, l.config.TargetRate)
	l.Report.Add(t, "critic/loss", criticLoss)
	l.Report.Add(t, "policy/loss", policyLoss)
	l.Report.Add(t, "dual/loss", temperatureLoss)
	l.Report.Add(t, "critic/value", value)
	l.Report.Add(t, "entropy/temperature", alpha.Sum())
	l.Report.Add(t, "policy/entropy", logProb.Neg().Mean())
	l.Report.Add(t, "policy/mean_size", online.Mode().Abs().Mean())
	l.Report.Add(t, "policy/deviation", online.Base.Deviation.Mean())
	l.Report.Add(t, "critic/gradient_norm", criticNorm)
	l.Report.Add(t, "policy/gradient_norm", policyNorm)
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *learner) Parts() []agent.Part {
	return []agent.Part{
		{Name: "policy", Tree: grad.TreeOf(l.policy.Network)},
		{Name: "critic", Tree: grad.TreeOf(l.critic)},
		{Name: "target_critic", Tree: grad.TreeOf(l.targetCritic), CopyOf: "critic"},
		{Name: "duals", Tree: grad.TreeOf(l.temperature)},
		{Name: "policy_optimiser", Tree: grad.TreeOf(l.policyOptimiser)},
		{Name: "critic_optimiser", Tree: grad.TreeOf(l.criticOptimiser)},
		{Name: "dual_optimiser", Tree: grad.TreeOf(l.dualOptimiser)},
	}
}
