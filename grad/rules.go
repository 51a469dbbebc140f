package grad

import "github.com/reverie-rl/reverie/tensor"

// rule returns the gradient of the loss with respect to each input of v, given the gradient g with
// respect to v. An input for which want is false may be left nil.
type rule func(v, g *Value, want []bool) []*Value

// rules is the table of gradients; those of element-wise operations are with them (elementwise.go,
// arithmetic.go). Operations that have no entry, or return nil, block the gradient.
var rules [opCount]rule

func init() {
	one := func(gradient func(v, x, g *Value) *Value) rule {
		return func(v, g *Value, _ []bool) []*Value { return []*Value{gradient(v, v.inputs[0], g)} }
	}
	rules = [opCount]rule{
		opReshape:     one(func(_, x, g *Value) *Value { return g.Reshape(x.shape...) }),
		opCopy:        one(func(_, _, g *Value) *Value { return g }),
		opBroadcast:   one(func(_, x, g *Value) *Value { return g.sumTo(x.shape) }),
		opSum:         one(func(_, x, g *Value) *Value { return g.Broadcast(x.shape...) }),
		opTranspose:   one(transposeRule),
		opSlice:       one(func(v, x, g *Value) *Value { return g.embed(x.shape, v.axis, v.start) }),
		opEmbed:       one(func(v, x, g *Value) *Value { return g.Slice(v.axis, v.start, v.start+x.shape[v.axis]) }),
		opPatches:     one(patchesRule),
		opOverlapAdd:  one(overlapAddRule),
		opStandardise: one(standardiseRule),

		opStandardiseGradient: standardiseGradientRule,

		opMatMul: matMulRule, opBatchMatMul: matMulRule,
		opConcat: concatRule,
		opCustom: customRule, opStraightThrough: straightThroughRule,

		opGather: gatherRule, opScatter: scatterRule, opWhere: whereRule, opRecurrence: recurrenceRule,
		opScan: func(v, _ *Value, _ []bool) []*Value { return nil }, // see backward and scanRule
		opPart: func(v, _ *Value, _ []bool) []*Value { return nil }, // its scan sees to it
	}
	for o, f := range functions {
		if f.gradient != nil {
			rules[o] = one(f.gradient)
		}
	}
	for o, gradients := range pairs {
		rules[o] = two(gradients)
	}
}

// two makes a rule of an element-wise operation on two inputs, which may have been broadcast.
func two(gradients func(v, a, b, g *Value) (*Value, *Value)) rule {
	return func(v, g *Value, want []bool) []*Value {
		a, b := v.inputs[0], v.inputs[1]
		toA, toB := gradients(v, a, b, g)
		result := make([]*Value, 2)
		if want[0] {
			result[0] = toA.sumTo(a.shape)
		}
		if want[1] {
			result[1] = toB.sumTo(b.shape)
		}
		return result
	}
}

// sumTo undoes a broadcast from shape: it adds up g over the repeated elements.
func (v *Value) sumTo(shape tensor.Shape) *Value {
	missing := len(v.shape) - len(shape)
	var axes []int
	for axis, dimension := range v.shape {
		if axis < missing || shape[axis-missing] == 1 && dimension != 1 {
			axes = append(axes, axis)
		}
	}
	if len(axes) == 0 {
		return v.Reshape(shape...)
	}
	return v.Sum(axes...).Reshape(shape...)
}

func transposeRule(v, _, g *Value) *Value {
	inverse := make([]int, len(v.permutation))
	for i, axis := range v.permutation {
		inverse[axis] = i
	}
	return g.Transpose(inverse...)
}

func standardiseRule(v, x, g *Value) *Value { return x.standardiseGradient(g, v.constant) }

func (v *Value) standardiseGradient(g *Value, epsilon float64) *Value {
	return v.tracer.add(&Value{op: opStandardiseGradient, shape: v.shape, inputs: []*Value{v, g}, constant: epsilon})
}

// standardiseGradientRule: with y = (x - mean(x)) s and s = 1 / sqrt(variance(x) + ε) the operation
// is the symmetric map J h = s (h - mean(h) - y mean(h y)), so that the gradient of u · J h is J u
// with respect to h and, with respect to x,
//
//	-s² y [mean(u h) - mean(u) mean(h) - mean(u y) mean(h y)] - J (s u mean(h y) + s h mean(u y))
func standardiseGradientRule(v, u *Value, want []bool) []*Value {
	x, h, epsilon := v.inputs[0], v.inputs[1], v.constant
	result := []*Value{nil, x.standardiseGradient(u, epsilon)}
	if want[0] {
		mean := func(a *Value) *Value { return a.Mean(-1).KeepAxis(-1) }
		y := x.Standardise(epsilon)
		scale := Scalar(1).in(v.tracer).Div(mean(x.Sub(mean(x)).Square()).Add(Scalar(epsilon)).Sqrt())
		uy, hy := mean(u.Mul(y)), mean(h.Mul(y))
		covariance := mean(u.Mul(h)).Sub(mean(u).Mul(mean(h))).Sub(uy.Mul(hy))
		through := x.standardiseGradient(scale.Mul(u.Mul(hy).Add(h.Mul(uy))), epsilon)
		result[0] = scale.Square().Mul(covariance).Mul(y).Add(through).Neg()
	}
	return result
}

// matMulRule: for C = A·B the gradients are G·Bᵀ and Aᵀ·G, and accordingly for transposed operands.
func matMulRule(v, g *Value, want []bool) []*Value {
	a, b, multiply := v.inputs[0], v.inputs[1], (*Value).matMul
	if v.op == opBatchMatMul {
		multiply = (*Value).batchMatMul
	}
	result := make([]*Value, 2)
	if want[0] && v.transposeA {
		result[0] = multiply(b, g, v.transposeB, true)
	} else if want[0] {
		result[0] = multiply(g, b, false, !v.transposeB)
	}
	if want[1] && v.transposeB {
		result[1] = multiply(g, a, true, v.transposeA)
	} else if want[1] {
		result[1] = multiply(a, g, !v.transposeA, false)
	}
	return result
}

func concatRule(v, g *Value, want []bool) []*Value {
	result, start := make([]*Value, len(v.inputs)), 0
	for i, input := range v.inputs {
		end := start + input.shape[v.axis]
		if want[i] {
			result[i] = g.Slice(v.axis, start, end)
		}
		start = end
	}
	return result
}
