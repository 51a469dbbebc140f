package cmpo

import (
	"github.com/reverie-rl/reverie/algo/internal/improvement"
	"github.com/reverie-rl/reverie/algo/internal/objectives"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
)

// sample draws actions from the target policy in states [states, observation]. It returns what they are worth by each
// objective too, [samples, states], and the mean of that, [states].
func (l *learner) sample(t *grad.Tracer, states *grad.Value) (sampled improvement.Sampled, values, means []*grad.Value) {
	target := l.targetPolicy.Apply(states).Stop()
	repeated, actions := offpolicy.Sample(t, target, states, l.config.Samples)
	for _, value := range l.targetCritic.Apply(repeated, actions) {
		values, means = append(values, value.Stop()), append(means, value.Stop().Mean(0))
	}
	return improvement.Sampled{Target: target, Actions: actions}, values, means
}

// criticLoss regresses the critic of each objective on R_k / c_k + D · V_k(s'), where following is V_k(s'), [batch] each.
// It returns the scales c_k too, [1] each.
func (l *learner) criticLoss(t *grad.Tracer, batch offpolicy.Batch, following []*grad.Value) (loss *grad.Value, scales []*grad.Value) {
	rewards, scales := l.scales.Normalise(t, batch.Rewards)
	return objectives.Loss(l.critic.Apply(batch.Observation, batch.Action), rewards, following, batch.Discount), scales
}
