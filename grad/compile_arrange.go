package grad

import "github.com/reverie-rl/reverie/tensor"

// gather fills the result of a broadcast or a transposition, reading the input with strides.
func (e *Executable[T]) gather(v *Value, out, x []T) []step {
	strides := stridesFor(v.shape, v.inputs[0].shape)
	if v.op == opTranspose {
		strides = transposed(v)
	}
	last := len(v.shape) - 1
	length, stride := v.shape[last], strides[last]
	return rows(len(out), length, func(start, end int) {
		offset := 0
		for axis, row := last-1, start/length; axis >= 0; axis-- {
			offset += row % v.shape[axis] * strides[axis]
			row /= v.shape[axis]
		}
		switch stride {
		case 0:
			fill(out[start:end], x[offset])
		case 1:
			copy(out[start:end], x[offset:])
		default:
			for i := start; i < end; i++ {
				out[i] = x[offset]
				offset += stride
			}
		}
	})
}

// transposed returns the strides of the input along the axes of the result.
func transposed(v *Value) []int {
	strides := contiguous(v.inputs[0].shape)
	permuted := make([]int, len(strides))
	for i, axis := range v.permutation {
		permuted[i] = strides[axis]
	}
	return permuted
}

// contiguous returns the strides of a row-major array.
func contiguous(shape tensor.Shape) []int {
	strides, stride := make([]int, len(shape)), 1
	for axis := len(shape) - 1; axis >= 0; axis-- {
		strides[axis] = stride
		stride *= shape[axis]
	}
	return strides
}

// concat copies each input's part of every row, where a row is all from the joined axis on.
func (e *Executable[T]) concat(v *Value, out []T, in [][]T) []step {
	inner := v.shape[v.axis+1:].Size()
	length := v.shape[v.axis] * inner
	widths := make([]int, len(in))
	for i, input := range v.inputs {
		widths[i] = input.shape[v.axis] * inner
	}
	return rows(len(out), length, func(start, _ int) {
		row := start / length
		for i, width := range widths {
			copy(out[start:start+width], in[i][row*width:])
			start += width
		}
	})
}

func (e *Executable[T]) slice(v *Value, out, x []T) []step {
	whole, part, skip := spans(v, v.inputs[0].shape, v.shape)
	return rows(len(out), part, func(start, end int) {
		copy(out[start:end], x[start/part*whole+skip:])
	})
}

func (e *Executable[T]) embed(v *Value, out, x []T) []step {
	whole, part, skip := spans(v, v.shape, v.inputs[0].shape)
	return rows(len(out), whole, func(start, end int) {
		clear(out[start:end])
		copy(out[start+skip:start+skip+part], x[start/whole*part:])
	})
}

// spans returns the number of elements of a row of the whole array and of its part, counted from the
// sliced axis on, and where in the row the part begins.
func spans(v *Value, wholeShape, partShape tensor.Shape) (whole, part, skip int) {
	inner := wholeShape[v.axis+1:].Size()
	return wholeShape[v.axis] * inner, partShape[v.axis] * inner, v.start * inner
}
