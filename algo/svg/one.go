package svg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
)

// one is SVG(1): the value's gradient flows through one step of a learned model to a critic of states.
type one struct {
	learner
	model

	critic, targetCritic critic.State
	criticOptimiser      *optim.Adam
}

var _ agent.Learner = (*one)(nil)

func newOne(base learner, random *rand.Rand, workers *grad.Workers) (agent.Learner, error) {
	l, c := &one{learner: base}, base.config
	l.critic, l.targetCritic = newStateCritic(c, l.Sizes, random), newStateCritic(c, l.Sizes, random)
	l.model = newModel(c, l.Sizes, random)
	l.Online, l.Target = grad.TreeOf(l.critic), grad.TreeOf(l.targetCritic)
	l.CopyTargets()
	l.criticOptimiser = optim.NewAdam(l.Online, c.LearningRate)
	if err := l.CompileTransitions(l.trace, workers); err != nil {
		return nil, err
	}
	l.Transitions.LogProbability = l.Memory("log_probability")
	return l, nil
}

// trace traces one update; docs/svg.md gives the formulas of its metrics.
func (l *one) trace(t *grad.Tracer, batch offpolicy.Batch) {
	online := l.policy.Apply(batch.Observation)
	weights := importance(online, batch.Action, t.Input("log_probability", l.Batch), l.config.ImportanceLimit)
	w := l.fit(t, &l.Report, batch.Observation, batch.Action, batch.Next, batch.Reward, l.config.GradientNorm)
	criticLoss, value := l.criticLoss(batch, weights)
	returns := oneStepReturns(t, l.policy, w, l.targetCritic, transitions{batch.Observation, batch.Action, batch.Next, batch.Discount})
	criticNorm := l.criticOptimiser.Minimise(t, criticLoss, l.config.GradientNorm)
	l.Report.Add(t, "critic/loss", criticLoss)
	l.Report.Add(t, "critic/value", value)
	l.Report.Add(t, "critic/gradient_norm", criticNorm)
	l.Report.Add(t, "importance/weight", weights.Mean())
	l.Report.Add(t, "importance/effective", weights.Mean().Square().Div(weights.Square().Mean().Max(grad.Scalar(1e-30))))
	l.minimise(t, weights.Mul(returns).Add(l.entropy(online)).Mean().Neg(), online)
}

// criticLoss regresses the critic on y = r + D V'(s'), each state with the weight of its action. It
// returns the mean value of the recorded states too.
func (l *one) criticLoss(batch offpolicy.Batch, weights *grad.Value) (loss, value *grad.Value) {
	target := batch.Discount.Mul(l.targetCritic.Value(batch.Next)).Add(batch.Reward).Stop()
	values := l.critic.Value(batch.Observation)
	return values.Sub(target).Square().Mul(weights).Mean().Mul(grad.Scalar(0.5)), values.Mean()
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *one) Parts() []agent.Part {
	return append([]agent.Part{
		{Name: "policy", Tree: grad.TreeOf(l.policy)},
		{Name: "critic", Tree: grad.TreeOf(l.critic)},
		{Name: "target_critic", Tree: grad.TreeOf(l.targetCritic), CopyOf: "critic"},
		{Name: "policy_optimiser", Tree: grad.TreeOf(l.policyOptimiser)},
		{Name: "critic_optimiser", Tree: grad.TreeOf(l.criticOptimiser)},
	}, l.parts()...)
}
