package grad

import (
	"github.com/reverie-rl/reverie/internal/kernel"
	"github.com/reverie-rl/reverie/tensor"
)

// An element-wise operation on two values is a constant between opAdd and opSoftplusGradient in op.go and,
// here, a method, an entry in the table, and its kernels. Gradients of functions are such operations,
// too, where computing them at once is quicker.

// pairs is the table of gradients of the loss with respect to a and b, given g with respect to v, the
// operation's result. Both have the shape of v: see two. An operation without an entry blocks the gradient.
var pairs = map[op]func(v, a, b, g *Value) (*Value, *Value){
	opAdd: func(v, a, b, g *Value) (*Value, *Value) { return g, g },
	opSub: func(v, a, b, g *Value) (*Value, *Value) { return g, g.Neg() },
	opMul: func(v, a, b, g *Value) (*Value, *Value) { return g.Mul(b), g.Mul(a) },
	opDiv: func(v, a, b, g *Value) (*Value, *Value) {
		quotient := g.Div(b)
		return quotient, quotient.Mul(v).Neg()
	},
	opMax: func(v, a, b, g *Value) (*Value, *Value) {
		left := g.Mul(a.Greater(b))
		return left, g.Sub(left)
	},
	opMin: func(v, a, b, g *Value) (*Value, *Value) {
		left := g.Mul(b.Greater(a))
		return left, g.Sub(left)
	},
	opTanhGradient: func(v, y, h, g *Value) (*Value, *Value) {
		return g.Mul(h).Mul(y).Mul(Scalar(-2)), y.binary(opTanhGradient, g)
	},
	opSigmoidGradient: func(v, y, h, g *Value) (*Value, *Value) {
		return g.Mul(h).Mul(y.Mul(Scalar(-2)).Add(Scalar(1))), y.binary(opSigmoidGradient, g)
	},
	opELUGradient: func(v, y, h, g *Value) (*Value, *Value) {
		return g.Mul(h).Mul(y.Greater(Scalar(0)).Neg().Add(Scalar(1))), y.binary(opELUGradient, g)
	},
	opSiLUGradient: func(v, x, h, g *Value) (*Value, *Value) { // s' (2 + x (1 - 2s)) with s the sigmoid of x
		s := x.Sigmoid()
		bend := x.Mul(s.Mul(Scalar(-2)).Add(Scalar(1))).Add(Scalar(2))
		return s.binary(opSigmoidGradient, g.Mul(h)).Mul(bend), x.binary(opSiLUGradient, g)
	},
	opSoftplusGradient: func(v, x, h, g *Value) (*Value, *Value) {
		return x.Sigmoid().binary(opSigmoidGradient, g.Mul(h)), x.binary(opSoftplusGradient, g)
	},
}

// binaryKernels are the forms of one element-wise operation: on two runs, on a run and a number, and
// on a number and a run (which the last takes in the order run, number).
type binaryKernels[T Float] struct {
	both        func(dst, a, b []T)
	right, left func(dst, a []T, b T)
}

// pairKernels are the kernels of o in a set.
func pairKernels[T Float](s *kernel.Set[T], o op) binaryKernels[T] {
	switch o {
	case opAdd:
		return binaryKernels[T]{s.Add, s.AddScalar, s.AddScalar}
	case opSub:
		return binaryKernels[T]{s.Sub, func(dst, a []T, b T) { s.AddScalar(dst, a, -b) }, s.SubFromScalar}
	case opMul:
		return binaryKernels[T]{s.Mul, s.MulScalar, s.MulScalar}
	case opDiv:
		return binaryKernels[T]{s.Div, s.DivScalar, s.DivIntoScalar}
	case opMax:
		return binaryKernels[T]{s.Max, s.MaxScalar, s.MaxScalar}
	case opMin:
		return binaryKernels[T]{s.Min, s.MinScalar, s.MinScalar}
	case opGreater:
		return binaryKernels[T]{s.Greater, s.GreaterScalar, s.LessScalar}
	case opTanhGradient:
		return binaryKernels[T]{both: s.TanhGradient}
	case opSigmoidGradient:
		return binaryKernels[T]{both: s.SigmoidGradient}
	case opELUGradient:
		return binaryKernels[T]{both: s.ELUGradient}
	case opSiLUGradient:
		return binaryKernels[T]{both: s.SiLUGradient}
	default:
		return binaryKernels[T]{both: s.SoftplusGradient}
	}
}

func (v *Value) binary(o op, operand Operand) *Value {
	other := operand.in(v.tracer)
	shape, ok := tensor.Broadcast(v.shape, other.shape)
	if !ok {
		fail(o.String(), "shapes %v and %v do not broadcast", v.shape, other.shape)
	}
	return v.tracer.add(&Value{op: o, shape: shape, inputs: []*Value{v, other}})
}

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
