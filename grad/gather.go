package grad

import (
	"slices"

	"github.com/reverie-rl/reverie/tensor"
)

// Gather looks up rows of v, a table [n, row...], at indices, an array of whole numbers in [0, n):
// the result is [indices..., row...]. An index that is not one of these numbers gives a row of NaN,
// so that it does not go unnoticed; it receives no gradient. Nor do the indices.
func (v *Value) Gather(indices Operand) *Value {
	if len(v.shape) == 0 {
		fail("gather", "a table of shape %v has no rows", v.shape)
	}
	at := indices.in(v.tracer)
	shape := append(slices.Clone(at.shape), v.shape[1:]...)
	return v.tracer.add(&Value{op: opGather, shape: shape, inputs: []*Value{v, at}})
}

// scatter adds up the rows of v at indices in a table of the given shape. It is the gradient of
// Gather.
func (v *Value) scatter(indices *Value, shape tensor.Shape) *Value {
	return v.tracer.add(&Value{op: opScatter, shape: shape, inputs: []*Value{v, indices}})
}

// OneHot is, for each whole number of v in [0, depth), a row of zeros with 1 at its place:
// [..., depth]. Any other number gives a row of NaN. It has no gradient.
func (v *Value) OneHot(depth int) *Value {
	if depth < 0 {
		fail("one-hot", "depth %d", depth)
	}
	return v.tracer.add(&Value{op: opOneHot, shape: append(slices.Clone(v.shape), depth), inputs: []*Value{v}})
}

// gatherRule and scatterRule are each other's: both are linear, and one is the other transposed.
func gatherRule(v, g *Value, _ []bool) []*Value {
	return []*Value{g.scatter(v.inputs[1], v.inputs[0].shape), nil}
}

func scatterRule(v, g *Value, _ []bool) []*Value { return []*Value{g.Gather(v.inputs[1]), nil} }
