package grad

import (
	"slices"

	"github.com/reverie-rl/reverie/tensor"
)

// Where is a where v, a mask, is not 0, and b elsewhere; all three broadcast. What is not taken does
// not matter, be it NaN or infinite, and receives a gradient of 0.
func (v *Value) Where(a, b Operand) *Value {
	yes, no := a.in(v.tracer), b.in(v.tracer)
	shape, ok := tensor.Broadcast(yes.shape, no.shape)
	if ok {
		shape, ok = tensor.Broadcast(shape, v.shape)
	}
	if !ok {
		fail("where", "a mask of shape %v, and %v or %v, do not broadcast", v.shape, yes.shape, no.shape)
	}
	return v.tracer.add(&Value{op: opWhere, shape: shape, inputs: []*Value{v, yes, no}})
}

func whereRule(v, g *Value, want []bool) []*Value {
	mask, result := v.inputs[0], make([]*Value, 3)
	if want[1] {
		result[1] = mask.Where(g, Scalar(0)).sumTo(v.inputs[1].shape)
	}
	if want[2] {
		result[2] = mask.Where(Scalar(0), g).sumTo(v.inputs[2].shape)
	}
	return result
}

// ArgMax is the index of the largest element along axis, which is dropped: of the first one, if
// several are equal. A NaN counts as larger than any number. It has no gradient.
func (v *Value) ArgMax(axis int) *Value {
	axis = v.axisOf("argmax", axis)
	if v.shape[axis] == 0 {
		fail("argmax", "axis %d of shape %v is empty", axis, v.shape)
	}
	return v.reduceAxes(opArgMax, axis, axis+1).Reshape(slices.Delete(slices.Clone(v.shape), axis, axis+1)...)
}

// TopK returns the k largest elements along the last axis, in descending order, and their indices:
// both are [..., k]. Of equal elements the first comes first, and a NaN before any number. Neither
// has a gradient; Gather and OneHot give one to what the indices point at.
func (v *Value) TopK(k int) (values, indices *Value) {
	rank := len(v.shape)
	if rank == 0 || k < 0 || k > v.shape[rank-1] {
		fail("top-k", "%d elements of shape %v", k, v.shape)
	}
	shape := append(slices.Clone(v.shape[:rank-1]), k)
	both := v.tracer.add(&Value{op: opTopK, shape: append(tensor.Shape{2}, shape...), inputs: []*Value{v}})
	return both.Slice(0, 0, 1).Reshape(shape...), both.Slice(0, 1, 2).Reshape(shape...)
}
