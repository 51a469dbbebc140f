package svg

import (
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
)

// criticLoss regresses the critic on y = R + D · mean_i Q'(s', a_i). It returns the mean value of the
// recorded actions too.
func (l *learner) criticLoss(t *grad.Tracer, batch offpolicy.Batch) (loss, value *grad.Value) {
	repeated, actions := offpolicy.Sample(t, l.targetPolicy.Apply(batch.Next), batch.Next, l.config.Samples)
	target := rl.ExpectedSARSA(batch.Reward, batch.Discount, l.targetCritic.Value(repeated, actions))
	values := l.critic.Apply(batch.Observation, batch.Action)
	return critic.Regression(values, target), values[0].Mean()
}

// policyLoss is - mean [ Q'(s, μ + σ ξ) + β H ] for the online policy [states, action] in these states
// [states, observation]: the value's gradient flows through the action (Heess et al., 2015, section
// 4.3).
func (l *learner) policyLoss(t *grad.Tracer, online dist.Gaussian, states *grad.Value) *grad.Value {
	actions := online.Sample(t.Normal(offpolicy.StreamGradient, l.Batch, l.Sizes.Action))
	entropy := online.Entropy().Mul(grad.Scalar(l.config.Entropy))
	return l.targetCritic.Value(states, actions).Add(entropy).Mean().Neg()
}
