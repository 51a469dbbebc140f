package ivg

import (
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/internal/windows"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
	"github.com/reverie-rl/reverie/world"
)

// recorded is windows of experience without their first observations, of which only histories are made: [window+1,
// batch, ...], time first. Actions led to the observation, as in world.Sequence.
type recorded struct {
	windows.Samples
	task   *grad.Value // one-hot, [window+1, batch, tasks]; nil if there is one
	latent *grad.Value // f_enc of the history up to each observation
}

// arrivals is x without its first step, to which nothing is known that led: [window, batch, ...].
func arrivals(x *grad.Value) *grad.Value { return x.Slice(0, 1, x.Shape()[0]) }

// departures is x without its last step.
func departures(x *grad.Value) *grad.Value { return x.Slice(0, 0, x.Shape()[0]-1) }

// shares are those of the steps of a mask in a mean over them.
func shares(mask *grad.Value) *grad.Value { return mask.Div(mask.Sum().Max(grad.Scalar(1))) }

func halfSquare(x *grad.Value) *grad.Value { return x.Square().Mul(grad.Scalar(0.5)) }

// last is x [..., 1] as [...].
func last(x *grad.Value) *grad.Value { return x.Reshape(x.Shape()[:len(x.Shape())-1]...) }

// record encodes the windows and cuts them.
func (l *learner) record(s windows.Samples) recorded {
	late := func(x *grad.Value) *grad.Value { return x.Slice(0, l.config.History-1, x.Shape()[0]) }
	seen, task := l.split(s.Observation)
	r := recorded{latent: l.model.Encoder.Apply(seen), task: optional(late, task)}
	r.Sequence = world.Sequence{
		Observation: late(seen), Action: late(s.Action), Reward: late(s.Reward).Mul(grad.Scalar(l.config.RewardScale)),
		Discount: late(s.Discount), Known: late(s.Known), Arrival: late(s.Arrival),
	}
	if r.Rewards = r.Reward.KeepAxis(-1); task != nil {
		r.Rewards = late(s.Rewards).Mul(grad.Scalar(l.config.RewardScale))
	}
	return r
}

// split takes the one-hot row of the task, nil if there is one, out of observations [..., observation].
func (l *learner) split(observations *grad.Value) (seen, task *grad.Value) {
	tasks, numbers := l.Sizes.Tasks, l.Sizes.Observation
	if tasks == 0 {
		return observations, nil
	}
	end := observations.Shape()[len(observations.Shape())-1]
	task = observations.Slice(-1, numbers-tasks, numbers)
	var parts []*grad.Value
	for _, part := range [][2]int{{0, numbers - tasks}, {numbers, end}} {
		if part[0] < part[1] {
			parts = append(parts, observations.Slice(-1, part[0], part[1]))
		}
	}
	return with(parts[0], parts[1:]...), task
}

// optional is what of makes of x, or nil if that is nil.
func optional(of func(*grad.Value) *grad.Value, x *grad.Value) *grad.Value {
	if x == nil {
		return nil
	}
	return of(x)
}

// with is x [..., size] with others behind it, as far as there are any.
func with(x *grad.Value, others ...*grad.Value) *grad.Value {
	for _, other := range others {
		if other != nil {
			x = x.Concat(-1, other)
		}
	}
	return x
}

// fit is how well the model explains windows. All terms are scalars, means over the steps that count.
type fit struct {
	loss, observation, consistency, reward *grad.Value
	predicted                              *grad.Value // latents from the first on, open loop: [window+1, batch, latent]
}

// fit traces the model's loss, L_f + α L_r: it encodes the first history and follows the recorded actions from there.
func (l *learner) fit(t *grad.Tracer, r recorded) fit {
	c, shape := l.config, r.latent.Shape()
	start := r.latent.Slice(0, 0, 1).Reshape(shape[1:]...)
	actions := arrivals(r.Action).Clip(-1, 1)
	f := fit{predicted: l.model.Transition.Follow(t, start, actions)}
	arrived, encoded, counts := arrivals(f.predicted), arrivals(r.latent), shares(arrivals(r.Arrival))
	if c.StopConsistency {
		encoded = encoded.Stop()
	}
	f.observation = l.model.Decoder.Loss(f.predicted, r.Observation).Mul(shares(r.Known)).Sum()
	f.consistency = halfSquare(encoded.Sub(arrived)).Sum(-1).Mul(counts).Sum()
	f.reward = halfSquare(l.reward.Apply(with(arrived, actions)).Sub(arrivals(r.Rewards))).Sum(-1).Mul(counts).Sum()
	f.loss = f.observation.Mul(grad.Scalar(c.ObservationWeight)).
		Add(f.consistency.Mul(grad.Scalar(c.ConsistencyWeight))).
		Add(f.reward.Mul(grad.Scalar(c.RewardWeight)))
	return f
}

// rewardOf is the reward [...] of action [..., action] that led to latent [..., latent], of the task.
func (l *learner) rewardOf(latent, action, task *grad.Value) *grad.Value {
	rewards := l.reward.Apply(with(latent, action))
	if task == nil {
		return last(rewards)
	}
	return rewards.Mul(task).Sum(-1)
}

// valueError is the loss of predictions of the value, with these shares, in units of the scale of values.
func (l *learner) valueError(predicted, target, shares *grad.Value) *grad.Value {
	return halfSquare(predicted.Sub(target.Stop()).Div(grad.Scalar(l.config.ValueScale))).Mul(shares).Sum()
}

// regularised are rewards less the weighted divergence of the policy that chose there.
func (l *learner) regularised(rewards, divergence *grad.Value) *grad.Value {
	return rewards.Sub(divergence.Mul(grad.Scalar(l.config.KLWeight)))
}

// trajectory is steps of a policy in a model. Time comes first: [horizon, states].
type trajectory struct {
	latents    *grad.Value // [horizon+1, states, latent]
	rewards    *grad.Value
	divergence *grad.Value // of the policy from the prior
	logProb    *grad.Value // of the sampled actions as they are
	meanSize   *grad.Value // mean over the numbers of an action of |mean|
	deviation  *grad.Value
}

// imagination is a model and a policy that acts in it, as functions of latents [states, latent].
type imagination struct {
	policy func(latent *grad.Value) dist.Gaussian
	step   func(latent, action *grad.Value) *grad.Value
	reward func(next, action *grad.Value) *grad.Value
	fixed  bool // no gradient flows through latents and actions: for the likelihood ratio
}

// roll follows the policy from start, with noise [horizon, states, action]. Model and rewards see actions clipped, as
// tasks do.
func (m imagination) roll(t *grad.Tracer, start, noise *grad.Value) trajectory {
	scan := grad.Scan{Length: noise.Shape()[0]}
	_, all := scan.Run(t, []*grad.Value{start}, []*grad.Value{noise}, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
		distribution := m.policy(carry[0])
		sampled := distribution.Sample(elements[0])
		if m.fixed {
			sampled = sampled.Stop()
		}
		action := sampled.Clip(-1, 1)
		after := m.step(carry[0], action)
		return []*grad.Value{after}, []*grad.Value{
			after, m.reward(after, action), divergence(distribution), distribution.LogProb(sampled.Stop()),
			distribution.Mean.Abs().Mean(-1), distribution.Deviation.Mean(-1),
		}
	})
	return trajectory{start.KeepAxis(0).Concat(0, all[0]), all[1], all[2], all[3], all[4], all[5]}
}

// starts are the latents to imagine from, [states, latent], the tasks that were played there, [states, tasks], and how
// much each counts, [states]: not at all behind the end of a window, nor where the episode was terminated. No gradient
// flows to the encoder.
func (l *learner) starts(r recorded) (start, task, counts *grad.Value) {
	every := l.config.StartEvery
	groups := r.Known.Shape()[0] / every
	chosen := func(x *grad.Value, size int) *grad.Value { // the last of each group of so many steps
		grouped := x.Slice(0, 0, groups*every).Reshape(groups, every, l.Batch, size)
		one := grouped.Slice(1, every-1, every).Reshape(groups*l.Batch, size)
		return one.KeepAxis(0).Broadcast(l.config.Rollouts, groups*l.Batch, size).Reshape(l.config.Rollouts*groups*l.Batch, size)
	}
	terminated := r.Arrival.Mul(r.Discount.Neg().Add(grad.Scalar(1)))
	task = optional(func(x *grad.Value) *grad.Value { return chosen(x, l.Sizes.Tasks) }, r.task)
	return chosen(r.latent, l.config.LatentSize).Stop(), task, last(chosen(r.Known.Sub(terminated), 1))
}

// inTurn are one-hot rows of the tasks, one after the other, [states, tasks], or nil if there is one. Experience of one
// task is of use to all: what a start would be worth in another is imagined.
func (l *learner) inTurn(t *grad.Tracer, states int) *grad.Value {
	tasks := l.Sizes.Tasks
	if tasks == 0 {
		return nil
	}
	return t.Call("tasks", []int{states, tasks}, func(out []float64, _ [][]float64) {
		for i := range states {
			out[i*tasks+i%tasks] = 1
		}
	})
}

// behaviour is the losses of value and policy, and numbers to watch. All are scalars.
type behaviour struct {
	valueLoss, policyLoss           *grad.Value
	value, reward                   *grad.Value // means of values and of predicted rewards
	divergence, meanSize, deviation *grad.Value // of the policy
	ratio                           *grad.Value // mean clipped importance ratio, nil without V-trace
}

// objective is the imagined return that the policy climbs, [states], of regularised rewards [horizon, states] and
// values [horizon+1, states].
func objective(t *grad.Tracer, c *Config, rewards, values *grad.Value) *grad.Value {
	return rl.WeightedReturn(t, rewards, values, c.horizonWeights())
}

// horizonWeights are those of rewards and values in the policy's objective.
func (c *Config) horizonWeights() rl.HorizonWeights {
	if c.Averaged {
		return rl.AveragedHorizons(c.Horizon, c.Discount)
	}
	return rl.Horizon(c.Horizon, c.Discount)
}

// imagineFrom lets the policy act in the model from start, [states, latent]. It returns the latents with the task of each
// trajectory behind them too, [horizon+1, states, ...].
func (l *learner) imagineFrom(t *grad.Tracer, start *grad.Value) (d trajectory, tasked *grad.Value) {
	c, states := l.config, start.Shape()[0]
	task := l.inTurn(t, states)
	m := imagination{
		policy: func(latent *grad.Value) dist.Gaussian { return l.policy.Apply(with(latent, task)) },
		step:   l.model.Transition.Step,
		reward: func(next, action *grad.Value) *grad.Value { return l.rewardOf(next, action, task) },
		fixed:  c.Gradient == Likelihood,
	}
	d = m.roll(t, start, t.Normal(offpolicy.StreamGradient, c.Horizon, states, l.Sizes.Action))
	return d, with(d.latents, optional(func(task *grad.Value) *grad.Value {
		return task.KeepAxis(0).Broadcast(c.Horizon+1, states, l.Sizes.Tasks)
	}, task))
}

// imagine traces the losses of value and policy in imagination.
func (l *learner) imagine(t *grad.Tracer, r recorded, predicted *grad.Value) behaviour {
	c := l.config
	start, _, counts := l.starts(r)
	d, latents := l.imagineFrom(t, start)
	rewards, share := l.regularised(d.rewards, d.divergence), shares(counts)
	values := last(l.value.Apply(latents))
	returns := l.returns(t, last(l.target.value.Apply(latents)), rewards)
	average := func(x *grad.Value) *grad.Value { return x.Mean(0).Mul(share).Sum() }
	b := behaviour{
		value: average(values), reward: average(d.rewards),
		divergence: average(d.divergence), meanSize: average(d.meanSize), deviation: average(d.deviation),
	}
	if c.ValueTarget == VTrace {
		b.valueLoss, b.ratio = l.traced(r, predicted)
	} else {
		own := last(l.value.Apply(departures(latents).Stop()))
		b.valueLoss = l.valueError(own, returns, share.Div(grad.Scalar(float64(c.Horizon))))
	}
	if c.Gradient == Likelihood {
		advantage := returns.Sub(departures(values)).Stop()
		rewards, values = l.regularised(d.logProb.Mul(advantage), d.divergence), values.Stop()
	}
	b.policyLoss = objective(t, c, rewards, values).Mul(share).Sum().Div(grad.Scalar(-c.ValueScale))
	return b
}

// returns are the λ-returns of imagined steps, [horizon, states], which bootstrap with values [horizon+1, states].
func (l *learner) returns(t *grad.Tracer, values, rewards *grad.Value) *grad.Value {
	turned := func(x *grad.Value) *grad.Value { return x.Transpose(1, 0) }
	always := t.Value(grad.Scalar(1)).Broadcast(turned(rewards).Shape()...)
	return turned(rl.LambdaReturns(turned(values), turned(rewards), always, l.config.Discount, grad.Scalar(l.config.Lambda)))
}

// traced is the loss of the value by V-trace on the recorded steps, whose targets are those of the target encoder and
// value, and the mean clipped importance ratio. Values are those of the latents predicted open loop, through which
// their gradient shapes the model.
func (l *learner) traced(r recorded, predicted *grad.Value) (loss, ratio *grad.Value) {
	turned := func(x *grad.Value) *grad.Value { return x.Transpose(1, 0) }
	task := optional(departures, r.task)
	distribution := l.policy.Apply(with(departures(r.latent), task)).Stop()
	mask := arrivals(r.Arrival)
	logRatios := distribution.LogProb(arrivals(r.Action)).Sub(l.logProbability)
	const never = 1e4 // the ratio of padding is 0
	logRatios = logRatios.Mul(mask).Sub(mask.Neg().Add(grad.Scalar(1)).Mul(grad.Scalar(never)))
	seen, _ := l.split(l.observations)
	values := last(l.target.value.Apply(with(l.target.encoder.Apply(seen), r.task)))
	rewards := l.regularised(arrivals(r.Reward), divergence(distribution))
	targets, _ := rl.VTrace(turned(values), turned(rewards), turned(arrivals(r.Discount)), turned(logRatios), l.config.Discount, 1, 1, 1)
	ratio = logRatios.Min(grad.Scalar(0)).Exp().Mul(shares(mask)).Sum()
	return l.valueError(last(l.value.Apply(with(departures(predicted), task))), turned(targets), shares(mask)), ratio
}

// climb traces the losses of IVG(0): a value of actions in encoded latents, which shapes them, and the policy that
// climbs it there.
func (l *learner) climb(t *grad.Tracer, r recorded) behaviour {
	c := l.config
	act := func(latent *grad.Value, stream uint64) (dist.Gaussian, *grad.Value) {
		distribution := l.policy.Apply(latent)
		return distribution, distribution.Sample(t.Normal(stream, distribution.Mean.Shape()...)).Clip(-1, 1)
	}
	of := func(value head, latent, action *grad.Value) *grad.Value {
		return last(value.Apply(with(latent, action)))
	}
	latents := with(r.latent, r.task)
	next := arrivals(latents).Stop()
	there, chosen := act(next, offpolicy.StreamLearner)
	ahead := l.regularised(of(l.target.value, next, chosen), divergence(there))
	target := arrivals(r.Reward).Add(arrivals(r.Discount).Mul(ahead).Mul(grad.Scalar(c.Discount)))
	own := of(l.value, departures(latents), arrivals(r.Action).Clip(-1, 1))

	start, task, counts := l.starts(r)
	share := shares(counts)
	start = with(start, task)
	here, action := act(start, offpolicy.StreamGradient)
	value := of(l.value, start, action)
	return behaviour{
		valueLoss:  l.valueError(own, target, shares(arrivals(r.Arrival))),
		policyLoss: l.regularised(value, divergence(here)).Mul(share).Sum().Div(grad.Scalar(-c.ValueScale)),
		value:      value.Mul(share).Sum(), reward: arrivals(r.Reward).Mul(shares(arrivals(r.Arrival))).Sum(),
		divergence: divergence(here).Mul(share).Sum(),
		meanSize:   here.Mean.Abs().Mean(-1).Mul(share).Sum(), deviation: here.Deviation.Mean(-1).Mul(share).Sum(),
	}
}
