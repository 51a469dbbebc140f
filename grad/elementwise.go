package grad

import (
	"math"

	"github.com/reverie-rl/reverie/internal/kernel"
)

// An element-wise function of one value is a constant between opNeg and opReLU in op.go and, here, a
// method, an entry in the table, and a kernel if it has one: see ARCHITECTURE.md.

// function is an element-wise function of one value.
type function struct {
	// gradient of the loss with respect to x, given g with respect to v, the function of x; nil blocks it.
	gradient func(v, x, g *Value) *Value
	// compute is the function of one number, for those without a vector kernel.
	compute func(x float64) float64
}

var functions = map[op]function{
	opNeg:      {gradient: func(_, _, g *Value) *Value { return g.Neg() }},
	opAbs:      {gradient: func(_, x, g *Value) *Value { return g.Mul(x.Sign()) }},
	opSquare:   {gradient: func(_, x, g *Value) *Value { return g.Mul(x).Mul(Scalar(2)) }},
	opSqrt:     {gradient: func(v, _, g *Value) *Value { return g.Div(v).Mul(Scalar(0.5)) }},
	opExp:      {gradient: func(v, _, g *Value) *Value { return g.Mul(v) }},
	opLog:      {gradient: func(_, x, g *Value) *Value { return g.Div(x) }},
	opErf:      {gradient: func(_, x, g *Value) *Value { return g.Mul(x.Square().Neg().Exp()).Mul(Scalar(2 / math.SqrtPi)) }},
	opSin:      {gradient: func(_, x, g *Value) *Value { return g.Mul(x.Cos()) }, compute: math.Sin},
	opCos:      {gradient: func(_, x, g *Value) *Value { return g.Mul(x.Sin()).Neg() }, compute: math.Cos},
	opTanh:     {gradient: func(v, _, g *Value) *Value { return v.binary(opTanhGradient, g) }},
	opSigmoid:  {gradient: func(v, _, g *Value) *Value { return v.binary(opSigmoidGradient, g) }},
	opSoftplus: {gradient: func(_, x, g *Value) *Value { return x.binary(opSoftplusGradient, g) }},
	opELU:      {gradient: func(v, _, g *Value) *Value { return v.binary(opELUGradient, g) }},
	opSiLU:     {gradient: func(_, x, g *Value) *Value { return x.binary(opSiLUGradient, g) }},
	opReLU:     {gradient: func(v, _, g *Value) *Value { return g.Mul(v.Greater(Scalar(0))) }},
}

// functionKernel is the kernel of o in a set.
func functionKernel[T Float](s *kernel.Set[T], o op) func(dst, x []T) {
	vectors := map[op]func(dst, x []T){
		opNeg: s.Neg, opAbs: s.Abs, opSign: s.Sign, opSquare: s.Square, opSqrt: s.Sqrt, opExp: s.Exp, opLog: s.Log, opErf: s.Erf,
		opTanh: s.Tanh, opSigmoid: s.Sigmoid, opSoftplus: s.Softplus, opELU: s.ELU, opSiLU: s.SiLU, opReLU: s.ReLU,
	}
	if vector := vectors[o]; vector != nil {
		return vector
	}
	return kernel.Each[T](functions[o].compute)
}

func (e *Executable[T]) unary(v *Value, out, x []T) []step {
	apply := functionKernel(e.set, v.op)
	return flat(len(out), func(start, end int) { apply(out[start:end], x[start:end]) })
}

func (v *Value) unary(o op) *Value {
	return v.tracer.add(&Value{op: o, shape: v.shape, inputs: []*Value{v}})
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

// Sin is the sine of v, in radians. It is computed element by element, without vector instructions.
func (v *Value) Sin() *Value { return v.unary(opSin) }

// Cos is the cosine of v, in radians. It is computed element by element, without vector instructions.
func (v *Value) Cos() *Value { return v.unary(opCos) }

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
