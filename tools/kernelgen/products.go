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
	t.transpose()
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

// accumulate emits the loop over k.
func (m *tile) accumulate(a reg.GPVirtual, row *rowAddresses, column reg.GPVirtual) {
	b, bRow, depth := m.argument("b"), m.stride("bRow"), m.argument("depth")
	row.from(a)
	next := m.label("next")
	m.Label(next)
	m.prefetch(row.pointers[0], column, b, bRow)
	var panel []vector
	for v := range m.vectors {
		panel = append(panel, m.load(operand.Mem{Base: b, Disp: 4 * m.target.lanes * v}, m.lanesOf(v)))
	}
	for i, sums := range m.sums {
		x := m.broadcast(row.at(i))
		for v, sum := range sums {
			m.VFMADD231PS(panel[v], x, sum)
		}
	}
	row.step(column)
	m.ADDQ(bRow, b)
	m.DECQ(depth)
	m.JNZ(operand.LabelRef(next))
}

// prefetch fetches what the loop reads eight steps later: hardware does not follow long strides.
func (m *tile) prefetch(a, column, b, bRow reg.GPVirtual) {
	m.PREFETCHT0(operand.Mem{Base: a, Index: column, Scale: 8})
	for v := 0; v < m.vectors; v += 16 / m.target.lanes { // in steps of cache lines
		m.PREFETCHT0(operand.Mem{Base: b, Disp: 4 * m.target.lanes * v, Index: bRow, Scale: 8})
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

// rowAddresses reaches up to twelve rows of A with two pointers and the multiples of the row
// stride that x86 cannot form by itself.
type rowAddresses struct {
	t        *target
	pointers []reg.GPVirtual
	stride   map[int]reg.GPVirtual
}

func newRows(t *target, rows int) *rowAddresses {
	r := &rowAddresses{t: t, stride: map[int]reg.GPVirtual{1: t.stride("aRow")}}
	for first := 0; first < rows; first += 6 {
		r.pointers = append(r.pointers, t.GP64())
	}
	for _, factor := range []int{3, 5} {
		if rows > factor {
			r.stride[factor] = t.GP64()
			t.IMUL3Q(operand.U8(factor), r.stride[1], r.stride[factor])
		}
	}
	return r
}

// from sets the pointers for a block that begins at a.
func (r *rowAddresses) from(a reg.GPVirtual) {
	t := r.t
	t.MOVQ(a, r.pointers[0])
	if len(r.pointers) > 1 {
		t.LEAQ(operand.Mem{Base: a, Index: r.stride[3], Scale: 2}, r.pointers[1])
	}
}

// at is the address of row i.
func (r *rowAddresses) at(i int) operand.Mem {
	m := operand.Mem{Base: r.pointers[i/6]}
	switch i % 6 {
	case 1, 2, 4:
		m.Index, m.Scale = r.stride[1], uint8(i%6)
	case 3, 5:
		m.Index, m.Scale = r.stride[i%6], 1
	}
	return m
}

// step moves the pointers to the next column.
func (r *rowAddresses) step(column reg.GPVirtual) {
	for _, p := range r.pointers {
		r.t.ADDQ(column, p)
	}
}

// advance moves a down by a number of rows.
func (r *rowAddresses) advance(a reg.GPVirtual, rows int) {
	distance := r.t.GP64()
	r.t.IMUL3Q(operand.U8(rows), r.stride[1], distance)
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

// transpose emits the packing of eight rows into eight columns. It uses vectors of eight lanes on
// every target.
func (t *target) transpose() {
	t.function("Transpose8", "func(blocks int, dst *float32, dstRow int, src *float32, srcRow int)",
		"writes eight rows of src as eight columns of dst, in blocks of 8 × 8.")
	blocks, dst, src := t.argument("blocks"), t.argument("dst"), t.argument("src")
	dstRow, srcRow, upper := t.stride("dstRow"), t.stride("srcRow"), t.GP64()
	src3 := t.GP64()
	t.LEAQ(operand.Mem{Base: srcRow, Index: srcRow, Scale: 2}, src3)
	t.LEAQ(operand.Mem{Base: src, Index: srcRow, Scale: 4}, upper)
	block := t.label("block")
	t.Label(block)
	for half := range 2 {
		t.transposeHalf(16*half, src, upper, srcRow, src3, dst, dstRow)
	}
	t.ADDQ(operand.U8(32), src)
	t.ADDQ(operand.U8(32), upper)
	t.DECQ(blocks)
	t.JNZ(operand.LabelRef(block))
	t.finish()
}

// transposeHalf emits the transposition of four columns of src: rows 0 to 3 come into the lower
// halves of vectors and rows 4 to 7 into the upper ones, and the rest happens within halves.
func (t *target) transposeHalf(offset int, src, upper, srcRow, src3, dst, dstRow reg.GPVirtual) {
	var in [4]reg.VecVirtual
	for r := range in {
		at := operand.Mem{Base: src, Disp: offset, Index: srcRow, Scale: uint8(r)}
		switch r {
		case 0:
			at.Index = nil
		case 3:
			at.Index, at.Scale = src3, 1
		}
		in[r] = t.YMM()
		t.VMOVUPS(at, in[r].AsX())
		at.Base = upper
		t.VINSERTF128(operand.U8(1), at, in[r], in[r])
	}
	low, high := t.interleave(in[0], in[1]), t.interleave(in[2], in[3])
	for column := range 4 {
		out := t.YMM()
		order := operand.U8(0b01000100)
		if column%2 == 1 {
			order = 0b11101110
		}
		t.VSHUFPS(order, high[column/2], low[column/2], out)
		t.VMOVUPS(out, operand.Mem{Base: dst})
		t.ADDQ(dstRow, dst)
	}
}

// interleave pairs the elements of two rows: the first two of each half, and the last two.
func (t *target) interleave(a, b reg.VecVirtual) [2]reg.VecVirtual {
	first, last := t.YMM(), t.YMM()
	t.VUNPCKLPS(b, a, first)
	t.VUNPCKHPS(b, a, last)
	return [2]reg.VecVirtual{first, last}
}
