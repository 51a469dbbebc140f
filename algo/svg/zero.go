package svg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/rl"
)

// zero is SVG(0): the value's gradient flows through a critic of actions.
type zero struct {
	learner

	targetPolicy         gaussian.Network
	critic, targetCritic critic.Critic
	criticOptimiser      *optim.Adam
}

var _ agent.Learner = (*zero)(nil)

func newZero(base learner, random *rand.Rand, workers *grad.Workers) (agent.Learner, error) {
	l, c := &zero{learner: base}, base.config
	l.critic = newCritic(c, l.Sizes, random)
	l.targetPolicy, l.targetCritic = newPolicy(c, l.Sizes, random), newCritic(c, l.Sizes, random)
	l.Online = grad.TreeOf([]any{l.policy, l.critic})
	l.Target = grad.TreeOf([]any{l.targetPolicy, l.targetCritic})
	l.CopyTargets()
	l.criticOptimiser = optim.NewAdam(grad.TreeOf(l.critic), c.LearningRate)
	if err := l.CompileTransitions(l.trace, workers); err != nil {
		return nil, err
	}
	return l, nil
}

// trace traces one update; docs/svg.md gives the formulas of its metrics.
func (l *zero) trace(t *grad.Tracer, batch offpolicy.Batch) {
	online := l.policy.Apply(batch.Next)
	criticLoss, value := l.criticLoss(t, batch)
	policyLoss := l.policyLoss(t, online, batch.Next)
	criticNorm := l.criticOptimiser.Minimise(t, criticLoss, l.config.GradientNorm)
	l.Report.Add(t, "critic/loss", criticLoss)
	l.Report.Add(t, "critic/value", value)
	l.Report.Add(t, "critic/gradient_norm", criticNorm)
	l.minimise(t, policyLoss, online)
}

// criticLoss regresses the critic on y = R + D · mean_i Q'(s', a_i). It returns the mean value of the
// recorded actions too.
func (l *zero) criticLoss(t *grad.Tracer, batch offpolicy.Batch) (loss, value *grad.Value) {
	repeated, actions := offpolicy.Sample(t, l.targetPolicy.Apply(batch.Next), batch.Next, l.config.Samples)
	target := rl.ExpectedSARSA(batch.Reward, batch.Discount, l.targetCritic.Value(repeated, actions))
	values := l.critic.Apply(batch.Observation, batch.Action)
	return critic.Regression(values, target), values[0].Mean()
}

// policyLoss is - mean [ Q'(s, μ + σ ξ) + β H ] for the online policy [states, action] in these states
// [states, observation]: the value's gradient flows through the action (Heess et al., 2015, section
// 4.3).
func (l *zero) policyLoss(t *grad.Tracer, online dist.Gaussian, states *grad.Value) *grad.Value {
	actions := online.Sample(t.Normal(offpolicy.StreamGradient, l.Batch, l.Sizes.Action))
	return l.targetCritic.Value(states, actions).Add(l.entropy(online)).Mean().Neg()
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *zero) Parts() []agent.Part {
	return []agent.Part{
		{Name: "policy", Tree: grad.TreeOf(l.policy)},
		{Name: "critic", Tree: grad.TreeOf(l.critic)},
		{Name: "target_policy", Tree: grad.TreeOf(l.targetPolicy), CopyOf: "policy"},
		{Name: "target_critic", Tree: grad.TreeOf(l.targetCritic), CopyOf: "critic"},
		{Name: "policy_optimiser", Tree: grad.TreeOf(l.policyOptimiser)},
		{Name: "critic_optimiser", Tree: grad.TreeOf(l.criticOptimiser)},
	}
}
