package sac

import (
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
)

// drawn is an action of the online policy in each of some states.
type drawn struct {
	states  *grad.Value // [batch, observation]
	actions *grad.Value // [batch, action], through which gradients flow
	logProb *grad.Value // [batch]
}

// criticLoss regresses both critics on y = R + D · [ min_k Q'_k(s', a') - α log π(a'|s') ] (Haarnoja et
// al., 2018b, equation 5). It returns the mean value of the recorded actions too.
func (l *learner) criticLoss(batch offpolicy.Batch, next drawn, alpha *grad.Value) (loss, value *grad.Value) {
	soft := l.targetCritic.Value(next.states, next.actions).Sub(alpha.Mul(next.logProb))
	target := rl.ExpectedSARSA(batch.Reward, batch.Discount, soft.Reshape(1, l.Batch))
	values := l.critic.Apply(batch.Observation, batch.Action)
	return critic.Regression(values, target), values[0].Mean()
}

// policyLoss is mean [ α log π(a|s) - min_k Q_k(s, a) ] (ibid., equation 9).
func (l *learner) policyLoss(d drawn, alpha *grad.Value) *grad.Value {
	return alpha.Stop().Mul(d.logProb).Sub(l.critic.Value(d.states, d.actions)).Mean()
}

// temperatureLoss is α mean [ -log π(a|s) - H̄ ] (ibid., equation 18).
func (l *learner) temperatureLoss(d drawn, alpha *grad.Value) *grad.Value {
	target := l.config.TargetEntropy * float64(l.Sizes.Action)
	excess := d.logProb.Neg().Mean().Sub(grad.Scalar(target)).Stop()
	return alpha.Mul(excess).Sum()
}
