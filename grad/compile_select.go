package grad

import "slices"

// where selects run by run: see layout.
func (e *Executable[T]) where(v *Value, out []T, in [][]T) []step {
	l := layoutOf(v.shape, v.inputs)
	if l.run == len(out) {
		return flat(len(out), func(start, end int) {
			part := func(i int) []T { return segment(in[i][start*l.steps[i]:], end-start, l.steps[i]) }
			e.whereRun(out[start:end], part(0), part(1), part(2))
		})
	}
	return rows(len(out), l.run, func(start, end int) {
		part := func(i int) []T { return segment(in[i][l.offset(i, start/l.run):], l.run, l.steps[i]) }
		e.whereRun(out[start:end], part(0), part(1), part(2))
	})
}

// segment is the beginning of x that belongs to a run: one element for all, if step is 0.
func segment[T Float](x []T, run, step int) []T { return x[:(run-1)*step+1] }

// whereRun selects between operands that have as many elements as dst, or one.
func (e *Executable[T]) whereRun(dst, mask, a, b []T) {
	switch n := len(dst); {
	case len(mask) < n && mask[0] != 0:
		spread(dst, a)
	case len(mask) < n:
		spread(dst, b)
	case len(a) < n && len(b) < n:
		for i, m := range mask {
			if dst[i] = b[0]; m != 0 {
				dst[i] = a[0]
			}
		}
	case len(a) < n:
		fill(dst, a[0])
		e.set.Where(dst, mask, dst, b)
	case len(b) < n:
		fill(dst, b[0])
		e.set.Where(dst, mask, a, dst)
	default:
		e.set.Where(dst, mask, a, b)
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
		if inner == 1 {
			row := x[i*length:][:length]
			out[i] = T(indexOf(row, e.set.Maximum(row)))
			return
		}
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

// indexOf is the place of the first element that is value, which may be NaN.
func indexOf[T Float](x []T, value T) int {
	if value != value {
		return slices.IndexFunc(x, func(element T) bool { return element != element })
	}
	return slices.Index(x, value)
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
