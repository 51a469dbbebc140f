package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
)

// randomKernels emits the generator of package rng, to the last bit: every operation is one that
// rng/fill.go does, in its order, and nothing is fused that it rounds.
func (t *target) randomKernels() {
	t.random("Uniform", "uniform", func(first, second vector) (x, y vector) {
		return t.uniform(first), t.uniform(second)
	})
	t.random("Normal", "standard normal", func(first, second vector) (x, y vector) {
		// A number from two words: the even ones give the radii, the odd ones the points of a circle.
		const even, odd = operand.U8(0x88), operand.U8(0xdd)
		radii, points := t.vector(), t.vector()
		t.VSHUFPS(even, second, first, radii)
		t.VSHUFPS(odd, second, first, points)
		radius := t.radius(radii)
		cosine, sine := t.circle(points)
		x, y = t.vector(), t.vector()
		cosine, sine = t.mul(radius, cosine), t.mul(radius, sine)
		t.VUNPCKLPS(sine, cosine, x)
		t.VUNPCKHPS(sine, cosine, y)
		return x, y
	})
}

// random emits a fill in steps of two vectors. make turns two vectors of words, in the order of the
// sequence, into two of numbers.
func (t *target) random(name, what string, make func(first, second vector) (x, y vector)) {
	t.function(name, "func(dst []float32, cipher, block, step uint64)",
		"fills dst, which is whole pairs of vectors, with the "+what+"\nnumbers of rng from the given block on.")
	rest, dst := t.length("dst"), t.base("dst")
	counter := t.vector()
	t.VPADDQ(t.broadcast64("block"), t.blockNumbers(), counter)
	loop, done := t.label("loop"), t.label("done")
	t.TESTQ(rest, rest)
	t.JZ(operand.LabelRef(done))
	t.Label(loop)
	x, y := make(t.words(counter))
	t.VMOVUPS(x, operand.Mem{Base: dst})
	t.VMOVUPS(y, operand.Mem{Base: dst, Disp: 4 * t.lanes})
	t.VPADDQ(t.quads("Blocks", func(int) uint64 { return uint64(t.lanes / 2) }), counter, counter)
	t.ADDQ(operand.U32(8*t.lanes), dst)
	t.SUBQ(operand.U32(2*t.lanes), rest)
	t.JNZ(operand.LabelRef(loop))
	t.Label(done)
	t.finish()
}

// words encrypts the counters, one in each lane of 64 bits, with Philox4x32-10 and returns the words
// in order. A word is the lower half of its lane; the upper halves hold remains that no multiplication
// reads.
func (t *target) words(counter vector) (first, second vector) {
	low := t.quads("Low", func(int) uint64 { return math.MaxUint32 })
	c0, c1 := counter, t.shiftRight64(counter)
	c2, c3 := t.broadcast64("step"), t.shiftRight64(t.broadcast64("step"))
	k0 := t.broadcast64("cipher")
	k1 := t.shiftRight64(k0)
	for round := range 10 {
		if round > 0 {
			k0, k1 = t.addInteger(k0, t.bits(0x9E3779B9)), t.addInteger(k1, t.bits(0xBB67AE85))
		}
		product0, product1 := t.multiply64(c0, t.bits(0xD2511F53)), t.multiply64(c2, t.bits(0xCD9E8D57))
		c0 = t.xor(t.xor(t.shiftRight64(product1), c1), k0)
		c2 = t.xor(t.xor(t.shiftRight64(product0), c3), k1)
		c1, c3 = product1, product0
	}
	front := t.or(t.and(c0, low), t.shiftLeft64(c1))
	back := t.or(t.and(c2, low), t.shiftLeft64(c3))
	first, second = t.vector(), t.vector()
	t.VPUNPCKLQDQ(back, front, first)
	t.VPUNPCKHQDQ(back, front, second)
	return first, second
}

// blockNumbers is where the blocks of a step must stand for words to come out in order: unpacking
// takes the even lanes of both halves first.
func (t *target) blockNumbers() vector {
	return t.quads("Order", func(lane int) uint64 { return uint64(lane/2 + lane%2*t.lanes/4) })
}

// uniform is (word >> 8) · 2⁻²⁴.
func (t *target) uniform(word vector) vector {
	return t.mul(t.number(t.shiftRight(word, 8)), t.constant(0x1p-24))
}

// radius is the square root of -2 log(p) with p = word · 2⁻³² + 2⁻³³.
func (t *target) radius(word vector) vector {
	probability := t.add(t.mul(t.unsignedNumber(word), t.constant(0x1p-32)), t.constant(0x1p-33))
	return t.sqrt(t.mul(t.log32(probability), t.constant(-2)))
}

// log32 is that of rng.
func (t *target) log32(x vector) vector {
	const mantissa, sqrtHalf = 1<<23 - 1, 0x3F3504F3
	bits := t.addInteger(x, t.bits(1<<32-sqrtHalf))
	exponent := t.number(t.shiftSigned(bits, 23))
	m := t.addInteger(t.and(bits, t.bits(mantissa)), t.bits(sqrtHalf))
	s := t.div(t.sub(m, t.constant(1)), t.add(m, t.constant(1)))
	series := t.unfused(t.mul(s, s), 1./7, 1./5, 1./3, 1)
	return t.add(t.mul(exponent, t.constant(math.Ln2)), t.mul(t.add(s, s), series))
}

// circle is circle32 of rng.
func (t *target) circle(word vector) (cosine, sine vector) {
	angle := t.mul(t.number(t.shiftSigned(word, 2)), t.constant(math.Pi/4*0x1p-29))
	z := t.mul(angle, angle)
	small := t.mul(angle, t.unfused(z, 1./362880, -1./5040, 1./120, -1./6, 1))
	large := t.xor(t.unfused(z, 1./40320, -1./720, 1./24, -1./2, 1), t.shiftLeft(word, 31))
	swap := t.and(t.xor(large, small), t.shiftSigned(t.shiftLeft(word, 30), 31))
	return t.xor(large, swap), t.xor(small, swap)
}

// unfused is Horner's rule with every product rounded; coefficients end with the constant.
func (t *target) unfused(x vector, coefficients ...float64) vector {
	y := t.constant(coefficients[0])
	for _, c := range coefficients[1:] {
		y = t.add(t.mul(x, y), t.constant(c))
	}
	return y
}

// number converts signed integers.
func (t *target) number(x vector) vector {
	v := t.vector()
	t.VCVTDQ2PS(x, v)
	return v
}

// unsignedNumber converts unsigned integers. With AVX2 their halves are exact, and their sum is rounded
// once.
func (t *target) unsignedNumber(x vector) vector {
	if t.wide {
		v := t.vector()
		t.VCVTUDQ2PS(x, v)
		return v
	}
	upper, lower := t.number(t.shiftRight(x, 16)), t.number(t.and(x, t.bits(1<<16-1)))
	return t.add(t.mul(upper, t.constant(0x1p16)), lower)
}

func (t *target) addInteger(a, b vector) vector { return t.binary(t.VPADDD, a, b) }
func (t *target) multiply64(a, b vector) vector { return t.binary(t.VPMULUDQ, a, b) }
func (t *target) shiftRight64(x vector) vector  { return t.shift(t.VPSRLQ, x, 32) }
func (t *target) shiftLeft64(x vector) vector   { return t.shift(t.VPSLLQ, x, 32) }

func (t *target) shiftRight(x vector, count uint8) vector  { return t.shift(t.VPSRLD, x, count) }
func (t *target) shiftLeft(x vector, count uint8) vector   { return t.shift(t.VPSLLD, x, count) }
func (t *target) shiftSigned(x vector, count uint8) vector { return t.shift(t.VPSRAD, x, count) }

func (t *target) shift(emit func(ops ...operand.Op), x vector, count uint8) vector {
	v := t.vector()
	emit(operand.U8(count), x, v)
	return v
}

// broadcast64 loads an argument of 64 bits into every lane of 64 bits.
func (t *target) broadcast64(name string) vector {
	a, err := t.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	v := t.vector()
	t.VPBROADCASTQ(a.Addr, v)
	return v
}

// quads loads a constant vector of 64-bit lanes.
func (t *target) quads(name string, value func(lane int) uint64) vector {
	name = t.name + name
	m, ok := t.tables[name]
	if !ok {
		m = t.StaticGlobal(name)
		t.DataAttributes(attr.RODATA | attr.NOPTR)
		for lane := range t.lanes / 2 {
			t.AddDatum(8*lane, operand.U64(value(lane)))
		}
		t.tables[name] = m
	}
	v := t.vector()
	t.VMOVUPS(m, v)
	return v
}
