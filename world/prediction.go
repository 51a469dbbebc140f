package world

import "github.com/reverie-rl/reverie/grad"

// Predict is open-loop prediction: it filters the first context steps of a sequence, and then imagines what
// the recorded actions lead to without looking. All states are modes. It returns the observations predicted
// for the steps behind the context, [time-context, batch, observation].
func (m Model) Predict(t *grad.Tracer, s Sequence, context int) *grad.Value {
	seen := m.filterContext(t, s, context)
	actions := s.Action.Slice(0, context, s.Action.Shape()[0])
	return m.Decoder.Mean(m.RSSM.Features(m.RSSM.Follow(t, seen.at(context-1), actions, nil)))
}

// filterContext is the states of the first steps of a sequence, all of them modes.
func (m Model) filterContext(t *grad.Tracer, s Sequence, context int) Observed {
	early := func(x *grad.Value) *grad.Value { return x.Slice(0, 0, context) }
	return m.Filter(t, Sequence{Observation: early(s.Observation), Action: early(s.Action), First: early(s.First)}, nil)
}

// Forecast is what a model says of a sequence of which it sees the context alone.
type Forecast struct {
	// Features are those of the filtered states, modes, and behind the context of the imagined ones, a sample
	// of the future each: [time, samples, features].
	Features *grad.Value
	// KL is the divergence of posterior and prior of each latent variable, in nats: [context, variables].
	KL *grad.Value
}

// Forecast filters the first context steps of a sequence of batch 1, and then imagines what the recorded actions
// lead to without looking, as often as there are samples.
func (m Model) Forecast(t *grad.Tracer, s Sequence, context, samples int, stream uint64) Forecast {
	seen := m.filterContext(t, s, context)
	divergence := m.RSSM.latent.KL(seen.Posterior, seen.Prior)
	f := Forecast{
		Features: m.RSSM.Features(seen.State).Broadcast(context, samples, m.RSSM.FeatureSize()),
		KL:       divergence.Reshape(context, divergence.Shape()[2]),
	}
	horizon := s.Action.Shape()[0] - context
	if horizon == 0 {
		return f
	}
	start := m.RSSM.StateOf(m.RSSM.Features(seen.at(context-1)).Broadcast(samples, m.RSSM.FeatureSize()))
	actions := s.Action.Slice(0, context, context+horizon).Broadcast(horizon, samples, s.Action.Shape()[2])
	future := m.RSSM.Follow(t, start, actions, m.RSSM.latent.Noise(t, stream, horizon, samples))
	f.Features = f.Features.Concat(0, m.RSSM.Features(future))
	return f
}

// Spread is the mean of x [time, samples, ...] over the samples and their standard deviation, with n in the
// denominator: [time, ...].
func Spread(x *grad.Value) (mean, deviation *grad.Value) {
	mean = x.Mean(1)
	return mean, x.Sub(mean.KeepAxis(1)).Square().Mean(1).Sqrt()
}

// at is the state of one step of several.
func (s State) at(step int) State {
	one := func(x *grad.Value) *grad.Value { return x.Slice(0, step, step+1).Reshape(x.Shape()[1:]...) }
	return State{one(s.Deterministic), one(s.Stochastic)}
}

// RepeatLast is what to compare Predict with: the last observation of the context for every later step.
func RepeatLast(s Sequence, context int) *grad.Value {
	shape := s.Observation.Shape()
	return s.Observation.Slice(0, context-1, context).Broadcast(shape[0]-context, shape[1], shape[2])
}

// ErrorByHorizon is the mean squared error [time-context] of predictions for the steps behind the context of a
// sequence, over the steps that are known: 0 where none is.
func ErrorByHorizon(predicted *grad.Value, s Sequence) *grad.Value {
	length, horizon := s.Known.Shape()[0], predicted.Shape()[0]
	late := func(x *grad.Value) *grad.Value { return x.Slice(0, length-horizon, length) }
	squares := predicted.Sub(late(s.Observation)).Square().Mean(2).Mul(late(s.Known)).Sum(1)
	return squares.Div(late(s.Known).Sum(1).Max(grad.Scalar(1)))
}
