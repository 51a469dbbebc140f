package world

import "github.com/reverie-rl/reverie/grad"

// Predict is open-loop prediction: it filters the first context steps of a sequence, and then imagines what
// the recorded actions lead to without looking. All states are modes. It returns the observations predicted
// for the steps behind the context, [time-context, batch, observation].
func (m Model) Predict(t *grad.Tracer, s Sequence, context int) *grad.Value {
	early := func(x *grad.Value) *grad.Value { return x.Slice(0, 0, context) }
	seen := m.Filter(t, Sequence{Observation: early(s.Observation), Action: early(s.Action), First: early(s.First)}, nil)
	actions := s.Action.Slice(0, context, s.Action.Shape()[0])
	return m.Decoder.Mean(m.RSSM.Features(m.RSSM.Follow(t, seen.at(context-1), actions, nil)))
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
