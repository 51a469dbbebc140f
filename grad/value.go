package grad

import (
	"math"
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

func (v *Value) unary(o op) *Value {
	return v.tracer.add(&Value{op: o, shape: v.shape, inputs: []*Value{v}})
}

func (v *Value) binary(o op, operand Operand) *Value {
	other := operand.in(v.tracer)
	shape, ok := tensor.Broadcast(v.shape, other.shape)
	if !ok {
		fail(o.String(), "shapes %v and %v do not broadcast", v.shape, other.shape)
	}
	return v.tracer.add(&Value{op: o, shape: shape, inputs: []*Value{v, other}})
}

// Neg is -v.
func (v *Value) Neg() *Value { return v.unary(opNeg) }

// Abs is |v|. Its gradient at 0 is 0.
func (v *Value) Abs() *Value { return v.unary(opAbs) }

// Sign is -1, 0 or 1. It has no gradient.
func (v *Value) Sign() *Value { return v.unary(opSign) }

// Square is v².
func (v *Value) Square() *Value { return v.unary(opSquare) }

// Sqrt is the square root of v.
func (v *Value) Sqrt() *Value { return v.unary(opSqrt) }

// Exp is e to the power of v.
func (v *Value) Exp() *Value { return v.unary(opExp) }

// Log is the natural logarithm of v.
func (v *Value) Log() *Value { return v.unary(opLog) }

// Erf is the error function of v, 2/√π times the integral of exp(-t²) from 0 to v.
func (v *Value) Erf() *Value { return v.unary(opErf) }

// Tanh is the hyperbolic tangent of v.
func (v *Value) Tanh() *Value { return v.unary(opTanh) }

// Sigmoid is 1 / (1 + exp(-v)).
func (v *Value) Sigmoid() *Value { return v.unary(opSigmoid) }

// Softplus is log(1 + exp(v)), without overflow.
func (v *Value) Softplus() *Value { return v.unary(opSoftplus) }

// ELU is v where v > 0 and exp(v) - 1 elsewhere (Clevert et al., 2016).
func (v *Value) ELU() *Value { return v.unary(opELU) }

// SiLU is v · sigmoid(v), also called swish (Elfwing et al., 2018).
func (v *Value) SiLU() *Value { return v.unary(opSiLU) }

// GELU is v · Φ(v), where Φ is the normal distribution function, without approximation (Hendrycks and
// Gimpel, 2016).
func (v *Value) GELU() *Value {
	return v.Mul(v.Mul(Scalar(math.Sqrt2 / 2)).Erf().Add(Scalar(1))).Mul(Scalar(0.5))
}

// ReLU is max(v, 0). Its gradient at 0 is 0.
func (v *Value) ReLU() *Value { return v.unary(opReLU) }

// Add is v + operand.
func (v *Value) Add(operand Operand) *Value { return v.binary(opAdd, operand) }

// Sub is v - operand.
func (v *Value) Sub(operand Operand) *Value { return v.binary(opSub, operand) }

// Mul is v · operand, element by element.
func (v *Value) Mul(operand Operand) *Value { return v.binary(opMul, operand) }

// Div is v / operand, element by element.
func (v *Value) Div(operand Operand) *Value { return v.binary(opDiv, operand) }

// Max is the larger of v and operand. Where they are equal the gradient flows to operand.
func (v *Value) Max(operand Operand) *Value { return v.binary(opMax, operand) }

// Min is the smaller of v and operand. Where they are equal the gradient flows to operand.
func (v *Value) Min(operand Operand) *Value { return v.binary(opMin, operand) }

// Greater is 1 where v > operand and 0 elsewhere. It has no gradient.
func (v *Value) Greater(operand Operand) *Value { return v.binary(opGreater, operand) }

// Clip limits v to [low, high]. The gradient is 0 where v is outside, or at a limit.
func (v *Value) Clip(low, high float64) *Value { return v.Max(Scalar(low)).Min(Scalar(high)) }

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
