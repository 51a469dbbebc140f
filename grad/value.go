package grad

import (
	"slices"

	"github.com/reverie-rl/reverie/tensor"
)

// Value is one array of a program that is being traced.
type Value struct {
	op     op
	shape  tensor.Shape
	inputs []*Value

	tracer *Tracer
	loop   *loop // the innermost scan's body that v is part of; nil outside
	id     int   // position in the program: inputs come before what uses them
	origin [originDepth]uintptr

	// What some operations need besides their inputs.
	name                   string       // opInput, opTyped, opCall
	constant               float64      // opConstant; epsilon of opStandardise
	stream                 uint64       // opNormal, opUniform
	parameters             []*Parameter // opRead, opAssign, opAdam
	transposeA, transposeB bool         // opMatMul, opBatchMatMul
	axis, start            int          // reductions, opArgMax, opRecurrence, opConcat, opSlice, opEmbed
	permutation            []int        // opTranspose
	backward               bool         // opRecurrence
	patchwork              patchwork    // opPatches, opOverlapAdd, convolutions
	call                   CallFunc     // opCall
	adam                   AdamState    // opAdam
	scan                   *scan        // opScan
	part                   part         // opPart
	index                  int          // opPart, opCarry
	gradient               GradientFunc // opCustom
	element                element      // opTyped
}

// Shape returns the value's dimensions. It must not be changed.
func (v *Value) Shape() tensor.Shape { return v.shape }

// base is the value whose memory v shows: v itself, or what was reshaped to v.
func (v *Value) base() *Value {
	for v.op.alias() {
		v = v.inputs[0]
	}
	return v
}

// settled is v, or a copy of it if v is the memory of a parameter, which an effect may change before
// v is used.
func (v *Value) settled() *Value {
	if v.base().op == opRead {
		return v.unary(opCopy)
	}
	return v
}

// Stop is v with no gradient flowing back to it.
func (v *Value) Stop() *Value { return v.unary(opStop) }

// MatMul is the matrix product of v [..., m, k] and operand [k, n].
func (v *Value) MatMul(operand Operand) *Value {
	other := operand.in(v.tracer)
	rank := len(v.shape)
	if rank < 2 || len(other.shape) != 2 || v.shape[rank-1] != other.shape[0] {
		fail("matmul", "shapes %v and %v", v.shape, other.shape)
	}
	columns := other.shape[1]
	shape := append(slices.Clone(v.shape[:rank-1]), columns)
	rows := v.shape[:rank-1].Size()
	return v.Reshape(rows, other.shape[0]).matMul(other, false, false).Reshape(shape...)
}

// matMul is op(v) · op(b) for matrices, where op transposes if the flag says so.
func (v *Value) matMul(b *Value, transposeA, transposeB bool) *Value {
	m, n := v.shape[0], b.shape[1]
	if transposeA {
		m = v.shape[1]
	}
	if transposeB {
		n = b.shape[0]
	}
	return v.tracer.add(&Value{op: opMatMul, shape: tensor.Shape{m, n}, inputs: []*Value{v, b}, transposeA: transposeA, transposeB: transposeB})
}

// Standardise shifts and scales each row along the last axis to mean 0 and variance 1; epsilon is
// added to the variance. It is layer normalisation (Ba et al., 2016) before its scale and offset.
func (v *Value) Standardise(epsilon float64) *Value {
	if len(v.shape) == 0 {
		fail("standardise", "a scalar has no last axis")
	}
	return v.tracer.add(&Value{op: opStandardise, shape: v.shape, inputs: []*Value{v}, constant: epsilon})
}
