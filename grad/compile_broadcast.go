package grad

import "github.com/reverie-rl/reverie/tensor"

// layout describes how an element-wise operation walks its operands: an outer loop over rows, and
// within a row a run of elements that are contiguous in the result and, in each operand, either
// contiguous (step 1) or one repeated element (step 0). Axes that can be merged have been.
type layout struct {
	dimensions []int   // of the outer loop, outermost first
	strides    [][]int // of each operand along the outer dimensions
	run        int     // elements in a row
	steps      []int   // of each operand along a row: 0 or 1
}

// layoutOf returns the layout of an operation on inputs with a result of the given shape.
func layoutOf(shape tensor.Shape, inputs []*Value) layout {
	l := layout{run: 1, strides: make([][]int, len(inputs)), steps: make([]int, len(inputs))}
	strides := make([][]int, len(inputs))
	for i, input := range inputs {
		strides[i] = stridesFor(shape, input.shape)
	}
	axis := len(shape) - 1
	for ; axis >= 0 && l.merges(strides, axis, shape[axis]); axis-- {
		l.run *= shape[axis]
	}
	for outer := range axis + 1 {
		if shape[outer] != 1 {
			l.dimensions = append(l.dimensions, shape[outer])
			for i := range strides {
				l.strides[i] = append(l.strides[i], strides[i][outer])
			}
		}
	}
	return l
}

// merges tells whether the run can be made longer by an axis. The first axis of more than one element
// decides about the steps.
func (l *layout) merges(strides [][]int, axis, size int) bool {
	for i := range strides {
		switch stride := strides[i][axis]; {
		case size == 1:
		case l.run == 1:
			l.steps[i] = stride
		case stride != l.steps[i]*l.run:
			return false
		}
	}
	return true
}

// stridesFor returns, for each axis of shape, by how many elements an operand of the given shape
// moves on along that axis: 0 where it is repeated.
func stridesFor(shape, operand tensor.Shape) []int {
	strides := make([]int, len(shape))
	stride, missing := 1, len(shape)-len(operand)
	for axis := len(shape) - 1; axis >= missing; axis-- {
		if operand[axis-missing] != 1 {
			strides[axis] = stride
		}
		stride *= operand[axis-missing]
	}
	return strides
}

// offset is where the given row begins in operand.
func (l *layout) offset(operand, row int) int {
	offset := 0
	for axis := len(l.dimensions) - 1; axis >= 0; axis-- {
		offset += row % l.dimensions[axis] * l.strides[operand][axis]
		row /= l.dimensions[axis]
	}
	return offset
}

func (e *Executable[T]) binary(v *Value, out, a, b []T) []step {
	l := layoutOf(v.shape, v.inputs)
	kernels := pairKernels(e.set, v.op)
	if l.steps[0]*l.steps[1] == 1 && l.run == len(out) || kernels.right == nil {
		return flat(len(out), func(start, end int) { kernels.both(out[start:end], a[start:end], b[start:end]) })
	}
	if l.run == len(out) {
		return scalarOperand(l, kernels, out, a, b)
	}
	return rows(len(out), l.run, func(start, end int) {
		row := start / l.run
		dst, x, y := out[start:end], a[l.offset(0, row):], b[l.offset(1, row):]
		switch {
		case l.steps[0]*l.steps[1] == 1:
			kernels.both(dst, x[:l.run], y[:l.run])
		case l.steps[0] == 1:
			kernels.right(dst, x[:l.run], y[0])
		default:
			kernels.left(dst, y[:l.run], x[0])
		}
	})
}

// scalarOperand is an operation on an array and one number.
func scalarOperand[T Float](l layout, kernels binaryKernels[T], out, a, b []T) []step {
	if l.steps[1] == 0 {
		return flat(len(out), func(start, end int) { kernels.right(out[start:end], a[start:end], b[0]) })
	}
	return flat(len(out), func(start, end int) { kernels.left(out[start:end], b[start:end], a[0]) })
}
