package main

import "github.com/mmcloughlin/avo/reg"

// rowKernels emits layer normalisation of one row and its gradient.
func (t *target) rowKernels() {
	t.standardise()
	t.standardiseGradient()
}

// total folds by addition and spreads the sum to every lane.
func (t *target) total(n reg.GPVirtual, step func(p position, acc vector) vector) vector {
	sum := t.across(t.fold(n, 0, t.add, step), t.add)
	v := t.vector()
	t.VBROADCASTSS(sum.AsX(), v)
	return v
}

// inverseLength is 1/n in every lane.
func (t *target) inverseLength(n reg.GPVirtual) vector {
	x, v := t.XMM(), t.vector()
	t.VXORPS(x, x, x)
	t.VCVTSI2SSQ(n, x, x)
	t.VBROADCASTSS(x, v)
	return t.div(t.constant(1), v)
}

func (t *target) standardise() {
	t.function("Standardise", "func(dst, x []float32, epsilon float32) float32",
		"writes (x - mean(x)) / sqrt(variance(x) + epsilon) and returns the factor.")
	n, dst, x := t.length("dst"), t.base("dst"), t.base("x")
	inverseLength := t.inverseLength(n)
	mean := t.mul(inverseLength, t.total(n, func(p position, acc vector) vector {
		return t.add(acc, p.load(x))
	}))
	squares := t.total(n, func(p position, acc vector) vector {
		difference := p.keep(t.sub(p.load(x), mean), 0)
		return t.mulAdd(difference, difference, acc)
	})
	deviation := t.sqrt(t.mulAdd(squares, inverseLength, t.everywhere("epsilon")))
	inverse := t.div(t.constant(1), deviation)
	t.loop(n, 1, func(p position) {
		p.store(t.mul(t.sub(p.load(x), mean), inverse), dst)
	})
	t.result(inverse)
	t.finish()
}

func (t *target) standardiseGradient() {
	t.function("StandardiseGradient", "func(dst, y, gradient []float32, inverse float32)",
		"writes inverse · (g - mean(g) - y · mean(g · y)).")
	n, dst := t.length("dst"), t.base("dst")
	y, g := t.base("y"), t.base("gradient")
	inverseLength := t.inverseLength(n)
	mean := t.mul(inverseLength, t.total(n, func(p position, acc vector) vector {
		return t.add(acc, p.load(g))
	}))
	slope := t.mul(inverseLength, t.total(n, func(p position, acc vector) vector {
		return t.mulAdd(p.load(y), p.load(g), acc)
	}))
	inverse := t.everywhere("inverse")
	t.loop(n, 1, func(p position) {
		centred := t.sub(p.load(g), mean)
		p.store(t.mul(inverse, t.mulSubFrom(p.load(y), slope, centred)), dst)
	})
	t.finish()
}

// adamKernel emits one step of Adam with its divisions by constants turned into factors.
func (t *target) adamKernel() {
	t.function("Adam", "func(parameter, first, second, gradient []float32, "+
		"scale, beta1, rest1, beta2, rest2, rate, inverse2, epsilon float32)",
		"takes one step, with restN = 1 - betaN, rate divided by correction1, and\n"+
			"inverse2 = 1 / correction2.")
	n := t.length("parameter")
	parameter, first := t.base("parameter"), t.base("first")
	second, gradient := t.base("second"), t.base("gradient")
	t.loop(n, 1, func(p position) {
		g := t.mul(p.load(gradient), t.everywhere("scale"))
		m := t.mul(p.load(first), t.everywhere("beta1"))
		m = t.mulAdd(g, t.everywhere("rest1"), m)
		v := t.mul(p.load(second), t.everywhere("beta2"))
		v = t.mulAdd(t.mul(g, g), t.everywhere("rest2"), v)
		p.store(m, first)
		p.store(v, second)
		deviation := t.sqrt(t.mul(v, t.everywhere("inverse2")))
		step := t.div(t.mul(m, t.everywhere("rate")), t.add(deviation, t.everywhere("epsilon")))
		p.store(t.sub(p.load(parameter), step), parameter)
	})
	t.finish()
}
