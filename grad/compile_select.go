package grad

// where walks the rows along the last axis, on which each operand is contiguous or one element.
func (e *Executable[T]) where(v *Value, out []T, in [][]T) []step {
	mask, a, b := v.inputs[0].shape, v.inputs[1].shape, v.inputs[2].shape
	if mask.Equal(v.shape) && a.Equal(v.shape) && b.Equal(v.shape) {
		return flat(len(out), func(start, end int) {
			e.set.Where(out[start:end], in[0][start:end], in[1][start:end], in[2][start:end])
		})
	}
	var strides [3][]int
	for i, input := range v.inputs {
		strides[i] = stridesFor(v.shape, input.shape)
	}
	last := len(v.shape) - 1
	length := v.shape[last]
	return rows(len(out), length, func(start, end int) {
		var operands [3][]T
		for i := range operands {
			offset, size := rowOffset(v.shape, strides[i], start/length), strides[i][last]*(length-1)+1
			operands[i] = in[i][offset:][:size]
		}
		e.whereRow(out[start:end], operands[0], operands[1], operands[2])
	})
}

// rowOffset is where the given row along the last axis begins in an operand with these strides.
func rowOffset(shape, strides []int, row int) int {
	offset := 0
	for axis := len(shape) - 2; axis >= 0; axis-- {
		offset += row % shape[axis] * strides[axis]
		row /= shape[axis]
	}
	return offset
}

// whereRow selects between operands that have as many elements as dst, or one.
func (e *Executable[T]) whereRow(dst, mask, a, b []T) {
	switch {
	case len(mask) == len(dst) && len(a) == len(dst) && len(b) == len(dst):
		e.set.Where(dst, mask, a, b)
	case len(mask) == 1 && mask[0] != 0:
		spread(dst, a)
	case len(mask) == 1:
		spread(dst, b)
	default:
		for i, m := range mask {
			source := b
			if m != 0 {
				source = a
			}
			dst[i] = source[min(i, len(source)-1)]
		}
	}
}

// spread copies x, which may be one element, to dst.
func spread[T Float](dst, x []T) {
	if len(x) == 1 {
		fill(dst, x[0])
	} else {
		copy(dst, x)
	}
}

func (e *Executable[T]) argMax(v *Value, out, x []T) []step {
	_, length, inner := around(v)
	return grouped(len(out), rowsPerTile(length), func(i int) {
		column := x[i/inner*length*inner+i%inner:]
		best := 0
		for j := 1; j < length; j++ {
			if precedes(column[j*inner], column[best*inner]) {
				best = j
			}
		}
		out[i] = T(best)
	})
}

// precedes tells whether x comes before y in descending order; a NaN comes before any number.
func precedes[T Float](x, y T) bool { return x > y || x != x && y == y }

// topK writes all values in front of all indices.
func (e *Executable[T]) topK(v *Value, out, x []T) []step {
	length, k := v.inputs[0].shape[len(v.shape)-2], v.shape[len(v.shape)-1]
	values, indices := out[:len(out)/2], out[len(out)/2:]
	if k == 0 {
		return nil
	}
	return rows(len(x), length, func(start, end int) {
		at := start / length * k
		largest(values[at:at+k], indices[at:at+k], x[start:end])
	})
}

// largest inserts each element of x among those found so far, if it belongs there.
func largest[T Float](values, indices, x []T) {
	found, k := 0, len(values)
	for i, element := range x {
		if found == k && !precedes(element, values[k-1]) {
			continue
		}
		found = min(found+1, k)
		place := found - 1
		for ; place > 0 && precedes(element, values[place-1]); place-- {
			values[place], indices[place] = values[place-1], indices[place-1]
		}
		values[place], indices[place] = element, T(i)
	}
}
