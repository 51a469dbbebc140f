package rdpg

import (
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
)

// losses traces the losses of critic and policy along the windows, the mean value of the recorded actions,
// and the policy's distribution [batch, steps, action]. The package's documentation has the formulas.
func (l *learner) losses(t *grad.Tracer, w window) (criticLoss, policyLoss, value *grad.Value, online dist.Gaussian) {
	steps, weights := l.steps(), l.counted(t, w)
	observed := w.observation.Slice(1, 0, steps)
	remembered := w.outputs(t, l.critic.Core, w.criticMemory).Slice(1, 0, steps)
	own := w.outputs(t, l.policy.Core, w.policyMemory).Slice(1, 0, steps)
	values := l.critic.Value(remembered, observed, w.action)
	criticLoss = values.Sub(l.returns(t, w)).Square().Mul(weights).Sum().Mul(grad.Scalar(0.5))

	online, raw := l.policy.Apply(t, own, remembered, observed)
	gain := l.critic.Value(remembered.Stop(), observed, l.act(t, online, offpolicy.StreamGradient))
	if l.config.Stochastic {
		gain = gain.Add(online.Entropy().Mul(grad.Scalar(l.config.Entropy)))
	}
	penalty := raw.Square().Sum(-1).Mul(grad.Scalar(l.config.Saturation))
	policyLoss = penalty.Sub(gain).Mul(weights).Sum()
	return criticLoss, policyLoss, values.Mul(weights).Sum(), online
}

// returns is the targets of the critic [batch, steps], which bootstrap where a window ends.
func (l *learner) returns(t *grad.Tracer, w window) *grad.Value {
	remembered := w.outputs(t, l.targetCritic.Core, w.criticMemory)
	next, _ := l.targetPolicy.Apply(t, w.outputs(t, l.targetPolicy.Core, w.policyMemory), remembered, w.observation)
	values := l.targetCritic.Value(remembered, w.observation, l.act(t, next, offpolicy.StreamLearner))
	goesOn := w.mask.Slice(1, 1, l.steps()).Pad(1, 0, 1) // to a step that is known
	return rl.LambdaReturns(values, w.reward, w.discount, l.config.Discount, goesOn.Mul(grad.Scalar(l.config.Lambda))).Stop()
}

// act is the actions that a policy takes: its mean, or if it is stochastic a sample of the noise of stream.
func (l *learner) act(t *grad.Tracer, policy dist.Gaussian, stream uint64) *grad.Value {
	if !l.config.Stochastic {
		return policy.Mean
	}
	return policy.Sample(t.Normal(stream, policy.Mean.Shape()...))
}
