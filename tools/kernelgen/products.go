package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// productKernels emits the micro-kernels of the matrix product, one for every number of rows and
// vectors whose accumulators fit the registers, and the helpers beside them.
func (t *target) productKernels() {
	most := map[int]int{1: 6, 2: 6, 4: 2} // rows by vectors
	if t.wide {
		most = map[int]int{1: 12, 2: 12, 4: 6}
	}
	for _, vectors := range []int{1, 2, 4} {
		for rows := 1; rows <= most[vectors]; rows++ {
			t.multiply(rows, vectors)
		}
	}
	t.dots()
	t.transpose(8)
	if t.wide {
		t.transpose(16)
	}
}

// tile is the state of a micro-kernel: a block of C in registers.
type tile struct {
	*target
	rows, vectors int
	lanes         mask // of the last vector
	sums          [][]vector
}

// multiply emits a micro-kernel that walks down blocks of rows of C against one panel of B. An
// element of C is one chain of fused multiply-adds over k, whichever micro-kernel computes it.
func (t *target) multiply(rows, vectors int) {
	t.function(fmt.Sprintf("Multiply%dx%d", rows, vectors),
		"func(blocks, depth int, a *float32, aRow, aColumn int, b *float32, bRow int, "+
			"c *float32, cRow int, start *float32, startRow, lanes int)",
		fmt.Sprintf("computes c = start + a · b for blocks of %d rows by %d vectors,\n"+
			"the last of which has the given number of lanes. Strides are in elements.", rows, vectors))
	m := &tile{target: t, rows: rows, vectors: vectors, lanes: t.firstLanes(t.argument("lanes"))}
	blocks, a, c, start := t.argument("blocks"), t.argument("a"), t.argument("c"), t.argument("start")
	row, column := newRows(t, rows), t.stride("aColumn")
	block := t.label("block")
	t.Label(block)
	m.begin(start)
	m.accumulate(a, row, column)
	m.end(c)
	row.advance(a, rows)
	t.DECQ(blocks)
	t.JNZ(operand.LabelRef(block))
	t.finish()
}

// begin loads the starting values of the sums and moves start past their rows.
func (m *tile) begin(start reg.GPVirtual) {
	stride := m.stride("startRow")
	m.sums = nil
	for range m.rows {
		var sums []vector
		for v := range m.vectors {
			sums = append(sums, m.load(operand.Mem{Base: start, Disp: 4 * m.target.lanes * v}, m.lanesOf(v)))
		}
		m.sums = append(m.sums, sums)
		m.ADDQ(stride, start)
	}
}

// accumulate emits the sums over k twice, for panels whose last vector is full and for others: a load
// under a mask takes a port from a multiply-add.
func (m *tile) accumulate(a reg.GPVirtual, row *rowAddresses, column reg.GPVirtual) {
	partial, done := m.label("partial"), m.label("done")
	m.CMPQ(m.argument("lanes"), operand.U8(m.target.lanes))
	m.JNE(operand.LabelRef(partial))
	m.steps(a, row, column, nil)
	m.JMP(operand.LabelRef(done))
	m.Label(partial)
	m.steps(a, row, column, m.lanes)
	m.Label(done)
}

// steps emits the loop over k, two steps a turn: the fewer instructions stand between the
// multiply-adds, the fewer of them wait for a port. A turn of an odd depth begins in its middle.
func (m *tile) steps(a reg.GPVirtual, row *rowAddresses, column reg.GPVirtual, last mask) {
	b, bRow, depth := m.argument("b"), m.stride("bRow"), m.argument("depth")
	row.from(a)
	next, second := m.label("next"), m.label("second")
	m.INCQ(depth)
	m.SHRQ(operand.U8(1), depth)
	m.JC(operand.LabelRef(next))
	m.SUBQ(bRow, b)
	m.JMP(operand.LabelRef(second))
	m.Label(next)
	m.step(row, column, operand.Mem{Base: b}, bRow, last)
	m.Label(second)
	m.step(row, column, operand.Mem{Base: b, Index: bRow, Scale: 1}, bRow, last)
	m.LEAQ(operand.Mem{Base: b, Index: bRow, Scale: 2}, b)
	m.DECQ(depth)
	m.JNZ(operand.LabelRef(next))
}

// step emits the multiply-adds of one k with a row of the panel, whose last vector is read under a mask
// if one is given, and moves on in A.
func (m *tile) step(row *rowAddresses, column reg.GPVirtual, b operand.Mem, bRow reg.GPVirtual, last mask) {
	m.prefetch(row.pointer, column, b, bRow)
	var panel []vector
	for v := range m.vectors - 1 {
		panel = append(panel, m.load(b.Offset(4*m.target.lanes*v), nil))
	}
	panel = append(panel, m.load(b.Offset(4*m.target.lanes*(m.vectors-1)), last))
	for i, sums := range m.sums {
		x := m.broadcast(row.at(i))
		for v, sum := range sums {
			m.VFMADD231PS(panel[v], x, sum)
		}
	}
	m.ADDQ(column, row.pointer)
}

// prefetch fetches what the loop reads eight steps later: hardware does not follow long strides.
func (m *tile) prefetch(a, column reg.GPVirtual, b operand.Mem, bRow reg.GPVirtual) {
	m.PREFETCHT0(operand.Mem{Base: a, Index: column, Scale: 8})
	for v := 0; v < m.vectors; v += 16 / m.target.lanes { // in steps of cache lines
		m.PREFETCHT0(operand.Mem{Base: b.Base, Disp: 4 * m.target.lanes * v, Index: bRow, Scale: 8})
	}
}

// end stores the sums and moves c past their rows.
func (m *tile) end(c reg.GPVirtual) {
	stride := m.stride("cRow")
	for _, sums := range m.sums {
		for v, sum := range sums {
			m.store(sum, operand.Mem{Base: c, Disp: 4 * m.target.lanes * v}, m.lanesOf(v))
		}
		m.ADDQ(stride, c)
	}
}

func (m *tile) lanesOf(v int) mask {
	if v == m.vectors-1 {
		return m.lanes
	}
	return nil
}

// rowAddresses reaches up to twelve rows of A with one pointer, which is all that moves with k, and
// the multiples of the row stride that x86 cannot form by itself.
type rowAddresses struct {
	t       *target
	pointer reg.GPVirtual
	strides map[int]reg.GPVirtual // by odd factor
}

func newRows(t *target, rows int) *rowAddresses {
	r := &rowAddresses{t: t, pointer: t.GP64(), strides: map[int]reg.GPVirtual{1: t.stride("aRow")}}
	for factor := 3; factor < rows; factor += 2 {
		r.strides[factor] = t.GP64()
		t.IMUL3Q(operand.U8(factor), r.strides[1], r.strides[factor])
	}
	return r
}

// from sets the pointer for a block that begins at a.
func (r *rowAddresses) from(a reg.GPVirtual) { r.t.MOVQ(a, r.pointer) }

// at is the address of row i.
func (r *rowAddresses) at(i int) operand.Mem {
	m := operand.Mem{Base: r.pointer}
	if i == 0 {
		return m
	}
	m.Scale = uint8(i & -i) // the largest power of two that divides i
	m.Index = r.strides[i/int(m.Scale)]
	return m
}

// advance moves a down by a number of rows.
func (r *rowAddresses) advance(a reg.GPVirtual, rows int) {
	distance := r.t.GP64()
	r.t.IMUL3Q(operand.U8(rows), r.strides[1], distance)
	r.t.ADDQ(distance, a)
}

// dots emits the product of a matrix with a vector by one dot product for each row. Groups of
// rows share the loads of the vector; a row's order of summation is the same in any group.
func (t *target) dots() {
	t.function("Dots", "func(rows, depth int, x, b *float32, bRow int, c *float32, cRow int, "+
		"start *float32, startRow int)",
		"computes c[r·cRow] = start[r·startRow] + Σ x[k] b[r·bRow + k]. Strides are in elements.")
	rows := t.argument("rows")
	b, c, start := t.argument("b"), t.argument("c"), t.argument("start")
	for _, group := range []int{4, 1} {
		turn, done := t.label("rows"), t.label("rowsDone")
		t.Label(turn)
		t.CMPQ(rows, operand.U8(group))
		t.JL(operand.LabelRef(done))
		t.dotGroup(group, b, c, start)
		t.SUBQ(operand.U8(group), rows)
		t.JMP(operand.LabelRef(turn))
		t.Label(done)
	}
	t.finish()
}

// dotGroup emits the dot products of a few rows and moves the pointers past them.
func (t *target) dotGroup(rows int, b, c, start reg.GPVirtual) {
	const partial = 2
	x, depth := t.argument("x"), t.argument("depth")
	bRow, pointers := t.stride("bRow"), make([]reg.GPVirtual, rows)
	sums := make([][partial]vector, rows)
	for r := range rows {
		pointers[r] = t.GP64()
		t.MOVQ(b, pointers[r])
		t.ADDQ(bRow, b)
		sums[r] = [partial]vector{t.zero(), t.zero()}
	}
	t.loop(depth, partial, func(p position) {
		v := p.load(x)
		for r := range rows {
			t.VFMADD231PS(p.load(pointers[r]), v, sums[r][p.ahead])
		}
	})
	cRow, startRow := t.stride("cRow"), t.stride("startRow")
	for r := range rows {
		sum := t.across(t.add(sums[r][0], sums[r][1]), t.add).AsX()
		t.VADDSS(operand.Mem{Base: start}, sum, sum)
		t.VMOVSS(sum, operand.Mem{Base: c})
		t.ADDQ(cRow, c)
		t.ADDQ(startRow, start)
	}
}
