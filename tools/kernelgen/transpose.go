package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transposition is the state of a kernel that writes rows as columns. Rows are reached through one
// pointer for every four of them.
type transposition struct {
	*target
	rows            int
	src             []reg.GPVirtual
	srcRow, srcRow3 reg.GPVirtual
	dst, dstRow     reg.GPVirtual
}

// transpose emits the packing of eight or sixteen rows into as many columns.
func (t *target) transpose(rows int) {
	t.function(fmt.Sprintf("Transpose%d", rows), "func(blocks int, dst *float32, dstRow int, src *float32, srcRow int)",
		fmt.Sprintf("writes %d rows of src as columns of dst, in blocks of 8 columns of src.", rows))
	blocks := t.argument("blocks")
	m := transposition{target: t, rows: rows, src: []reg.GPVirtual{t.argument("src")}, srcRow: t.stride("srcRow"), srcRow3: t.GP64()}
	m.dst, m.dstRow = t.argument("dst"), t.stride("dstRow")
	t.LEAQ(operand.Mem{Base: m.srcRow, Index: m.srcRow, Scale: 2}, m.srcRow3)
	for quarter := 1; quarter < rows/4; quarter++ {
		next := t.GP64()
		t.LEAQ(operand.Mem{Base: m.src[quarter-1], Index: m.srcRow, Scale: 4}, next)
		m.src = append(m.src, next)
	}
	block := t.label("block")
	t.Label(block)
	m.fourColumns(0)
	m.fourColumns(16)
	for _, src := range m.src {
		t.ADDQ(operand.U8(32), src)
	}
	t.DECQ(blocks)
	t.JNZ(operand.LabelRef(block))
	t.finish()
}

// fourColumns emits the transposition of four columns of src, at an offset in bytes. Rows 0 to 3 come
// into the first quarters of four vectors, rows 4 to 7 into the second ones and so on; the rest
// happens within quarters.
func (m *transposition) fourColumns(offset int) {
	var in [4]reg.VecVirtual
	for r := range in {
		in[r] = m.register()
		for quarter, src := range m.src {
			m.insert(quarter, m.row(src, r).Offset(offset), in[r])
		}
	}
	low, high := m.interleave(in[0], in[1]), m.interleave(in[2], in[3])
	for column := range 4 {
		out := m.register()
		order := operand.U8(0b01000100)
		if column%2 == 1 {
			order = 0b11101110
		}
		m.VSHUFPS(order, high[column/2], low[column/2], out)
		m.VMOVUPS(out, operand.Mem{Base: m.dst})
		m.ADDQ(m.dstRow, m.dst)
	}
}

// row is the address of one of the four rows from src.
func (m *transposition) row(src reg.GPVirtual, r int) operand.Mem {
	switch r {
	case 0:
		return operand.Mem{Base: src}
	case 3:
		return operand.Mem{Base: src, Index: m.srcRow3, Scale: 1}
	}
	return operand.Mem{Base: src, Index: m.srcRow, Scale: uint8(r)}
}

// register holds a column: an element of every row.
func (m *transposition) register() reg.VecVirtual {
	if m.rows == 16 {
		return m.ZMM()
	}
	return m.YMM()
}

// insert loads four elements into a quarter of v.
func (m *transposition) insert(quarter int, from operand.Mem, v reg.VecVirtual) {
	switch {
	case quarter == 0:
		m.VMOVUPS(from, v.AsX())
	case m.rows == 16:
		m.VINSERTF32X4(operand.U8(quarter), from, v, v)
	default:
		m.VINSERTF128(operand.U8(quarter), from, v, v)
	}
}

// interleave pairs the elements of two rows: the first two of each quarter, and the last two.
func (m *transposition) interleave(a, b reg.VecVirtual) [2]reg.VecVirtual {
	first, last := m.register(), m.register()
	m.VUNPCKLPS(b, a, first)
	m.VUNPCKHPS(b, a, last)
	return [2]reg.VecVirtual{first, last}
}
