package grad

import "slices"

// Gradient traces the gradients of loss, a scalar, with respect to each of targets, in order. The
// gradient of a target that loss does not depend on is 0.
func Gradient(loss *Value, targets ...Operand) []*Value {
	t := loss.tracer
	if loss.shape.Size() != 1 {
		fail("gradient", "the loss has shape %v, must be a scalar", loss.shape)
	}
	wanted, depends := make([]*Value, len(targets)), map[*Value]bool{}
	for i, target := range targets {
		wanted[i] = target.in(t)
		depends[wanted[i]] = true
	}
	values := slices.Clone(t.values[:loss.id+1])
	follow(values, depends)
	adjoints := map[*Value]*Value{loss: t.Value(Scalar(1)).Broadcast(loss.shape...)}
	backward(values, depends, adjoints)
	gradients := make([]*Value, len(targets))
	for i, v := range wanted {
		gradients[i] = orZero(adjoints[v], v)
	}
	return gradients
}

// orZero is gradient, or 0 in the shape of v if it is nil.
func orZero(gradient, v *Value) *Value {
	if gradient != nil {
		return gradient
	}
	return v.tracer.Value(Scalar(0)).Broadcast(v.shape...)
}

// follow adds to depends what a gradient can flow back from.
func follow(values []*Value, depends map[*Value]bool) {
	for _, v := range values {
		for _, input := range v.inputs {
			if depends[input] && rules[v.op] != nil {
				depends[v] = true
			}
		}
	}
}

// backward goes through values from the last to the first and adds up the gradient of each in
// adjoints, which holds those where the gradient begins.
func backward(values []*Value, depends map[*Value]bool, adjoints map[*Value]*Value) {
	for _, v := range slices.Backward(values) {
		if !depends[v] || rules[v.op] == nil {
			continue
		}
		want := make([]bool, len(v.inputs))
		for i, input := range v.inputs {
			want[i] = depends[input]
		}
		var gradients []*Value
		if v.op == opScan {
			gradients = scanRule(v, adjoints, want)
		} else if g := adjoints[v]; g != nil {
			gradients = rules[v.op](v, g, want)
		}
		for i, gradient := range gradients {
			if want[i] && gradient != nil {
				accumulate(adjoints, v.inputs[i], gradient)
			}
		}
	}
}

// accumulate adds gradient to that of v.
func accumulate(adjoints map[*Value]*Value, v, gradient *Value) {
	sum := adjoints[v]
	switch {
	case sum == nil:
	case adjacent(sum, gradient):
		gradient = sum.join(gradient)
	case adjacent(gradient, sum):
		gradient = gradient.join(sum)
	default:
		gradient = sum.Add(gradient)
	}
	adjoints[v] = gradient
}

// adjacent tells that a and b, gradients of slices, hold their numbers side by side between zeros.
func adjacent(a, b *Value) bool {
	return a.op == opEmbed && b.op == opEmbed && a.axis == b.axis && a.start+a.inputs[0].shape[a.axis] == b.start && a.shape.Equal(b.shape)
}

// join is the sum of adjacent v and other, without adding zeros. It is slices put together again once
// all of them are there.
func (v *Value) join(other *Value) *Value {
	whole := v.inputs[0].Concat(v.axis, other.inputs[0])
	if whole.shape.Equal(v.shape) {
		return whole
	}
	return whole.embed(v.shape, v.axis, v.start)
}
