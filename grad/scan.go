package grad

import (
	"slices"

	"github.com/reverie-rl/reverie/tensor"
)

// Scan runs a body of operations once a step, handing a carry from each step to the next: recurrent
// networks, imagined trajectories, returns. The body is traced once. What in it does not depend on the
// carry, and what the carry does not depend on, is computed for all steps at once.
type Scan struct {
	// Length is the number of steps, at least 1.
	Length int
	// Reverse goes from the last step to the first.
	Reverse bool
	// Recompute makes the gradient compute the body again, from the carry of each step, instead of
	// keeping what it needs of each step: less memory, more time.
	Recompute bool
	// Mask, if any, is an array [Length, ...] whose further dimensions are the first ones of every carry
	// and output: where it is 0 the step is left out for that part of the batch, so that the carry stays
	// as it is, elements of arrays with these dimensions are seen as 0, and outputs are 0. It lets sequences of different lengths share a batch.
	Mask *Value
}

// Run traces the scan. Each of arrays has Length as its first dimension, and the body sees its part of
// the step. The body returns the next carry, of the shapes of carry, and outputs of any shapes. Run
// returns the carry after the last step and the outputs of all steps, stacked along a new first axis
// in the order of arrays. Random numbers of the body are drawn anew for each step. The body may use
// values from outside, but what it makes can be used outside only if it is returned.
func (s Scan) Run(t *Tracer, carry, arrays []*Value, body func(carry, elements []*Value) (next, outputs []*Value)) (final, stacked []*Value) {
	s.check(arrays)
	if mask := s.Mask; mask != nil {
		s.Mask = nil // it becomes one more array
		return s.Run(t, carry, append(slices.Clone(arrays), mask), skipping(len(arrays), body))
	}
	l := t.openLoop(s.Length, s.Reverse)
	var carried, elements []*Value
	for _, initial := range carry {
		carried = append(carried, l.carry(initial))
	}
	for _, array := range arrays {
		elements = append(elements, l.element(array))
	}
	next, outputs := body(slices.Clone(carried), elements)
	if len(next) != len(carry) {
		fail("scan", "the body returns %d carried values for %d", len(next), len(carry))
	}
	for i, v := range next {
		if !v.shape.Equal(carry[i].shape) {
			fail("scan", "carry %d begins with shape %v and goes on with %v", i, carry[i].shape, v.shape)
		}
	}
	final, stacked, made := l.close(next, outputs)
	made.scan.recompute = s.Recompute
	return final, stacked
}

func (s Scan) check(arrays []*Value) {
	if s.Length < 1 {
		fail("scan", "a length of %d, must be 1 or more", s.Length)
	}
	for i, array := range arrays {
		if len(array.shape) == 0 || array.shape[0] != s.Length {
			fail("scan", "array %d of shape %v in a scan over %d steps", i, array.shape, s.Length)
		}
	}
}

// scan is what an opScan value is besides its inputs. Its result is one piece of memory, of which
// opPart values are parts.
type scan struct {
	length             int
	reverse, recompute bool

	initial  []*Value // of each carry, outside
	carries  []*Value // opCarry placeholders of the body
	next     []*Value // values of the body, each with memory of its own
	elements []*Value // opElement placeholders of the body
	body     []*Value // in the order of execution, without placeholders

	stacks []*Value // values of the body of which all steps are kept
	parts  []*Value
}

// part tells which part of a scan's memory an opPart value is.
type part uint8

const (
	partFinal   part = iota // a carry after the last step
	partEntries             // a carry at the beginning of each step
	partStack               // a value of the body at each step
)

// inputs are the values outside of the body that the scan reads, the initial carries first.
func (s *scan) inputs() []*Value {
	within := map[*Value]bool{}
	inputs := slices.Clone(s.initial)
	for _, list := range [][]*Value{s.carries, s.elements, s.body} {
		for _, v := range list {
			within[v] = true
			for _, input := range v.inputs {
				if !within[input] && !slices.Contains(inputs[len(s.initial):], input) {
					inputs = append(inputs, input)
				}
			}
		}
	}
	return inputs
}

// rewrite replaces what v reads, and what the body of v reads if v is a scan.
func (v *Value) rewrite(replace func(*Value) *Value) {
	for i, input := range v.inputs {
		v.inputs[i] = replace(input)
	}
	if v.op != opScan {
		return
	}
	for i, initial := range v.scan.initial {
		v.scan.initial[i] = replace(initial)
	}
	for _, list := range [][]*Value{v.scan.elements, v.scan.body} {
		for _, inner := range list {
			inner.rewrite(replace)
		}
	}
	v.inputs = v.scan.inputs()
}

// final is carry i after the last step.
func (v *Value) final(i int) *Value { return v.partOf(partFinal, i, v.scan.next[i].shape) }

// entries is carry i at the beginning of each step.
func (v *Value) entries(i int) *Value {
	return v.partOf(partEntries, i, append(tensor.Shape{v.scan.length}, v.scan.next[i].shape...))
}

// stacked is a value of the body at each step.
func (v *Value) stacked(inner *Value) *Value {
	s := v.scan
	if inner.op == opCarry {
		return v.entries(inner.index)
	}
	if inner.op.alias() {
		inner = v.tracer.record(&Value{op: opCopy, shape: inner.shape, inputs: []*Value{inner}, origin: inner.origin, loop: inner.loop})
		s.body = append(s.body, inner)
	}
	if !slices.Contains(s.stacks, inner) {
		s.stacks = append(s.stacks, inner)
	}
	return v.partOf(partStack, slices.Index(s.stacks, inner), append(tensor.Shape{s.length}, inner.shape...))
}

// partOf returns a part of a scan's result.
func (v *Value) partOf(kind part, index int, shape tensor.Shape) *Value {
	for _, p := range v.scan.parts {
		if p.part == kind && p.index == index {
			return p
		}
	}
	p := v.tracer.record(&Value{op: opPart, shape: shape, inputs: []*Value{v}, part: kind, index: index, origin: v.origin, loop: v.loop})
	v.scan.parts = append(v.scan.parts, p)
	return p
}

// prune drops what is kept of each step for nobody, and what is computed for that alone. live tells
// which values outside of the body are used.
func (v *Value) prune(live map[*Value]bool) {
	s := v.scan
	s.parts = slices.DeleteFunc(s.parts, func(p *Value) bool { return !live[p] })
	used := map[*Value]bool{}
	for _, next := range s.next {
		used[next] = true
	}
	for i, stack := range s.stacks {
		used[stack] = used[stack] || s.find(partStack, i)
	}
	for _, inner := range slices.Backward(s.body) {
		inner.markInputs(used)
	}
	unused := func(v *Value) bool { return !used[v] }
	s.body, s.elements = slices.DeleteFunc(s.body, unused), slices.DeleteFunc(s.elements, unused)
	v.inputs = s.inputs()
	v.shape = tensor.Shape{s.layout().size}
}

// kept lists the values of the body of which all steps are kept.
func (s *scan) kept() []*Value {
	var kept []*Value
	for i, v := range s.stacks {
		if s.find(partStack, i) {
			kept = append(kept, v)
		}
	}
	return kept
}

// find tells whether a part has been asked for.
func (s *scan) find(kind part, index int) bool {
	return slices.ContainsFunc(s.parts, func(p *Value) bool { return p.part == kind && p.index == index })
}
