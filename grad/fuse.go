package grad

// fusedBlock is the number of elements of which fused stages do one after another: a part of the first
// cache of a processor.
const fusedBlock = 4096

// fuse joins neighbouring stages that fill arrays of one size element by element, or row by row: each
// block of elements goes through all of them while it is in the cache, and the workers meet once.
func fuse(steps []step) []step {
	var fused []step
	var current fusion
	for _, s := range steps {
		if current.takes(s) {
			current.parts = append(current.parts, s)
			current.length = common(current.length, s.length)
			continue
		}
		fused = current.appendTo(fused)
		current = fusion{parts: []step{s}, length: max(1, s.length)}
	}
	return current.appendTo(fused)
}

// fusion is a run of stages that are done together. The first may have tiles of its own.
type fusion struct {
	parts  []step
	length int // the elements between the places at which all can be cut
}

// takes tells whether s can join.
func (f *fusion) takes(s step) bool {
	if len(f.parts) == 0 || s.span == nil || s.size == 0 || s.size != f.parts[0].size {
		return false
	}
	first, length := f.parts[0], common(f.length, s.length)
	if first.tile > 0 && first.tile%length != 0 || first.tile == 0 && (first.span == nil || length > chunk) {
		return false
	}
	for _, part := range f.parts {
		if !part.writes.apart(s.writes) {
			return false
		}
		for _, read := range part.reads {
			if !read.apart(s.writes) {
				return false
			}
		}
		for _, read := range s.reads {
			if !part.writes.apart(read) {
				return false
			}
		}
	}
	return true
}

// common is the least common multiple of two lengths.
func common(a, b int) int {
	product, rest := a*b, b
	for rest != 0 {
		a, rest = rest, a%rest
	}
	return product / max(1, a)
}

// appendTo appends the stage of all parts.
func (f *fusion) appendTo(steps []step) []step {
	if len(f.parts) < 2 {
		return append(steps, f.parts...)
	}
	first, parts, size := f.parts[0], f.parts, f.parts[0].size
	perTile, perBlock := first.tile, max(1, fusedBlock/f.length)*f.length
	if perTile > 0 {
		parts = parts[1:]
	} else {
		perTile = rowsPerTile(f.length) * f.length
	}
	return append(steps, step{tiles: tilesOf(size, perTile), values: valuesOf(f.parts), work: workOf(f.parts), run: func(tile int) {
		if first.tile > 0 {
			first.run(tile)
		}
		start, end := tileRange(tile, size, perTile)
		for ; start < end; start += perBlock {
			for i := range parts {
				parts[i].span(start, min(end, start+perBlock))
			}
		}
	}})
}

// sideBySide makes one stage of stages that do not depend on each other, as the updates of many
// parameters, so that the workers meet once.
func sideBySide(steps []step) []step {
	if len(steps) < 2 {
		return steps
	}
	ends := make([]int, len(steps))
	total := 0
	for i, s := range steps {
		total += s.tiles
		ends[i] = total
	}
	return []step{{tiles: total, values: valuesOf(steps), run: func(tile int) {
		i, start := 0, 0
		for tile >= ends[i] {
			start = ends[i]
			i++
		}
		steps[i].run(tile - start)
	}}}
}

// workOf adds up the work of stages.
func workOf(steps []step) float64 {
	work := 0.0
	for _, s := range steps {
		work += s.work
	}
	return work
}

// valuesOf lists the values of stages.
func valuesOf(steps []step) []*Value {
	var values []*Value
	for _, s := range steps {
		values = append(values, s.values...)
	}
	return values
}
