package grad

import "slices"

// loop is the body of a Scan while it is being traced. Its values live inside of the loop: they have
// one meaning a step, and cannot be used outside.
type loop struct {
	tracer  *Tracer
	parent  *loop
	length  int
	reverse bool
	start   int      // number of values that were traced before
	initial []*Value // of each carry, outside
	carries []*Value // opCarry placeholders
}

// openLoop begins a body. What is traced until its close is inside.
func (t *Tracer) openLoop(length int, reverse bool) *loop {
	l := &loop{tracer: t, parent: t.loop, length: length, reverse: reverse, start: len(t.values)}
	t.loop = l
	return l
}

// carry declares what one step hands to the next, and returns it as the body sees it.
func (l *loop) carry(initial *Value) *Value {
	placeholder := l.tracer.add(&Value{op: opCarry, shape: initial.shape, index: len(l.carries)})
	l.initial = append(l.initial, initial)
	l.carries = append(l.carries, placeholder)
	return placeholder
}

// element is what the body sees of array: its part along the first axis that belongs to the step.
func (l *loop) element(array *Value) *Value {
	return l.tracer.add(&Value{op: opElement, shape: array.shape[1:], inputs: []*Value{array}})
}

// encloses tells whether inner is l or a loop in it.
func (l *loop) encloses(inner *loop) bool {
	for inner != nil && inner != l {
		inner = inner.parent
	}
	return inner == l
}

// contains tells whether v was traced inside of l, or of a loop in it.
func (l *loop) contains(v *Value) bool { return v.loop != nil && l.encloses(v.loop) }

// place tells where a value is computed.
type place uint8

const (
	// once: it is the same in all steps, and is computed once, outside.
	once place = iota
	// together: it does not depend on what is carried, so it is computed for all steps at once.
	together
	// inside: it is computed step by step, unless only results of the loop depend on it, for then
	// it can be computed for all steps at once when the loop is over.
	inside
)

// split divides a body into what must be computed step by step and what need not be.
type split struct {
	*loop
	places map[*Value]place
	core   map[*Value]bool   // what is computed step by step
	moved  map[*Value]*Value // what is computed outside for all steps, by what it was inside
	scan   *Value
}

// close ends the body, in which next is what is carried on, and returns what is carried out of the
// last step and outputs of all steps, stacked along a new first axis. Only what depends on the carry,
// and on which the carry depends, stays in the loop: everything else is computed for all steps at
// once, which makes large matrix products out of many small ones.
func (l *loop) close(next, outputs []*Value) (final, stacked []*Value, scan *Value) {
	next = l.ownNext(next)
	l.tracer.loop = l.parent
	s := &split{loop: l, places: map[*Value]place{}, core: map[*Value]bool{}, moved: map[*Value]*Value{}}
	for _, v := range next {
		s.places[v] = inside
	}
	for _, v := range l.tracer.values[l.start:] {
		if v.loop == l && s.places[v] != inside {
			s.places[v] = s.placeOf(v)
		}
	}
	for _, v := range next {
		s.keep(v)
	}
	for _, v := range outputs {
		s.require(v)
	}
	s.leave()
	s.build(next)
	for i := range next {
		final = append(final, s.scan.final(i))
	}
	for _, v := range outputs {
		stacked = append(stacked, s.stack(v))
	}
	return final, stacked, s.scan
}

// ownNext gives every carried value memory of its own.
func (l *loop) ownNext(next []*Value) []*Value {
	own := make([]*Value, len(next))
	for i, v := range next {
		plain := v.loop == l && !v.op.alias() && !v.op.placeholder() && !slices.Contains(own[:i], v)
		if own[i] = v; !plain {
			own[i] = l.tracer.add(&Value{op: opCopy, shape: v.shape, inputs: []*Value{v}})
		}
	}
	return own
}

func (s *split) placeOf(v *Value) place {
	switch {
	case v.op == opCarry, v.op == opCall:
		return inside
	case v.op == opElement, v.op.random():
		return together
	}
	result := once
	for _, input := range v.inputs {
		if s.contains(input) {
			result = max(result, s.places[input])
		}
	}
	if result == together && !s.batchable(v) {
		return inside
	}
	return result
}

// keep puts v, and what it needs of the values inside, into the core.
func (s *split) keep(v *Value) {
	if !s.contains(v) || s.places[v] != inside || s.core[v] {
		return
	}
	s.core[v] = true
	for _, input := range v.inputs {
		s.keep(input)
	}
}

// require sees to it that v can be computed for all steps after the loop.
func (s *split) require(v *Value) {
	if !s.contains(v) || s.places[v] != inside || s.core[v] {
		return
	}
	if !s.batchable(v) {
		s.keep(v)
		return
	}
	for _, input := range v.inputs {
		s.require(input)
	}
}

// leave moves what is the same in all steps to the loop outside.
func (s *split) leave() {
	for _, v := range s.tracer.values[s.start:] {
		if v.loop == s.loop && s.places[v] == once {
			v.loop = s.parent
		}
	}
}

// build records the scan, with the core as its body.
func (s *split) build(next []*Value) {
	made := &scan{length: s.length, reverse: s.reverse, initial: s.initial, carries: s.carries, next: next}
	elements := map[*Value]*Value{}
	for _, v := range slices.Clone(s.tracer.values[s.start:]) {
		if !s.core[v] || v.op == opCarry {
			continue
		}
		v.rewrite(func(input *Value) *Value { return s.enter(input, elements) })
		made.body = append(made.body, v)
	}
	for _, element := range elements {
		made.elements = append(made.elements, element)
	}
	slices.SortFunc(made.elements, func(a, b *Value) int { return a.id - b.id })
	s.scan = s.tracer.add(&Value{op: opScan, scan: made, inputs: made.inputs()})
}

// enter returns what a core value reads where it read input: an element of an array, if input is
// computed for all steps at once.
func (s *split) enter(input *Value, elements map[*Value]*Value) *Value {
	if !s.contains(input) || s.places[input] != together {
		return input
	}
	if elements[input] == nil {
		elements[input] = input
		if input.op != opElement {
			elements[input] = s.element(s.stack(input))
			elements[input].loop = s.loop
		}
	}
	return elements[input]
}

// stack returns v of all steps, computed outside.
func (s *split) stack(v *Value) *Value {
	if !s.contains(v) {
		return v.Broadcast(append([]int{s.length}, v.shape...)...)
	}
	if s.moved[v] == nil {
		s.moved[v] = s.compute(v)
	}
	return s.moved[v]
}

func (s *split) compute(v *Value) *Value {
	switch {
	case v.op == opElement:
		return v.inputs[0]
	case s.core[v] && v.op != opReshape && v.op != opStop:
		return s.scan.stacked(v)
	}
	inputs, stacked := make([]*Value, len(v.inputs)), make([]bool, len(v.inputs))
	for i, input := range v.inputs {
		if inputs[i], stacked[i] = input, s.contains(input); stacked[i] {
			inputs[i] = s.stack(input)
		}
	}
	return v.batch(s.length, inputs, stacked)
}
