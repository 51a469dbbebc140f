package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// position is a place in slices that are walked together: which vector, and which of its lanes.
type position struct {
	t     *target
	index reg.GPVirtual
	ahead int  // vectors between index and this position: its number within a turn of the loop
	lanes mask // nil for all
}

func (p position) at(base reg.Register) operand.Mem {
	return operand.Mem{Base: base, Index: p.index, Scale: 4, Disp: 4 * p.t.lanes * p.ahead}
}

func (p position) load(base reg.Register) vector     { return p.t.load(p.at(base), p.lanes) }
func (p position) store(v vector, base reg.Register) { p.t.store(v, p.at(base), p.lanes) }

// keep replaces what lies beyond the end.
func (p position) keep(v vector, neutral float64) vector {
	if p.lanes == nil {
		return v
	}
	return p.t.choose(p.lanes, v, p.t.constant(neutral))
}

// loop emits a walk over n elements: turns of several whole vectors, then single vectors, then the
// rest under a mask. Every element passes through the same instructions, wherever it lies.
func (t *target) loop(n reg.GPVirtual, vectors int, body func(p position)) {
	index, rest := t.GP64(), t.GP64()
	t.XORQ(index, index)
	t.MOVQ(n, rest)
	if vectors > 1 {
		t.turns(index, rest, vectors, body)
	}
	t.turns(index, rest, 1, body)
	end := t.label("end")
	t.TESTQ(rest, rest)
	t.JZ(operand.LabelRef(end))
	body(position{t: t, index: index, lanes: t.firstLanes(rest)})
	t.Label(end)
}

// turns emits the loop over whole groups of vectors, moving elements from rest to index.
func (t *target) turns(index, rest reg.GPVirtual, vectors int, body func(p position)) {
	step := operand.U32(t.lanes * vectors)
	turn, done := t.label("turn"), t.label("done")
	t.SUBQ(step, rest)
	t.JL(operand.LabelRef(done))
	t.Label(turn)
	for v := range vectors {
		body(position{t: t, index: index, ahead: v})
	}
	t.ADDQ(step, index)
	t.SUBQ(step, rest)
	t.JGE(operand.LabelRef(turn))
	t.Label(done)
	t.ADDQ(step, rest)
}
