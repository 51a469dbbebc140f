package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
)

// elementwiseKernels emits the kernels that compute dst[i] from the elements at i alone.
func (t *target) elementwiseKernels() {
	t.unaryKernels()
	t.binaryKernels()
	t.scalarKernels()
	t.gradientKernels()
	t.fromBytes()
}

// fromBytes emits the conversion of bytes to numbers, for lengths that are whole vectors.
func (t *target) fromBytes() {
	t.function("FromBytes", "func(dst []float32, x []uint8)", "computes dst = x; len(dst) is a multiple of the lanes.")
	rest, dst, x, index := t.length("dst"), t.base("dst"), t.base("x"), t.GP64()
	t.XORQ(index, index)
	t.turns(index, rest, 1, func(p position) {
		v := t.vector()
		t.VPMOVZXBD(operand.Mem{Base: x, Index: index, Scale: 1}, v)
		t.VCVTDQ2PS(v, v)
		p.store(v, dst)
	})
	t.finish()
}

func (t *target) unaryKernels() {
	t.unary("Neg", "-x", t.neg)
	t.unary("Abs", "|x|", t.abs)
	t.unary("Sign", "the sign of x", t.sign)
	t.unary("Square", "x²", func(x vector) vector { return t.mul(x, x) })
	t.unary("Sqrt", "√x", t.sqrt)
	t.unary("Exp", "exp(x)", t.exp)
	t.unary("Log", "log(x)", t.log)
	t.unary("Erf", "the error function of x", t.erf)
	t.unary("Tanh", "tanh(x)", t.tanh)
	t.unary("Sigmoid", "1 / (1 + exp(-x))", t.sigmoid)
	t.unary("Softplus", "log(1 + exp(x))", t.softplus)
	t.unary("ELU", "x where x > 0 and exp(x) - 1 elsewhere", t.elu)
	t.unary("SiLU", "x / (1 + exp(-x))", t.silu)
	t.unary("ReLU", "max(x, 0)", t.relu)
}

func (t *target) binaryKernels() {
	t.pair("Add", "a + b", t.add)
	t.pair("Sub", "a - b", t.sub)
	t.pair("Mul", "a · b", t.mul)
	t.pair("Div", "a / b", t.div)
	t.pair("Max", "max(a, b)", t.larger)
	t.pair("Min", "min(a, b)", t.smaller)
	t.pair("Greater", "1 where a > b and 0 elsewhere", t.greater)
	t.elementwise("Where", "mask, a, b", "", "a where mask is not 0, and b elsewhere", func(v []vector) vector {
		return t.choose(t.compare(notEqual, v[0], t.zero()), v[1], v[2])
	})
	t.elementwise("MulAdd", "dst, a, b", "", "dst + a · b", func(v []vector) vector {
		return t.mulAdd(v[1], v[2], v[0])
	})
}

func (t *target) scalarKernels() {
	t.scalar("AddScalar", "a + b", t.add)
	t.scalar("MulScalar", "a · b", t.mul)
	t.scalar("DivScalar", "a / b", t.div)
	t.scalar("MaxScalar", "max(a, b)", t.larger)
	t.scalar("MinScalar", "min(a, b)", t.smaller)
	t.scalar("GreaterScalar", "1 where a > b and 0 elsewhere", t.greater)
	t.scalar("SubFromScalar", "b - a", func(a, b vector) vector { return t.sub(b, a) })
	t.scalar("DivIntoScalar", "b / a", func(a, b vector) vector { return t.div(b, a) })
	t.scalar("LessScalar", "1 where a < b and 0 elsewhere", t.less)
	t.elementwise("AddScaled", "dst, a", "scale", "dst + scale · a", func(v []vector) vector {
		return t.mulAdd(v[1], v[2], v[0])
	})
}

func (t *target) gradientKernels() {
	one := func() vector { return t.constant(1) }
	t.gradient("TanhGradient", "y", "gradient · (1 - y²)", func(y, g vector) vector {
		return t.mul(g, t.mulSubFrom(y, y, one()))
	})
	t.gradient("SigmoidGradient", "y", "gradient · y (1 - y)", func(y, g vector) vector {
		return t.mul(g, t.mul(y, t.sub(one(), y)))
	})
	t.gradient("ELUGradient", "y", "gradient · (1 + min(y, 0))", func(y, g vector) vector {
		return t.mul(g, t.add(one(), t.atMost(y, t.zero())))
	})
	t.gradient("SoftplusGradient", "x", "gradient / (1 + exp(-x))", func(x, g vector) vector {
		return t.mul(g, t.sigmoid(x))
	})
	t.gradient("SiLUGradient", "x", "gradient · s (1 + x (1 - s)) with s = 1 / (1 + exp(-x))", func(x, g vector) vector {
		s := t.sigmoid(x)
		return t.mul(g, t.mul(s, t.mulAdd(x, t.sub(one(), s), one())))
	})
}

func (t *target) greater(a, b vector) vector { return t.indicator(greater, a, b) }
func (t *target) less(a, b vector) vector    { return t.indicator(less, a, b) }

func (t *target) unary(name, formula string, f func(x vector) vector) {
	t.elementwise(name, "x", "", formula, func(v []vector) vector { return f(v[0]) })
}

func (t *target) pair(name, formula string, f func(a, b vector) vector) {
	t.elementwise(name, "a, b", "", formula, func(v []vector) vector { return f(v[0], v[1]) })
}

func (t *target) scalar(name, formula string, f func(a, b vector) vector) {
	t.elementwise(name, "a", "b", formula, func(v []vector) vector { return f(v[0], v[1]) })
}

func (t *target) gradient(name, from, formula string, f func(from, g vector) vector) {
	slices := from + ", gradient"
	t.elementwise(name, slices, "", formula, func(v []vector) vector { return f(v[0], v[1]) })
}

// elementwise emits dst[i] = f(...) over the named slices and, if it has a name, a number.
func (t *target) elementwise(name, slices, number, formula string, f func(v []vector) vector) {
	inputs := strings.Split(slices, ", ")
	t.function(name, signature(inputs, number), "computes dst = "+formula+".")
	n, dst, bases := t.length("dst"), t.base("dst"), t.bases(inputs)
	var scalars []vector
	if number != "" {
		scalars = []vector{t.everywhere(number)}
	}
	t.loop(n, 1, func(p position) {
		var values []vector
		for _, base := range bases {
			values = append(values, p.load(base))
		}
		p.store(f(append(values, scalars...)), dst)
	})
	t.finish()
}

func signature(inputs []string, number string) string {
	slices := "dst, "
	if inputs[0] == "dst" {
		slices = ""
	}
	slices += strings.Join(inputs, ", ") + " []float32"
	if number != "" {
		slices += ", " + number + " float32"
	}
	return fmt.Sprintf("func(%s)", slices)
}
