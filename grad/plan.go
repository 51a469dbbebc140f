package grad

import (
	"math"
	"slices"
)

// alignment is the number of elements to which blocks of the arena are aligned: a cache line.
const alignment = 16

// block is a range of the arena.
type block struct{ start, size int }

// plan gives each value of a program that needs memory a block of one arena, so that values which
// are never alive together share memory.
type plan struct {
	values  []block // by the position of the value in the program
	scratch []block // what an operation needs while it runs, by position
	size    int
}

// makePlan goes through values once, taking a block for each result and returning it after its last
// use. What is in elsewhere has memory outside of the arena, and outputs keep theirs. scratch tells how
// many elements an operation needs besides its result.
func makePlan(values, outputs []*Value, elsewhere map[*Value]bool, scratch func(*Value) int) plan {
	a := &arena{}
	made := plan{values: make([]block, len(values)), scratch: make([]block, len(values))}
	position, last := lifetimes(values, outputs)
	inArena := func(v *Value) bool {
		_, ours := position[v]
		return ours && needsMemory(v) && !elsewhere[v]
	}
	for i, v := range values {
		if size := scratch(v); size > 0 {
			made.scratch[i] = a.take(size)
		}
		if inArena(v) {
			if reused := inPlace(v, i, last, inArena); reused != nil {
				made.values[i] = made.values[position[reused]]
			} else {
				made.values[i] = a.take(v.shape.Size())
			}
		}
		a.give(made.scratch[i])
		released := map[*Value]bool{}
		for _, input := range v.inputs {
			base := input.base()
			if inArena(base) && last[base] == i && !released[base] && (!inArena(v) || made.values[position[base]] != made.values[i]) {
				released[base] = true
				a.give(made.values[position[base]])
			}
		}
	}
	made.size = a.size
	return made
}

// needsMemory tells whether v has memory of its own that is not an input's or a parameter's.
func needsMemory(v *Value) bool {
	return !v.op.alias() && !v.op.effect() && v.op != opInput && v.op != opRead && v.op != opConstant
}

// lifetimes returns the position of each value and the position of the last use of its memory.
func lifetimes(values, outputs []*Value) (position, last map[*Value]int) {
	position, last = map[*Value]int{}, map[*Value]int{}
	for i, v := range values {
		position[v], last[v] = i, i
		for _, input := range v.inputs {
			last[input.base()] = i
		}
	}
	for _, output := range outputs {
		last[output.base()] = math.MaxInt
	}
	return position, last
}

// inPlace returns the input whose memory v may overwrite: it is as large, and no longer needed.
func inPlace(v *Value, position int, last map[*Value]int, inArena func(*Value) bool) *Value {
	if !v.op.pointwise() && v.op != opStandardise {
		return nil
	}
	for _, input := range v.inputs {
		base := input.base()
		if inArena(base) && last[base] == position && base.shape.Size() == v.shape.Size() {
			return base
		}
	}
	return nil
}

// arena hands out blocks of a range that grows as needed.
type arena struct {
	free []block // sorted by start; neighbours are merged
	size int
}

// take returns the smallest free block that is large enough, or grows the arena.
func (a *arena) take(size int) block {
	size = (size + alignment - 1) / alignment * alignment
	best := -1
	for i, f := range a.free {
		if f.size >= size && (best < 0 || f.size < a.free[best].size) {
			best = i
		}
	}
	if best >= 0 {
		taken := block{a.free[best].start, size}
		a.free[best] = block{taken.start + size, a.free[best].size - size}
		if a.free[best].size == 0 {
			a.free = slices.Delete(a.free, best, best+1)
		}
		return taken
	}
	start := a.size
	if n := len(a.free); n > 0 && a.free[n-1].start+a.free[n-1].size == a.size {
		start = a.free[n-1].start // grow the last free block
		a.free = a.free[:n-1]
	}
	a.size = start + size
	return block{start, size}
}

// give returns a block; an empty one is ignored.
func (a *arena) give(b block) {
	if b.size == 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(a.free, b.start, func(f block, start int) int { return f.start - start })
	a.free = slices.Insert(a.free, i, b)
	for _, left := range []int{i, i - 1} {
		if left >= 0 && left+1 < len(a.free) && a.free[left].start+a.free[left].size == a.free[left+1].start {
			a.free[left].size += a.free[left+1].size
			a.free = slices.Delete(a.free, left+1, left+2)
		}
	}
}
