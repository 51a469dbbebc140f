package grad

import (
	"slices"

	"github.com/reverie-rl/reverie/tensor"
)

// GradientFunc traces the gradient of a loss with respect to each of inputs, of its shape, or nil for
// none, from what WithGradient returned and the gradient g with respect to that. It must take these
// values from its arguments: in the body of a Scan, they are not the ones that the body has seen.
type GradientFunc func(result, g *Value, inputs []*Value) []*Value

// WithGradient is v with a gradient of one's own instead of v's. Nothing flows to what v was made from,
// unless it is among inputs. A value that limits the gradient to x, and no other, is
//
//	x.WithGradient(func(_, g *grad.Value, _ []*grad.Value) []*grad.Value {
//		return []*grad.Value{g.Clip(-1, 1)}
//	}, x)
func (v *Value) WithGradient(gradient GradientFunc, inputs ...Operand) *Value {
	custom := &Value{op: opCustom, shape: v.shape, inputs: []*Value{v}, gradient: gradient}
	for _, input := range inputs {
		custom.inputs = append(custom.inputs, input.in(v.tracer))
	}
	return v.tracer.add(custom)
}

// StraightThrough is exactly hard, with a gradient that flows to soft, which broadcasts to the shape of
// hard, as if that had been taken (Bengio et al., 2013).
func StraightThrough(hard, soft *Value) *Value {
	if shape, ok := tensor.Broadcast(hard.shape, soft.shape); !ok || !shape.Equal(hard.shape) {
		fail("straight-through", "shapes %v and %v", hard.shape, soft.shape)
	}
	inputs := []*Value{hard, soft.Broadcast(hard.shape...)}
	return hard.tracer.add(&Value{op: opStraightThrough, shape: hard.shape, inputs: inputs})
}

func straightThroughRule(_, g *Value, _ []bool) []*Value { return []*Value{nil, g} }

func customRule(v, g *Value, want []bool) []*Value {
	if !slices.Contains(want[1:], true) {
		return nil
	}
	gradients := v.gradient(v, g, v.inputs[1:])
	if len(gradients) != len(v.inputs)-1 {
		fail("with gradient", "%d gradients for %d inputs", len(gradients), len(v.inputs)-1)
	}
	for i, gradient := range gradients {
		if input := v.inputs[i+1]; gradient != nil && !gradient.shape.Equal(input.shape) {
			fail("with gradient", "gradient %d of shape %v for an input of shape %v", i, gradient.shape, input.shape)
		}
	}
	return append([]*Value{nil}, gradients...)
}

// forgetGradient drops what only the gradient of v needed, once all gradients have been traced.
func forgetGradient(v *Value) { v.inputs = v.inputs[:1] }
