package grad

import "github.com/reverie-rl/reverie/tensor"

// BackwardRecurrence solves y_t = v_t + decay_t · y_{t+1} along axis 0, with y = 0 behind the end; v
// and decay broadcast. With rewards and discounts it gives discounted returns, with temporal
// differences the advantages of GAE (Schulman et al., 2016), and likewise λ-returns and the targets
// of V-trace.
func (v *Value) BackwardRecurrence(decay Operand) *Value {
	return v.withDecay("backward recurrence", decay, true)
}

// ForwardRecurrence solves y_t = v_t + decay_t · y_{t-1} along axis 0, with y = 0 before the start; v
// and decay broadcast. It gives eligibility traces and moving averages.
func (v *Value) ForwardRecurrence(decay Operand) *Value {
	return v.withDecay("forward recurrence", decay, false)
}

// CumulativeSum is the sum of v along axis up to each element, that one included.
func (v *Value) CumulativeSum(axis int) *Value {
	return v.recurrence(v.axisOf("cumulative sum", axis), false)
}

func (v *Value) withDecay(operation string, operand Operand, backward bool) *Value {
	decay := operand.in(v.tracer)
	shape, ok := tensor.Broadcast(v.shape, decay.shape)
	if !ok || len(shape) == 0 {
		fail(operation, "shapes %v and %v", v.shape, decay.shape)
	}
	return v.Broadcast(shape...).recurrence(0, backward, decay.Broadcast(shape...))
}

// recurrence solves y_t = v_t + decay_t · y_{t-1} along axis, or with y_{t+1} if it is backward; decay
// is one array of v's shape, or none for 1.
func (v *Value) recurrence(axis int, backward bool, decay ...*Value) *Value {
	inputs := append([]*Value{v}, decay...)
	return v.tracer.add(&Value{op: opRecurrence, shape: v.shape, inputs: inputs, axis: axis, backward: backward})
}

// recurrenceRule: the gradient h of v satisfies the recurrence in the other direction, where the
// factor between two elements is the same: h_t = g_t + decay_{t+1} · h_{t+1}. That of decay_t is
// h_t · y_{t-1}.
func recurrenceRule(v, g *Value, _ []bool) []*Value {
	if len(v.inputs) == 1 {
		return []*Value{g.recurrence(v.axis, !v.backward)}
	}
	toX := g.recurrence(v.axis, !v.backward, v.inputs[1].shifted(v.axis, !v.backward))
	return []*Value{toX, toX.Mul(v.shifted(v.axis, v.backward))}
}

// shifted moves every element one place on along axis, or one place back, and puts 0 in the place
// that is left.
func (v *Value) shifted(axis int, back bool) *Value {
	switch length := v.shape[axis]; {
	case length == 0:
		return v
	case back:
		return v.Slice(axis, 1, length).Pad(axis, 0, 1)
	default:
		return v.Slice(axis, 0, length-1).Pad(axis, 1, 0)
	}
}
