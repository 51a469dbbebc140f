package grad

// recurrence cuts the inner axes into ranges of columns, as columns does, and walks along the axis.
// decay is nil for 1.
func (e *Executable[T]) recurrence(v *Value, out, x, decay []T) []step {
	outer, length, inner := around(v)
	if inner == 1 {
		return rows(len(out), length, func(start, end int) { recurrenceRow(v.backward, out, x, decay, start, end) })
	}
	width := max(16, chunk/max(1, length))
	perOuter := tilesOf(inner, width)
	return one(outer*perOuter, func(tile int) {
		start, end := tileRange(tile%perOuter, inner, width)
		at, stride := tile/perOuter*length*inner, inner
		if v.backward {
			at, stride = at+(length-1)*inner, -inner
		}
		for i := range length {
			from, to := at+start, at+end
			e.recurrenceStep(i > 0, out[from:to], x, decay, out, from, stride)
			at += stride
		}
	})
}

// recurrenceStep computes the elements dst, which begin at from; the ones they follow are stride
// elements before them.
func (e *Executable[T]) recurrenceStep(follows bool, dst, x, decay, out []T, from, stride int) {
	current := x[from:][:len(dst)]
	if !follows {
		copy(dst, current)
		return
	}
	previous := out[from-stride:][:len(dst)]
	if decay == nil {
		e.set.Add(dst, current, previous)
		return
	}
	copy(dst, current)
	e.set.MulAdd(dst, decay[from:][:len(dst)], previous)
}

// recurrenceRow walks along the last axis, one element at a time.
func recurrenceRow[T Float](backward bool, out, x, decay []T, start, end int) {
	first, stride := start, 1
	if backward {
		first, stride = end-1, -1
	}
	var sum T
	for i := first; i >= start && i < end; i += stride {
		if decay != nil && i != first {
			sum *= decay[i]
		}
		sum += x[i]
		out[i] = sum
	}
}
