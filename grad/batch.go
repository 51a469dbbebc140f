package grad

import (
	"slices"

	"github.com/reverie-rl/reverie/internal/kernel"
	"github.com/reverie-rl/reverie/tensor"
)

// BatchMatMul is the matrix product of v [..., m, k] and operand [..., k, n], one for each index of
// the leading dimensions, which are equal: [..., m, n]. An operand that is the Transpose of its last
// two axes alone, as in queries · keysᵀ, is read as it lies and not copied.
func (v *Value) BatchMatMul(operand Operand) *Value {
	other, rank := operand.in(v.tracer), len(v.shape)
	fits := rank >= 2 && len(other.shape) == rank && slices.Equal(v.shape[:rank-2], other.shape[:rank-2]) &&
		v.shape[rank-1] == other.shape[rank-2]
	if !fits {
		fail("batch matmul", "shapes %v and %v", v.shape, other.shape)
	}
	return v.batchMatMul(other, false, false)
}

// batchMatMul is op(v) · op(b), where op swaps the last two axes if the flag says so.
func (v *Value) batchMatMul(b *Value, transposeA, transposeB bool) *Value {
	product := &Value{op: opBatchMatMul, inputs: []*Value{v, b}, transposeA: transposeA, transposeB: transposeB}
	p := matrices(product)
	product.shape = append(slices.Clone(v.shape[:len(v.shape)-2]), p.M, p.N)
	return v.tracer.add(product)
}

// matrices describes the product of the last two axes of v's inputs.
func matrices(v *Value) kernel.Product {
	p := kernel.Product{TransposeA: v.transposeA, TransposeB: v.transposeB}
	p.M, p.K = lastTwo(v.inputs[0].shape, v.transposeA)
	_, p.N = lastTwo(v.inputs[1].shape, v.transposeB)
	return p
}

// lastTwo returns the rows and columns of the matrices in an array, which are swapped if transposed.
func lastTwo(shape tensor.Shape, transposed bool) (rows, columns int) {
	rows, columns = shape[len(shape)-2], shape[len(shape)-1]
	if transposed {
		rows, columns = columns, rows
	}
	return rows, columns
}

// foldTransposes lets a matrix product read a transposed operand as it lies.
func foldTransposes(v *Value) {
	for i, flag := range []*bool{&v.transposeA, &v.transposeB} {
		for swapsLastTwo(v.inputs[i]) {
			v.inputs[i] = v.inputs[i].inputs[0]
			*flag = !*flag
		}
	}
}

// swapsLastTwo tells whether v is the transposition of every matrix in an array, and no more.
func swapsLastTwo(v *Value) bool {
	rank := len(v.permutation)
	if v.op != opTranspose || rank < 2 {
		return false
	}
	for i, axis := range v.permutation[:rank-2] {
		if i != axis {
			return false
		}
	}
	return v.permutation[rank-2] == rank-1
}
