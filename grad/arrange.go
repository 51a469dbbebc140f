package grad

import (
	"slices"

	"github.com/reverie-rl/reverie/tensor"
)

// axisOf checks axis, which counts from the end if it is negative.
func (v *Value) axisOf(operation string, axis int) int {
	if axis < -len(v.shape) || axis >= len(v.shape) {
		fail(operation, "axis %d of shape %v", axis, v.shape)
	}
	if axis < 0 {
		axis += len(v.shape)
	}
	return axis
}

// Reshape is v with other dimensions and the same elements in the same order.
func (v *Value) Reshape(shape ...int) *Value {
	if tensor.Shape(shape).Size() != v.shape.Size() {
		fail("reshape", "shape %v to %v", v.shape, shape)
	}
	if v.shape.Equal(shape) {
		return v
	}
	return v.tracer.add(&Value{op: opReshape, shape: slices.Clone(shape), inputs: []*Value{v}})
}

// Broadcast repeats v to the given shape.
func (v *Value) Broadcast(shape ...int) *Value {
	result, ok := tensor.Broadcast(v.shape, shape)
	if !ok || !result.Equal(shape) {
		fail("broadcast", "shape %v to %v", v.shape, shape)
	}
	if v.shape.Equal(shape) {
		return v
	}
	return v.tracer.add(&Value{op: opBroadcast, shape: result, inputs: []*Value{v}})
}

// Transpose reorders the axes: axis i of the result is axis permutation[i] of v.
func (v *Value) Transpose(permutation ...int) *Value {
	seen := make([]bool, len(v.shape))
	shape := make(tensor.Shape, len(v.shape))
	if len(permutation) != len(v.shape) {
		fail("transpose", "permutation %v of shape %v", permutation, v.shape)
	}
	for i, axis := range permutation {
		if axis < 0 || axis >= len(v.shape) || seen[axis] {
			fail("transpose", "permutation %v of shape %v", permutation, v.shape)
		}
		seen[axis], shape[i] = true, v.shape[axis]
	}
	if len(shape) == 0 {
		return v
	}
	return v.tracer.add(&Value{op: opTranspose, shape: shape, inputs: []*Value{v}, permutation: slices.Clone(permutation)})
}

// Concat joins v and others along axis; all other dimensions are equal.
func (v *Value) Concat(axis int, others ...Operand) *Value {
	axis = v.axisOf("concat", axis)
	joined := &Value{op: opConcat, shape: slices.Clone(v.shape), inputs: []*Value{v}, axis: axis}
	for _, operand := range others {
		other := operand.in(v.tracer)
		if len(other.shape) != len(v.shape) || !slices.Equal(other.shape[:axis], v.shape[:axis]) || !slices.Equal(other.shape[axis+1:], v.shape[axis+1:]) {
			fail("concat", "shapes %v and %v along axis %d", v.shape, other.shape, axis)
		}
		joined.inputs = append(joined.inputs, other)
		joined.shape[axis] += other.shape[axis]
	}
	return v.tracer.add(joined)
}

// Stack joins values of equal shapes along a new axis, which may count from the end of the result.
func Stack(axis int, values ...*Value) *Value {
	if len(values) == 0 {
		panic("grad: a stack of no values")
	}
	others := make([]Operand, len(values)-1)
	for i, value := range values[1:] {
		if !value.shape.Equal(values[0].shape) {
			fail("stack", "shapes %v and %v", values[0].shape, value.shape)
		}
		others[i] = value.KeepAxis(axis)
	}
	return values[0].KeepAxis(axis).Concat(axis, others...)
}

// Slice is the part [start, end) of v along axis.
func (v *Value) Slice(axis, start, end int) *Value {
	axis = v.axisOf("slice", axis)
	if start < 0 || end < start || end > v.shape[axis] {
		fail("slice", "[%d, %d) of axis %d of shape %v", start, end, axis, v.shape)
	}
	shape := slices.Clone(v.shape)
	shape[axis] = end - start
	return v.tracer.add(&Value{op: opSlice, shape: shape, inputs: []*Value{v}, axis: axis, start: start})
}

// Pad puts as many zeros as given before and after v along axis.
func (v *Value) Pad(axis, before, after int) *Value {
	axis = v.axisOf("pad", axis)
	if before < 0 || after < 0 {
		fail("pad", "%d before and %d after axis %d of shape %v", before, after, axis, v.shape)
	}
	shape := slices.Clone(v.shape)
	shape[axis] += before + after
	return v.embed(shape, axis, before)
}

// embed is an array of the given shape that is 0 but for v, from start on along axis.
func (v *Value) embed(shape tensor.Shape, axis, start int) *Value {
	return v.tracer.add(&Value{op: opEmbed, shape: shape, inputs: []*Value{v}, axis: axis, start: start})
}

// reduce applies o along each of axes, or along all if there are none, and drops them.
func (v *Value) reduce(o op, axes []int) *Value {
	if len(axes) == 0 {
		flat := v.Reshape(v.shape.Size())
		return flat.reduceAxes(o, 0, 1).Reshape()
	}
	drop := make([]bool, len(v.shape))
	for _, axis := range axes {
		drop[v.axisOf(o.String(), axis)] = true
	}
	var shape []int
	reduced := v
	for axis := 0; axis < len(drop); axis++ {
		if !drop[axis] {
			shape = append(shape, v.shape[axis])
			continue
		}
		first := axis
		for axis+1 < len(drop) && drop[axis+1] {
			axis++
		}
		reduced = reduced.reduceAxes(o, first, axis+1)
	}
	return reduced.Reshape(shape...)
}

// reduceAxes applies o along neighbouring axes, first to end, and keeps each with size 1.
func (v *Value) reduceAxes(o op, first, end int) *Value {
	shape := slices.Clone(v.shape)
	for axis := first; axis < end; axis++ {
		shape[axis] = 1
	}
	return v.tracer.add(&Value{op: o, shape: shape, inputs: []*Value{v}, axis: first})
}

// reducedEnd is the end of the axes that v reduces, from v.axis on: they have size 1 in v.
func (v *Value) reducedEnd() int {
	end := v.axis + 1
	for end < len(v.shape) && v.shape[end] == 1 {
		end++
	}
	return end
}

// Sum adds up v along axes, or all of it if there are none. The axes are dropped from the shape.
func (v *Value) Sum(axes ...int) *Value { return v.reduce(opSum, axes) }

// Mean is the average of v along axes, or of all of it if there are none.
func (v *Value) Mean(axes ...int) *Value {
	sum := v.Sum(axes...)
	return sum.Mul(Scalar(float64(sum.shape.Size()) / float64(v.shape.Size())))
}

// Maximum is the largest element of v along axes, or of all of it. It has no gradient.
func (v *Value) Maximum(axes ...int) *Value { return v.reduce(opMaximum, axes) }

// KeepAxis puts back an axis of size 1 where one was dropped.
func (v *Value) KeepAxis(axis int) *Value {
	if axis < 0 {
		axis += len(v.shape) + 1
	}
	if axis < 0 || axis > len(v.shape) {
		fail("keep axis", "axis %d of shape %v", axis, v.shape)
	}
	return v.Reshape(slices.Insert(slices.Clone(v.shape), axis, 1)...)
}

// LogSumExp is log(sum(exp(v))) along axis, without overflow. The axis is dropped.
func (v *Value) LogSumExp(axis int) *Value {
	axis = v.axisOf("log-sum-exp", axis)
	largest := v.Maximum(axis).Stop()
	return v.Sub(largest.KeepAxis(axis)).Exp().Sum(axis).Log().Add(largest)
}

// Softmax is exp(v) / sum(exp(v)) along axis, without overflow.
func (v *Value) Softmax(axis int) *Value {
	axis = v.axisOf("softmax", axis)
	exponential := v.Sub(v.Maximum(axis).KeepAxis(axis).Stop()).Exp()
	return exponential.Div(exponential.Sum(axis).KeepAxis(axis))
}
