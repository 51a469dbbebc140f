package grad

import "slices"

// scanRule is the gradient of a scan: a scan in the other direction. Its body is a copy of the scan's
// body and, behind it, the gradient of that copy; it carries the gradient of the carry. What the
// gradient reads of the copy is not computed again but kept of each step by the scan itself, unless
// the scan is to recompute.
func scanRule(v *Value, adjoints map[*Value]*Value, want []bool) []*Value {
	s := v.scan
	if !slices.ContainsFunc(s.parts, func(p *Value) bool { return adjoints[p] != nil }) {
		return nil
	}
	b := &backwardScan{
		forward: v, arriving: adjoints, want: want,
		loop:   v.tracer.openLoop(s.length, !s.reverse),
		copies: map[*Value]*Value{}, origins: map[*Value]*Value{}, depends: map[*Value]bool{},
		carries: slices.Clone(want[:len(s.initial)]),
	}
	b.copyBody()
	b.followCarries()
	b.propagate()
	return b.finish()
}

// backwardScan is the gradient of a scan while it is being traced.
type backwardScan struct {
	forward  *Value
	arriving map[*Value]*Value // gradients with respect to the scan's parts
	want     []bool            // of the scan's inputs
	loop     *loop

	copies  map[*Value]*Value // of what is in the body
	origins map[*Value]*Value // the inverse
	body    []*Value          // copies, in order
	depends map[*Value]bool   // copies, and what the body reads from outside, through which gradients flow
	carries []bool            // carries through which gradients flow

	adjoints map[*Value]*Value // of copies and of what the body reads from outside, in one step
	next     []*Value
	outputs  []*Value
	stacked  []*Value // outputs of all steps
	final    []*Value
}

// copyBody copies the body. What the placeholders stand for is settled when it is known whether they
// are needed.
func (b *backwardScan) copyBody() {
	s, t := b.forward.scan, b.forward.tracer
	for _, placeholder := range slices.Concat(s.carries, s.elements) {
		b.copies[placeholder] = t.record(&Value{op: opElement, shape: placeholder.shape, origin: placeholder.origin, loop: t.loop})
	}
	for _, original := range s.body {
		b.body = append(b.body, original.duplicate(b.copies))
	}
	for original, duplicate := range b.copies {
		b.origins[duplicate] = original
	}
	for i, input := range b.forward.inputs {
		if i >= len(s.initial) && b.want[i] {
			b.depends[input] = true
		}
	}
	for _, element := range s.elements {
		b.depends[b.copies[element]] = b.depends[element.inputs[0]]
	}
}

// followCarries goes round until it is known which carries depend on what is wanted.
func (b *backwardScan) followCarries() {
	s := b.forward.scan
	for changed := true; changed; {
		changed = false
		for i, carry := range s.carries {
			b.depends[b.copies[carry]] = b.carries[i]
		}
		follow(b.body, b.depends)
		for i, next := range s.next {
			if b.depends[b.copies[next]] && !b.carries[i] {
				b.carries[i], changed = true, true
			}
		}
	}
}

// propagate traces one step of the gradient.
func (b *backwardScan) propagate() {
	s := b.forward.scan
	b.adjoints = map[*Value]*Value{}
	for i, next := range s.next {
		if b.carries[i] {
			final := b.forward.final(i)
			accumulate(b.adjoints, b.copies[next], b.loop.carry(orZero(b.arriving[final], final)))
		}
	}
	entries := make([]*Value, len(s.carries))
	for _, p := range s.parts {
		g := b.arriving[p]
		switch {
		case g == nil:
		case p.part == partEntries:
			entries[p.index] = b.loop.element(g)
		case p.part == partStack:
			accumulate(b.adjoints, b.copies[s.stacks[p.index]], b.loop.element(g))
		}
	}
	backward(b.body, b.depends, b.adjoints)
	for i, carry := range s.carries {
		if duplicate := b.copies[carry]; b.carries[i] {
			if entries[i] != nil {
				accumulate(b.adjoints, duplicate, entries[i])
			}
			b.next = append(b.next, orZero(b.adjoints[duplicate], duplicate))
		}
	}
}

// finish ends the scan and returns the gradient with respect to each input of the forward scan.
func (b *backwardScan) finish() []*Value {
	s := b.forward.scan
	sums := make([]func() *Value, len(b.forward.inputs))
	steps := make([]func() *Value, len(b.forward.inputs))
	for i, input := range b.forward.inputs {
		if i < len(s.initial) || !b.want[i] {
			continue
		}
		if g := b.adjoints[input]; g != nil {
			sums[i] = b.sum(g)
		}
		for _, element := range s.elements {
			if g := b.adjoints[b.copies[element]]; g != nil && element.inputs[0] == input {
				steps[i] = b.output(g)
			}
		}
	}
	b.settle()
	b.final, b.stacked, _ = b.loop.close(b.next, b.outputs)
	return b.gradients(sums, steps)
}

// gradients collects the gradient with respect to each input: of initial carries, what is carried out;
// of others, the sum over the steps and the stack of the steps.
func (b *backwardScan) gradients(sums, steps []func() *Value) []*Value {
	gradients, carried := make([]*Value, len(b.forward.inputs)), 0
	for i := range gradients {
		if i < len(b.carries) {
			if b.carries[i] {
				gradients[i] = b.final[carried]
				carried++
			}
			continue
		}
		for _, make := range []func() *Value{sums[i], steps[i]} {
			if make == nil {
				continue
			}
			if g := make(); gradients[i] == nil {
				gradients[i] = g
			} else {
				gradients[i] = gradients[i].Add(g)
			}
		}
	}
	return gradients
}

// output lets the scan stack v, which the result returns once the scan is closed.
func (b *backwardScan) output(v *Value) func() *Value {
	i := len(b.outputs)
	b.outputs = append(b.outputs, v)
	return func() *Value { return b.stacked[i] }
}

// sum adds up v over all steps. The gradient of a weight, a product of what two arrays have at each
// step, becomes one product of the whole arrays when the scan is over.
func (b *backwardScan) sum(v *Value) func() *Value {
	switch {
	case !b.loop.contains(v):
		return func() *Value { return v.Mul(Scalar(b.loop.length)) }
	case v.op == opAdd && v.inputs[0].shape.Equal(v.shape) && v.inputs[1].shape.Equal(v.shape):
		left, right := b.sum(v.inputs[0]), b.sum(v.inputs[1])
		return func() *Value { return left().Add(right()) }
	case v.op == opReshape:
		whole := b.sum(v.inputs[0])
		return func() *Value { return whole().Reshape(v.shape...) }
	case v.op == opSum:
		parts := b.output(v.inputs[0])
		axes := []int{0}
		for axis := v.axis; axis < v.reducedEnd(); axis++ {
			axes = append(axes, axis+1)
		}
		return func() *Value { return parts().Sum(axes...).Reshape(v.shape...) }
	case v.op == opMatMul && v.transposeA && !v.transposeB && b.loop.contains(v.inputs[0]) && b.loop.contains(v.inputs[1]):
		left, right := b.output(v.inputs[0]), b.output(v.inputs[1])
		rows := func(stack *Value) *Value { return stack.Reshape(stack.shape[0]*stack.shape[1], stack.shape[2]) }
		return func() *Value { return rows(left()).matMul(rows(right()), true, false) }
	}
	i := len(b.next)
	sum := b.loop.carry(orZero(nil, v))
	b.next = append(b.next, sum.Add(v))
	return func() *Value { return b.final[i] }
}

// settle finds out which copies the gradient reads and makes them elements of what the forward scan
// keeps.
func (b *backwardScan) settle() {
	for _, v := range slices.Clone(b.forward.tracer.values[b.loop.start:]) {
		if b.loop.contains(v) && b.origins[v] == nil {
			for _, input := range v.inputs {
				b.need(input)
			}
		}
	}
	for _, v := range slices.Concat(b.next, b.outputs) {
		b.need(v)
	}
}

// need settles one value that the gradient reads, if it is a copy.
func (b *backwardScan) need(v *Value) {
	original := b.origins[v]
	if original == nil {
		return
	}
	delete(b.origins, v)
	switch {
	case original.op == opElement:
		v.inputs = original.inputs
	case original.op == opCarry:
		v.inputs = []*Value{b.forward.entries(original.index)}
	case b.forward.scan.recompute || original.op.alias() || original.op == opBroadcast || original.op == opScan:
		for _, input := range v.inputs {
			b.need(input)
		}
	default:
		v.op, v.scan, v.inputs = opElement, nil, []*Value{b.forward.stacked(original)}
	}
}

// duplicate records a copy of v, in the body that is being traced, that reads the copies of what v
// reads.
func (v *Value) duplicate(copies map[*Value]*Value) *Value {
	copied := func(original *Value) *Value {
		if duplicate := copies[original]; duplicate != nil {
			return duplicate
		}
		return original
	}
	duplicate := *v
	duplicate.loop = v.tracer.loop
	duplicate.inputs = mapped(v.inputs, copied)
	if v.op == opScan {
		duplicate.scan = v.scan.duplicate(v.tracer, copies)
	}
	copies[v] = v.tracer.record(&duplicate)
	if v.op == opPart {
		s := duplicate.inputs[0].scan
		s.parts = append(s.parts, &duplicate)
	}
	return &duplicate
}

// duplicate copies a scan within the body of another.
func (s *scan) duplicate(t *Tracer, copies map[*Value]*Value) *scan {
	outer := t.loop
	t.loop = &loop{tracer: t, parent: outer, length: s.length, reverse: s.reverse}
	defer func() { t.loop = outer }()
	all := func(list []*Value) []*Value {
		return mapped(list, func(v *Value) *Value {
			if copies[v] == nil {
				v.duplicate(copies)
			}
			return copies[v]
		})
	}
	return &scan{
		length: s.length, reverse: s.reverse, recompute: s.recompute,
		initial: mapped(s.initial, func(v *Value) *Value {
			if duplicate := copies[v]; duplicate != nil {
				return duplicate
			}
			return v
		}),
		carries: all(s.carries), elements: all(s.elements), body: all(s.body), next: all(s.next), stacks: all(s.stacks),
	}
}

func mapped(list []*Value, f func(*Value) *Value) []*Value {
	result := make([]*Value, len(list))
	for i, v := range list {
		result[i] = f(v)
	}
	return result
}
