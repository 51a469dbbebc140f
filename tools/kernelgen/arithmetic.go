package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

const signBit = 1 << 31

// Predicates of VCMPPS: all are quiet; equal, less and greater are false for NaN.
const (
	equal      = operand.U8(0x00)
	unordered  = operand.U8(0x03)
	notEqual   = operand.U8(0x04)
	less       = operand.U8(0x11)
	notAtLeast = operand.U8(0x19)
	greater    = operand.U8(0x1e)
)

func (t *target) binary(emit func(ops ...operand.Op), a, b vector) vector {
	v := t.vector()
	emit(b, a, v)
	return v
}

func (t *target) add(a, b vector) vector { return t.binary(t.VADDPS, a, b) }
func (t *target) sub(a, b vector) vector { return t.binary(t.VSUBPS, a, b) }
func (t *target) mul(a, b vector) vector { return t.binary(t.VMULPS, a, b) }
func (t *target) div(a, b vector) vector { return t.binary(t.VDIVPS, a, b) }
func (t *target) and(a, b vector) vector { return t.binary(t.VANDPS, a, b) }
func (t *target) or(a, b vector) vector  { return t.binary(t.VORPS, a, b) }
func (t *target) xor(a, b vector) vector { return t.binary(t.VXORPS, a, b) }

// atLeast is the larger of limit and x, and NaN where x is NaN.
func (t *target) atLeast(x, limit vector) vector { return t.binary(t.VMAXPS, limit, x) }

// atMost is the smaller of limit and x, and NaN where x is NaN.
func (t *target) atMost(x, limit vector) vector { return t.binary(t.VMINPS, limit, x) }

// larger is the larger of a and b, and NaN where either is NaN.
func (t *target) larger(a, b vector) vector {
	return t.choose(t.compare(unordered, a, a), a, t.atLeast(b, a))
}

// smaller is the smaller of a and b, and NaN where either is NaN.
func (t *target) smaller(a, b vector) vector {
	return t.choose(t.compare(unordered, a, a), a, t.atMost(b, a))
}

func (t *target) sqrt(x vector) vector {
	v := t.vector()
	t.VSQRTPS(x, v)
	return v
}

// mulAdd is a·b + c, rounded once.
func (t *target) mulAdd(a, b, c vector) vector {
	v := t.copy(c)
	t.VFMADD231PS(b, a, v)
	return v
}

// mulSubFrom is c - a·b, rounded once.
func (t *target) mulSubFrom(a, b, c vector) vector {
	v := t.copy(c)
	t.VFNMADD231PS(b, a, v)
	return v
}

func (t *target) abs(x vector) vector { return t.and(x, t.bits(signBit-1)) }
func (t *target) neg(x vector) vector { return t.xor(x, t.bits(signBit)) }

// withSign is magnitude, which is not negative, with the sign of x.
func (t *target) withSign(magnitude, x vector) vector {
	return t.or(magnitude, t.and(x, t.bits(signBit)))
}

// compare returns the mask of the lanes where a stands in the given relation to b.
func (t *target) compare(predicate operand.U8, a, b vector) mask {
	if t.wide {
		k := t.K()
		t.VCMPPS(predicate, b, a, k)
		return k
	}
	v := t.vector()
	t.VCMPPS(predicate, b, a, v)
	return v
}

// choose takes yes in the lanes of m and no elsewhere.
func (t *target) choose(m mask, yes, no vector) vector {
	v := t.vector()
	if t.wide {
		t.VBLENDMPS(yes, no, m, v)
	} else {
		t.VBLENDVPS(m, yes, no, v)
	}
	return v
}

// indicator is 1 where a stands in the given relation to b and 0 elsewhere.
func (t *target) indicator(predicate operand.U8, a, b vector) vector {
	return t.choose(t.compare(predicate, a, b), t.constant(1), t.zero())
}

// round is the nearest integer.
func (t *target) round(x vector) vector {
	const nearest = operand.U8(0)
	v := t.vector()
	if t.wide {
		t.VRNDSCALEPS(nearest, x, v)
	} else {
		t.VROUNDPS(nearest, x, v)
	}
	return v
}

// scale is x · 2^n for an integer n in [-252, 254]. With AVX2 the power is applied in two halves,
// because 2^n itself may not be a normal number.
func (t *target) scale(x, n vector) vector {
	if t.wide {
		return t.binary(t.VSCALEFPS, x, n)
	}
	whole, half, rest := t.integer(n), t.vector(), t.vector()
	t.VPSRAD(operand.U8(1), whole, half)
	t.VPSUBD(half, whole, rest)
	return t.mul(t.mul(x, t.exponent(half)), t.exponent(rest))
}

// powerOfTwo is 2^n for an integer n in [-126, 127].
func (t *target) powerOfTwo(n vector) vector {
	if t.wide {
		return t.binary(t.VSCALEFPS, t.constant(1), n)
	}
	return t.exponent(t.integer(n))
}

func (t *target) integer(x vector) vector {
	v := t.vector()
	t.VCVTPS2DQ(x, v)
	return v
}

// exponent makes 2^n of the integers n by writing the exponent field.
func (t *target) exponent(n vector) vector {
	v := t.vector()
	t.VPADDD(t.bits(127), n, v)
	t.VPSLLD(operand.U8(23), v, v)
	return v
}

// split writes a positive x as m · 2^n with m in [3/4, 3/2). With AVX-512 it follows the limits:
// (1, -inf) for 0, (1, +inf) for infinity, and NaN for what has no logarithm.
func (t *target) split(x vector) (m, n vector) {
	if t.wide {
		const threeQuartersNaN = operand.U8(0b1011) // the interval [3/4, 3/2), NaN for negatives
		m, n = t.vector(), t.vector()
		low := t.vector()
		t.VGETMANTPS(threeQuartersNaN, x, m)
		t.VGETEXPPS(x, n)
		t.VGETEXPPS(m, low)
		return m, t.sub(n, low)
	}
	tiny := t.compare(less, x, t.constant(0x1p-126))
	x = t.choose(tiny, t.mul(x, t.constant(0x1p24)), x)
	offset := t.choose(tiny, t.constant(24), t.zero())
	exponent, shifted := t.vector(), t.vector()
	m, n = t.vector(), t.vector()
	t.VPSUBD(t.constant(0.75), x, exponent)
	t.VPSRAD(operand.U8(23), exponent, exponent)
	t.VPSLLD(operand.U8(23), exponent, shifted)
	t.VPSUBD(shifted, x, m)
	t.VCVTDQ2PS(exponent, n)
	return m, t.sub(n, offset)
}

// mendLogarithm gives y = log(x) its values outside the positive finite numbers, where split did
// not already lead there.
func (t *target) mendLogarithm(y, x vector) vector {
	if t.wide {
		return y
	}
	infinity := t.constant(math.Inf(1))
	y = t.choose(t.compare(equal, x, infinity), x, y)
	y = t.choose(t.compare(equal, x, t.zero()), t.neg(infinity), y)
	invalid := t.compare(notAtLeast, x, t.zero()).(vector)
	return t.or(y, invalid)
}
