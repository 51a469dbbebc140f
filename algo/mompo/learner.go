package mompo

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/improvement"
	"github.com/reverie-rl/reverie/algo/internal/objectives"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
)

// learner is MO-MPO's state: the policy and a critic for each objective, their target copies, the duals of the
// improvement, scales and optimisers, and the traced update that changes them.
type learner struct {
	offpolicy.Learner
	config      *Config
	preferences []preference

	actions              actions
	critic, targetCritic critic.Critic
	scales               objectives.Scales
	pair                 offpolicy.Pair // the trees of policy and critic, and their optimisers
}

var _ agent.Learner = (*learner)(nil)

func newLearner(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
	c, err := settings.Of[*Config]("mompo", config)
	if err != nil {
		return nil, err
	}
	l := &learner{config: c, Learner: offpolicy.Learner{Settings: offpolicy.Settings{
		Name: "mompo", Sizes: sizes, Seed: seed,
		Batch: c.Batch, NStep: c.NStep, Discount: c.Discount, TargetPeriod: c.TargetPeriod,
	}}}
	if l.preferences, err = c.preferences(max(1, sizes.Objectives)); err != nil {
		return nil, err
	}
	l.build(rand.New(rand.NewPCG(seed, offpolicy.StreamParameters)))
	if err := l.CompileTransitions(l.trace, workers); err != nil {
		return nil, err
	}
	return l, nil
}

// build makes the parameters.
func (l *learner) build(random *rand.Rand) {
	if l.Sizes.Discrete {
		l.buildDiscrete(random)
	} else {
		l.buildContinuous(random)
	}
	l.scales = objectives.NewScales(len(l.critic.Networks))
	online, target := l.actions.networks()
	l.pair = l.NewPair(online, l.critic, target, l.targetCritic, l.config.LearningRate)
	l.After = l.actions.project
}

// buildContinuous makes the networks and the improvement for actions that are numbers.
func (l *learner) buildContinuous(random *rand.Rand) {
	c, epsilons := l.config, l.epsilons()
	n := continuous{samples: c.Samples, operator: improvement.New(improvement.Settings{
		Temperature: improvement.TemperatureExact,
		Epsilon:     epsilons[0], Others: epsilons[1:],
		EpsilonPenalty: c.EpsilonPenalty, EpsilonMean: c.EpsilonMean, EpsilonDeviation: c.EpsilonDeviation,
		InitialTemperature: c.InitialTemperature, InitialMean: c.InitialMeanMultiplier, InitialDeviation: c.InitialDeviationMultiplier,
		LearningRate: c.DualLearningRate,
	}, l.Sizes.Action)}
	n.policy, l.critic = newPolicy(c, l.Sizes, random), newCritic(c, l.Sizes, random)
	n.target, l.targetCritic = newPolicy(c, l.Sizes, random), newCritic(c, l.Sizes, random)
	l.actions = n
}

// buildDiscrete makes the networks and the improvement for actions that are choices.
func (l *learner) buildDiscrete(random *rand.Rand) {
	c, choices := l.config, l.Sizes.Action
	n := discrete{config: c, each: grad.NewParameter(choices, choices), operator: improvement.NewChoices(improvement.ChoiceSettings{
		Epsilons: l.epsilons(), EpsilonPolicy: c.EpsilonPolicy,
		InitialTemperature: c.InitialTemperature, InitialMultiplier: c.InitialPolicyMultiplier,
		LearningRate: c.DualLearningRate,
	})}
	for i := range choices {
		n.each.Data[i*choices+i] = 1
	}
	n.policy, l.critic = newCategorical(c, l.Sizes, random), newCritic(c, l.Sizes, random)
	n.target, l.targetCritic = newCategorical(c, l.Sizes, random), newCritic(c, l.Sizes, random)
	l.actions = n
}

// epsilons are those of the objectives that matter.
func (l *learner) epsilons() []float64 {
	var all []float64
	for _, p := range l.preferences {
		all = append(all, p.epsilon)
	}
	return all
}

// trace traces one update; docs/mompo.md gives the formulas of its metrics.
func (l *learner) trace(t *grad.Tracer, batch offpolicy.Batch) {
	o := l.actions.improve(t, batch.Next, l.targetCritic, l.preferences)
	e := l.evaluate(t, batch, o.values)
	criticNorm, policyNorm := l.pair.Minimise(t, e.loss, o.loss, l.config.GradientNorm)
	o.minimise()
	l.Report.Add(t, "critic/loss", e.loss)
	l.Report.Add(t, "policy/loss", o.loss)
	l.report(t, e, o)
	o.report(&l.Report)
	l.Report.Add(t, "critic/gradient_norm", criticNorm)
	l.Report.Add(t, "policy/gradient_norm", policyNorm)
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *learner) Parts() []agent.Part {
	duals, optimiser := l.actions.duals()
	return append(l.pair.Parts(grad.TreeOf(duals), grad.TreeOf(optimiser)), agent.Part{Name: "scales", Tree: grad.TreeOf(l.scales)})
}
