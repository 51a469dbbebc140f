package d4pg

import (
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
)

// criticLoss is the cross-entropy of the critic with the distribution Y = R + D · Z'(s', π'(s'))
// (Barth-Maron et al., 2018, equation 1 with n-step returns, and appendix A). It returns the mean
// value of the recorded actions too.
func (l *learner) criticLoss(batch offpolicy.Batch) (loss, value *grad.Value) {
	next := l.targetCritic.Apply(batch.Next, l.targetPolicy.Apply(batch.Next))
	target := next.Backup(batch.Reward, batch.Discount).Stop()
	returns := l.critic.Apply(batch.Observation, batch.Action)
	return returns.CrossEntropy(target).Mean(), returns.Mean().Mean()
}

// policyLoss is - mean E[Z(s, a)] for the online policy's actions [states, action] in these states
// [states, observation].
func (l *learner) policyLoss(actions, states *grad.Value) *grad.Value {
	return l.critic.Apply(states, actions).Mean().Mean().Neg()
}
