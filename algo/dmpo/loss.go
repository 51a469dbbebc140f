package dmpo

import (
	"github.com/reverie-rl/reverie/algo/internal/improvement"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// sample draws actions from the target policy in states [states, observation]. It returns the
// distribution of their returns too.
func (l *learner) sample(t *grad.Tracer, states *grad.Value) (improvement.Sampled, dist.ValueDistribution) {
	target := l.targetPolicy.Apply(states).Stop()
	repeated, actions := offpolicy.Sample(t, target, states, l.config.Samples)
	returns := l.targetCritic.Apply(repeated, actions).Stop()
	return improvement.Sampled{Target: target, Actions: actions, Values: returns.Mean()}, returns
}

// criticLoss is the cross-entropy of the critic with the distribution Y = R + D · mixture_i Z'(s', a_i),
// where next is the distributions [samples, batch] of the sampled actions' returns. It returns the mean
// value of the recorded actions too.
func (l *learner) criticLoss(batch offpolicy.Batch, next dist.ValueDistribution) (loss, value *grad.Value) {
	mixture := next.Probabilities().Mean(0)
	target := next.Support.Backup(mixture, batch.Reward, batch.Discount).Stop()
	returns := l.critic.Apply(batch.Observation, batch.Action)
	return returns.CrossEntropy(target).Mean(), returns.Mean().Mean()
}
