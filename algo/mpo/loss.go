package mpo

import (
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/rl"
)

// sampled is what the E-step knows of some states: the target policy there, actions drawn from it,
// and what they are worth.
type sampled struct {
	observations *grad.Value   // [states, observation]
	target       dist.Gaussian // [states, action]
	actions      *grad.Value   // [samples, states, action]
	values       *grad.Value   // [samples, states]
}

// sample draws actions from the target policy and values them with the target critic.
func (l *learner) sample(t *grad.Tracer, observations *grad.Value) sampled {
	states := observations.Shape()[0]
	target := l.targetPolicy.Apply(observations).Stop()
	noise := t.Normal(streamLearner, l.config.Samples, states, l.sizes.Action)
	actions := target.Sample(noise).Stop()
	repeated := observations.Broadcast(l.config.Samples, states, l.sizes.Observation)
	return sampled{observations, target, actions, l.targetCritic.Value(repeated, actions).Stop()}
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
func (l *learner) evaluateNStep(t *grad.Tracer) evaluation {
	c, o, a := l.config, l.sizes.Observation, l.sizes.Action
	before, actions, after := t.Input("observation", c.Batch, o), t.Input("action", c.Batch, a), t.Input("next", c.Batch, o)
	if c.Cloning > 0 {
		after = after.Concat(0, before)
	}
	states := l.sample(t, after)
	reward, discount := t.Input("reward", c.Batch), t.Input("discount", c.Batch)
	target := reward.Add(discount.Mul(states.values.Mean(0).Slice(0, 0, c.Batch)))
	values := l.critic.Apply(before, actions)
	return evaluation{regression(values, target), values[0].Mean(), states, actions, l.targetCritic.Value(before, actions)}
}

// evaluateRetrace regresses the critic on Retrace(λ) returns along windows of steps.
func (l *learner) evaluateRetrace(t *grad.Tracer) evaluation {
	c, o, a := l.config, l.sizes.Observation, l.sizes.Action
	batch, length := c.Batch, c.SequenceLength
	observations, actions := t.Input("observation", batch, length+1, o), t.Input("action", batch, length, a)
	states := l.sample(t, observations.Reshape(batch*(length+1), o))
	before := observations.Slice(1, 0, length)
	policy := dist.Gaussian{
		Mean:      states.target.Mean.Reshape(batch, length+1, a).Slice(1, 0, length),
		Deviation: states.target.Deviation.Reshape(batch, length+1, a).Slice(1, 0, length),
	}
	logRatios := policy.LogProb(actions).Sub(t.Input("log_probability", batch, length))
	stateValues, actionValues := states.values.Mean(0).Reshape(batch, length+1), l.targetCritic.Value(before, actions)
	target := rl.Retrace(stateValues, actionValues,
		t.Input("reward", batch, length), t.Input("discount", batch, length), logRatios, c.Discount, c.Lambda)
	values := l.critic.Apply(before, actions)
	pairs := batch * length
	return evaluation{regression(values, target), values[0].Mean(), states, actions.Reshape(pairs, a), actionValues.Reshape(pairs)}
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

// regression is half the mean squared error of each network, added up.
func regression(values []*grad.Value, target *grad.Value) *grad.Value {
	loss := values[0].Sub(target.Stop()).Square().Mean()
	for _, value := range values[1:] {
		loss = loss.Add(value.Sub(target.Stop()).Square().Mean())
	}
	return loss.Mul(grad.Scalar(0.5))
}

// temperature is the temperature of one softmax of the E-step. One of its parameters is in use.
type temperature struct {
	Dual   optim.Dual      // descended by Adam
	Solved *grad.Parameter // [1]: the solution for the last batch, where the next search starts
}

func newTemperature(c *Config) temperature {
	dual := optim.NewDual(1, float32(c.InitialTemperature))
	if c.Temperature == TemperatureAdam {
		return temperature{Dual: dual}
	}
	return temperature{Solved: grad.NewParameter(1).Filled(float32(dual.Multiplier(0)))}
}

// trace returns the temperature for values [samples, states] and its loss, which is nil if the
// temperature is solved for.
func (e temperature) trace(t *grad.Tracer, values *grad.Value, epsilon float64) (eta, loss *grad.Value) {
	if e.Solved == nil {
		eta = e.Dual.Value(t)
		return eta.Stop(), rl.TemperatureLoss(values, eta, epsilon)
	}
	samples, states := values.Shape()[0], values.Shape()[1]
	solve := func(out []float64, in [][]float64) {
		out[0] = rl.SolveTemperature(in[0], samples, states, epsilon, in[1][0])
	}
	eta = t.Call("temperature", []int{1}, solve, values, e.Solved)
	t.Assign(e.Solved, eta)
	return eta, nil
}

// clone traces the loss that keeps the policy near the recorded actions: their likelihood under the
// online policy, clipped as the environment clips them, weighted by the advantage that the target
// critic gives them over the target policy.
func (l *learner) clone(t *grad.Tracer, e evaluation, online dist.Gaussian) *grad.Value {
	states, pairs := e.states.values.Shape()[1], e.values.Shape()[0]
	baseline := l.recorded(e.states.values.Mean(0).Reshape(states, 1)).Reshape(pairs)
	policy := dist.Gaussian{Mean: l.recorded(online.Mean), Deviation: l.recorded(online.Deviation)}
	advantage := e.values.Sub(baseline)
	weight, likelihood := rl.AdvantageWeights(advantage), policy.LogProb(e.actions.Clip(-1, 1))
	l.report.Add(t, "cloning/advantage", advantage.Mean())
	l.report.Add(t, "cloning/weight", weight.Mean())
	l.report.Add(t, "cloning/log_likelihood", likelihood.Mean())
	return weight.Mul(likelihood).Mean().Neg()
}

// improvement is the losses of the E- and M-step and what is worth logging of them.
type improvement struct {
	policy, dual        *grad.Value
	online              dist.Gaussian
	eta, weights        *grad.Value
	meanKL, deviationKL *grad.Value // [action]
}

// improve traces the improvement of the policy in the sampled states.
func (l *learner) improve(t *grad.Tracer, states sampled) improvement {
	c := l.config
	online := l.policy.Apply(states.observations)
	eta, temperatureLoss := l.temperature.trace(t, states.values, c.Epsilon)
	weights := rl.Weights(states.values, eta)
	all := weights
	losses := []*grad.Value{temperatureLoss}
	if c.EpsilonPenalty > 0 {
		penalty := rl.BoundPenalty(states.actions)
		penaltyEta, penaltyLoss := l.penalty.trace(t, penalty, c.EpsilonPenalty)
		all = weights.Add(rl.Weights(penalty, penaltyEta))
		losses = append(losses, penaltyLoss)
	}
	meanKL, deviationKL := rl.DecoupledKL(online, states.target)
	meanTerm, meanDual := rl.TrustRegion(meanKL, l.meanMultiplier.Value(t), c.EpsilonMean)
	deviationTerm, deviationDual := rl.TrustRegion(deviationKL, l.deviationMultiplier.Value(t), c.EpsilonDeviation)
	dual := meanDual.Add(deviationDual)
	for _, loss := range losses {
		if loss != nil {
			dual = dual.Add(loss)
		}
	}
	policy := rl.MStep(all, states.actions, online, states.target).Add(meanTerm).Add(deviationTerm)
	return improvement{policy, dual, online, eta, weights, meanKL, deviationKL}
}
