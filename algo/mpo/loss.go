package mpo

import (
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/improvement"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
)

// sampled is some states with what the E-step knows of them.
type sampled struct {
	observations *grad.Value // [states, observation]
	improvement.Sampled
}

// sample draws actions from the target policy and values them with the target critic.
func (l *learner) sample(t *grad.Tracer, observations *grad.Value) sampled {
	target := l.targetPolicy.Apply(observations).Stop()
	repeated, actions := offpolicy.Sample(t, target, observations, l.config.Samples)
	values := l.targetCritic.Value(repeated, actions).Stop()
	return sampled{observations, improvement.Sampled{Target: target, Actions: actions, Values: values}}
}

// evaluation is the outcome of policy evaluation on a batch: the loss of the critic, and samples in
// the states that the batch bootstraps from, which serve the improvement too.
type evaluation struct {
	loss    *grad.Value
	value   *grad.Value // mean value of the recorded actions
	states  sampled
	actions *grad.Value // [pairs, action]: the recorded actions
	values  *grad.Value // [pairs]: what they are worth to the target critic
}

// evaluateNStep regresses the critic on y = R + D · mean_i Q'(s', a_i), where R sums the rewards of
// n steps and D is the discount of the value that follows. With cloning, the states where the actions
// were recorded follow the states s'.
func (l *learner) evaluateNStep(t *grad.Tracer, batch offpolicy.Batch) evaluation {
	after := batch.Next
	if l.config.Cloning > 0 {
		after = after.Concat(0, batch.Observation)
	}
	states := l.sample(t, after)
	target := rl.ExpectedSARSA(batch.Reward, batch.Discount, states.Values.Slice(1, 0, l.Batch))
	values := l.critic.Apply(batch.Observation, batch.Action)
	recorded := l.targetCritic.Value(batch.Observation, batch.Action)
	return evaluation{critic.Regression(values, target), values[0].Mean(), states, batch.Action, recorded}
}

// evaluateRetrace regresses the critic on Retrace(λ) returns along windows of steps.
func (l *learner) evaluateRetrace(t *grad.Tracer) evaluation {
	c, o, a := l.config, l.Sizes.Observation, l.Sizes.Action
	batch, length := c.Batch, c.SequenceLength
	observations, actions := t.Input("observation", batch, length+1, o), t.Input("action", batch, length, a)
	states := l.sample(t, observations.Reshape(batch*(length+1), o))
	before := observations.Slice(1, 0, length)
	policy := dist.Gaussian{
		Mean:      states.Target.Mean.Reshape(batch, length+1, a).Slice(1, 0, length),
		Deviation: states.Target.Deviation.Reshape(batch, length+1, a).Slice(1, 0, length),
	}
	logRatios := policy.LogProb(actions).Sub(t.Input("log_probability", batch, length))
	stateValues, actionValues := states.Values.Mean(0).Reshape(batch, length+1), l.targetCritic.Value(before, actions)
	target := rl.Retrace(stateValues, actionValues,
		t.Input("reward", batch, length), t.Input("discount", batch, length), logRatios, c.Discount, c.Lambda)
	values := l.critic.Apply(before, actions)
	pairs := batch * length
	return evaluation{critic.Regression(values, target), values[0].Mean(), states, actions.Reshape(pairs, a), actionValues.Reshape(pairs)}
}

// recorded picks from rows [states, width] in the sampled states those of the states where the batch
// has recorded an action: [pairs, width].
func (l *learner) recorded(rows *grad.Value) *grad.Value {
	batch, length, width := l.config.Batch, l.config.SequenceLength, rows.Shape()[1]
	if l.config.Target == TargetRetrace {
		return rows.Reshape(batch, length+1, width).Slice(1, 0, length).Reshape(batch*length, width)
	}
	return rows.Slice(0, batch, 2*batch)
}

// clone traces the loss that keeps the policy near the recorded actions: their likelihood under the
// online policy, clipped as the environment clips them, weighted by the advantage that the target
// critic gives them over the target policy.
func (l *learner) clone(t *grad.Tracer, e evaluation, online dist.Gaussian) *grad.Value {
	states, pairs := e.states.Values.Shape()[1], e.values.Shape()[0]
	baseline := l.recorded(e.states.Values.Mean(0).Reshape(states, 1)).Reshape(pairs)
	policy := dist.Gaussian{Mean: l.recorded(online.Mean), Deviation: l.recorded(online.Deviation)}
	advantage := e.values.Sub(baseline)
	weight, likelihood := rl.AdvantageWeights(advantage), policy.LogProb(e.actions.Clip(-1, 1))
	l.Report.Add(t, "cloning/advantage", advantage.Mean())
	l.Report.Add(t, "cloning/weight", weight.Mean())
	l.Report.Add(t, "cloning/log_likelihood", likelihood.Mean())
	return weight.Mul(likelihood).Mean().Neg()
}
