package cmpo

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/improvement"
	"github.com/reverie-rl/reverie/algo/internal/objectives"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
)

// learner is constrained MPO's state: the policy and a critic for each objective, their target copies, the multipliers of
// the bounds, the duals of the improvement, scales and optimisers, and the traced update that changes them.
type learner struct {
	offpolicy.Learner
	config      *Config
	signs       []float64 // of each objective: 1 if more is better, -1 if less
	goals       []int     // the objectives that are made as good as can be
	constraints []constraint

	policy, targetPolicy gaussian.Network
	critic, targetCritic critic.Critic
	multipliers          []multiplier // of each constraint
	scales               objectives.Scales
	operator             improvement.Operator
	pair                 offpolicy.Pair // the trees of policy and critic, and their optimisers
	multiplierOptimiser  *optim.Adam
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("cmpo", config)
	if err != nil {
		return nil, err
	}
	l := &learner{config: c, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "cmpo", Sizes: sizes, Seed: seed,
		Batch: c.Batch, NStep: c.NStep, Discount: c.Discount, TargetPeriod: c.TargetPeriod,
	}}}
	if err := l.assign(max(1, sizes.Objectives)); err != nil {
		return nil, err
	}
	l.build(rand.New(rand.NewPCG(seed, offpolicy.StreamParameters)))
	if err := l.CompileTransitions(l.trace, workers); err != nil {
		return nil, err
	}
	return l, nil
}

// assign decides what each of so many objectives is: more or less of it is better, and it is a goal or has a bound.
func (l *learner) assign(objectives int) (err error) {
	for k := range objectives {
		sign, goal := -1.0, l.config.Goal == GoalCosts
		if k == 0 {
			sign, goal = 1, !goal
		}
		l.signs = append(l.signs, sign)
		if goal {
			l.goals = append(l.goals, k)
		}
	}
	l.constraints, err = l.config.constraints(objectives)
	return err
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
	l.scales = objectives.NewScales(len(l.critic.Networks))
	l.multipliers = newMultipliers(c, l.Sizes.Observation, len(l.constraints), random)
	l.multiplierOptimiser = optim.NewAdam(grad.TreeOf(l.multipliers), c.MultiplierLearningRate)
	l.After = l.project
}

// project brings back what has sunk too far to recover.
func (l *learner) project() {
	l.operator.Project()
	for _, m := range l.multipliers {
		m.project()
	}
}

// trace traces one update; docs/cmpo.md gives the formulas of its metrics.
func (l *learner) trace(t *grad.Tracer, batch offpolicy.Batch) {
	sampled, values, means := l.sample(t, batch.Next)
	criticLoss, scales := l.criticLoss(t, batch, means)
	r := l.relax(t, batch.Next, means, scales)
	sampled.Values = l.mix(values, r.lambdas)
	i := l.operator.Improve(t, l.policy.Apply(batch.Next), sampled)
	criticNorm, policyNorm := l.pair.Minimise(t, criticLoss, i.Policy, l.config.GradientNorm)
	l.operator.Minimise(t, i)
	if r.loss != nil {
		l.multiplierOptimiser.Minimise(t, r.loss, 0)
	}
	l.Report.Add(t, "critic/loss", criticLoss)
	l.Report.Add(t, "policy/loss", i.Policy)
	l.report(t, r)
	l.operator.Report(t, &l.Report, i)
	l.Report.Add(t, "critic/gradient_norm", criticNorm)
	l.Report.Add(t, "policy/gradient_norm", policyNorm)
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *learner) Parts() []agent.Part {
	parts := append(l.pair.Parts(grad.TreeOf(l.operator), grad.TreeOf(l.operator.Optimiser())), agent.Part{Name: "scales", Tree: grad.TreeOf(l.scales)})
	if len(l.multipliers) == 0 {
		return parts
	}
	return append(parts,
		agent.Part{Name: "multipliers", Tree: grad.TreeOf(l.multipliers)},
		agent.Part{Name: "multiplier_optimiser", Tree: grad.TreeOf(l.multiplierOptimiser)})
}
