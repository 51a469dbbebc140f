package grad

import "slices"

// scanPlan is how the memory that a scan needs while it runs is divided.
type scanPlan struct {
	plan             // of the body, at the beginning
	turns    []int   // where the two places of each carry that is not kept begin, which take turns
	packings []block // by position in the body: the packed right operand of a product, if it is the same in all steps
	size     int
}

// planScan plans the memory of a scan's body, which is used again in each step.
func (e *Executable[T]) planScan(v *Value) scanPlan {
	s := v.scan
	elsewhere, within := map[*Value]bool{}, map[*Value]bool{}
	for _, v := range slices.Concat(s.next, s.kept()) {
		elsewhere[v] = true
	}
	for _, list := range [][]*Value{s.carries, s.elements, s.body} {
		for _, v := range list {
			within[v] = true
		}
	}
	constant := func(v *Value) bool { return v.op == opMatMul && !within[v.inputs[1].base()] }
	made := scanPlan{packings: make([]block, len(s.body))}
	made.plan = makePlan(s.body, nil, elsewhere, func(v *Value) int {
		if constant(v) {
			return 0
		}
		return e.scratchSize(v)
	})
	made.size = made.plan.size
	take := func(size int) int {
		start := made.size
		made.size += (size + alignment - 1) / alignment * alignment
		return start
	}
	for i, v := range s.body {
		if constant(v) {
			e.packed[v] = true
			size := e.scratchSize(v)
			made.packings[i] = block{take(size), size}
		}
	}
	kept := s.layout().kept
	made.turns = make([]int, len(s.next))
	for i, next := range s.next {
		if !kept[i] {
			made.turns[i] = take(2 * next.shape.Size())
		}
	}
	return made
}

// scan compiles the body once for each step, with the memory of that step, so that nothing is copied
// between what the body sees and the arrays outside.
func (e *Executable[T]) scan(v *Value, out, scratch []T) {
	b := scanBinding[T]{e: e, s: v.scan, plan: e.scans[v], layout: v.scan.layout(), out: out, scratch: scratch}
	e.append(operation[T]{value: v, steps: b.begin()})
	for turn := range b.s.length {
		index := turn
		if b.s.reverse {
			index = b.s.length - 1 - turn
		}
		b.bindStep(turn, index)
		for i, inner := range b.s.body {
			e.compileValue(inner, b.scratchOf(i))
		}
	}
}

// scanBinding gives the values of a scan's body their memory.
type scanBinding[T Float] struct {
	e            *Executable[T]
	s            *scan
	plan         scanPlan
	layout       scanLayout
	out, scratch []T
}

// begin makes the stages before the first step: the right operands of products that are the same in
// all steps are packed once, and carries that are kept begin with the initial one.
func (b *scanBinding[T]) begin() []step {
	var steps []step
	for i, v := range b.s.body {
		if b.plan.packings[i].size > 0 {
			p, packed, operand := b.e.product(v), b.scratchOf(i), b.e.buffers[v.inputs[1]]
			set := b.e.set
			steps = append(steps, step{tiles: set.PackTiles(p), run: func(tile int) { set.Pack(p, tile, packed, operand) }})
		}
	}
	for i, next := range b.s.next {
		if b.layout.kept[i] {
			first := 0
			if b.s.reverse {
				first = b.s.length
			}
			target, source := b.state(i, first, next.shape.Size()), b.e.buffers[b.s.initial[i]]
			steps = append(steps, one(1, func(int) { copy(target, source) })...)
		}
	}
	return steps
}

// scratchOf is what the value of the body at position i needs besides its result.
func (b *scanBinding[T]) scratchOf(i int) []T {
	block := b.plan.scratch[i]
	if packing := b.plan.packings[i]; packing.size > 0 {
		block = packing
	}
	return b.scratch[block.start:][:block.size]
}

// state is one of the length+1 states of a carry that is kept.
func (b *scanBinding[T]) state(carry, state, size int) []T {
	return b.out[b.layout.carries[carry]+state*size:][:size]
}

// bindStep gives everything in the body its memory in one step: its index is the step's place in the
// arrays, and turn counts the steps as they are taken.
func (b *scanBinding[T]) bindStep(turn, index int) {
	buffers := b.e.buffers
	for i, carry := range b.s.carries {
		size := carry.shape.Size()
		switch {
		case b.layout.kept[i]:
			buffers[carry] = b.state(i, b.s.before(index), size)
		case turn == 0:
			buffers[carry] = buffers[b.s.initial[i]]
		default:
			buffers[carry] = b.scratch[b.plan.turns[i]+(turn-1)%2*size:][:size]
		}
	}
	for _, element := range b.s.elements {
		size := element.shape.Size()
		buffers[element] = buffers[element.inputs[0]][index*size:][:size]
	}
	for i, v := range b.s.body {
		if memory := b.result(v, turn, index); memory != nil {
			buffers[v] = memory
		} else {
			b.e.bind(v, b.scratch, b.plan.values[i])
		}
	}
}

// result is the memory of a value of the body that is carried on or kept of each step, else nil.
func (b *scanBinding[T]) result(v *Value, turn, index int) []T {
	size := v.shape.Size()
	if i := slices.Index(b.s.next, v); i >= 0 {
		switch {
		case b.layout.kept[i]:
			return b.state(i, b.s.after(index), size)
		case turn == b.s.length-1:
			return b.out[b.layout.carries[i]:][:size]
		default:
			return b.scratch[b.plan.turns[i]+turn%2*size:][:size]
		}
	}
	if i := slices.Index(b.s.stacks, v); i >= 0 && b.s.find(partStack, i) {
		return b.out[b.layout.stacks[i]+index*size:][:size]
	}
	return nil
}
