package grad

import "math"

// around returns the number of elements before, along and behind the reduced axes of v's input: the
// input is seen as [outer, length, inner] and the result as [outer, 1, inner].
func around(v *Value) (outer, length, inner int) {
	shape, end := v.inputs[0].shape, v.reducedEnd()
	return shape[:v.axis].Size(), shape[v.axis:end].Size(), shape[end:].Size()
}

// sumScratch is the number of partial sums of a long contiguous sum, or of a tall one.
func sumScratch(v *Value) int {
	outer, length, inner := around(v)
	if outer == 1 && inner == 1 {
		return tilesOf(length, chunk)
	}
	if isTall(length, inner) {
		t := tallOf(length, inner)
		return outer * t.parts * t.group * inner
	}
	return 0
}

func (e *Executable[T]) sum(v *Value, out, x, partial []T) []step {
	outer, length, inner := around(v)
	sum := e.set.Sum
	if outer == 1 && inner == 1 {
		tiles := tilesOf(length, chunk)
		steps := one(tiles, func(tile int) {
			start, end := tileRange(tile, length, chunk)
			partial[tile] = sum(x[start:end])
		})
		return append(steps, step{tiles: 1, run: func(int) { out[0] = sum(partial[:tiles]) }})
	}
	if inner == 1 && length > 0 {
		return rows(len(x), length, func(start, end int) { out[start/length] = sum(x[start:end]) })
	}
	if isTall(length, inner) {
		return e.tallSum(v, out, x, partial)
	}
	return e.columns(v, out, x, e.set.Add)
}

// maximum of an empty axis is -Inf.
func (e *Executable[T]) maximum(v *Value, out, x []T) []step {
	_, length, inner := around(v)
	maximum := e.set.Maximum
	if inner == 1 && length > 0 {
		return rows(len(x), length, func(start, end int) { out[start/length] = maximum(x[start:end]) })
	}
	return e.columns(v, out, x, e.set.Max)
}

// columns reduces along an axis that others lie behind, adding up whole runs of the inner axes. A
// tile is a range of columns of one outer element.
func (e *Executable[T]) columns(v *Value, out, x []T, combine func(dst, a, b []T)) []step {
	outer, length, inner := around(v)
	width := max(128, chunk/max(1, length)) // runs long enough for the kernels and for the memory
	perOuter := tilesOf(inner, width)
	return one(outer*perOuter, func(tile int) {
		block := tile / perOuter
		start, end := tileRange(tile%perOuter, inner, width)
		dst := out[block*inner+start : block*inner+end]
		if length == 0 {
			fill(dst, T(emptyValue(v.op)))
			return
		}
		copy(dst, x[block*length*inner+start:][:len(dst)])
		for i := 1; i < length; i++ {
			combine(dst, dst, x[(block*length+i)*inner+start:][:len(dst)])
		}
	})
}

// emptyValue is what the reduction of nothing gives.
func emptyValue(o op) float64 {
	if o == opMaximum {
		return math.Inf(-1)
	}
	return 0
}

func fill[T Float](dst []T, value T) {
	for i := range dst {
		dst[i] = value
	}
}
