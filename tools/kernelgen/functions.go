package main

import "math"

// The range reductions below split ln 2 into a part with few bits, whose product with an exponent
// is exact, and a positive remainder.
const (
	ln2High = 0x1.62e4p-1
	ln2Low  = math.Ln2 - ln2High
)

// Polynomials of the functions' smooth parts.
var (
	// exp(r) = 1 + r + r² · expTail(r) for |r| <= ln(2) / 2
	expTail = fit(series(func(i float64) float64 { return 1 / math.Gamma(i+3) }), -0.3466, 0.3466, 4)
	// atanh(s) = s + s·z · atanhTail(z) with z = s² <= 1/9
	atanhTail = fit(series(func(i float64) float64 { return 1 / (2*i + 3) }), 0, 1./9, 4)
	// erf(x) = x · erfCentre(x²) for |x| <= 1
	erfCentre = fit(series(func(i float64) float64 {
		return 2 / math.SqrtPi * math.Cos(math.Pi*i) / (math.Gamma(i+1) * (2*i + 1))
	}), 0, 1, 6)
	// erf(x) = 1 - exp(-erfTail(x)) for 1 <= x <= 4, behind which it is 1 in single precision
	erfTail = fit(func(x float64) float64 { return -math.Log(math.Erfc(x)) }, 1, 4, 8)
)

// polynomial is Horner's rule; coefficients start with the constant.
func (t *target) polynomial(x vector, coefficients []float64) vector {
	last := len(coefficients) - 1
	y := t.constant(coefficients[last])
	for i := last - 1; i >= 0; i-- {
		y = t.mulAdd(y, x, t.constant(coefficients[i]))
	}
	return y
}

// reduceExponent writes exp(x) as (1 + p) · 2^n with an integer n and |p| < 0.42.
func (t *target) reduceExponent(x vector) (p, n vector) {
	n = t.round(t.mul(x, t.constant(math.Log2E)))
	r := t.mulSubFrom(n, t.constant(ln2High), x)
	r = t.mulSubFrom(n, t.constant(ln2Low), r)
	square := t.mul(r, r)
	return t.mulAdd(square, t.polynomial(r, expTail), r), n
}

// exp saturates at 0 and infinity; beyond the bounds both have been reached.
func (t *target) exp(x vector) vector {
	x = t.atMost(t.atLeast(x, t.constant(-104)), t.constant(89))
	p, n := t.reduceExponent(x)
	return t.scale(t.add(p, t.constant(1)), n)
}

// expm1 is exp(x) - 1 for x <= 0, exact to the last bits near 0; at the bound it has reached -1.
func (t *target) expm1(x vector) vector {
	p, n := t.reduceExponent(t.atLeast(x, t.constant(-80)))
	power := t.powerOfTwo(n)
	return t.mulAdd(p, power, t.sub(power, t.constant(1)))
}

// log1p is log(1 + f) = 2 atanh(f / (2 + f)) for f in [-1/4, 1], exact to the last bits near 0.
func (t *target) log1p(f vector) vector {
	s := t.div(f, t.add(f, t.constant(2)))
	z := t.mul(s, s)
	tail := t.mul(z, t.polynomial(z, atanhTail))
	s = t.add(s, s)
	return t.mulAdd(s, tail, s)
}

func (t *target) log(x vector) vector {
	m, n := t.split(x)
	y := t.log1p(t.sub(m, t.constant(1)))
	y = t.mulAdd(n, t.constant(ln2Low), y)
	y = t.mulAdd(n, t.constant(ln2High), y)
	return t.mendLogarithm(y, x)
}

func (t *target) erf(x vector) vector {
	magnitude := t.atMost(t.abs(x), t.constant(4))
	centre := t.mul(magnitude, t.polynomial(t.mul(magnitude, magnitude), erfCentre))
	tail := t.neg(t.expm1(t.neg(t.polynomial(magnitude, erfTail))))
	return t.withSign(t.choose(t.compare(less, magnitude, t.constant(1)), centre, tail), x)
}

// tanh is -e / (2 + e) with e = expm1(-2|x|), and the sign of x.
func (t *target) tanh(x vector) vector {
	e := t.expm1(t.mul(t.abs(x), t.constant(-2)))
	return t.withSign(t.div(t.abs(e), t.add(e, t.constant(2))), x)
}

// sigmoid is 1 / (1 + e) or e / (1 + e) with e = exp(-|x|), so that neither tail loses accuracy.
func (t *target) sigmoid(x vector) vector {
	e := t.exp(t.neg(t.abs(x)))
	numerator := t.choose(t.compare(less, x, t.zero()), e, t.constant(1))
	return t.div(numerator, t.add(e, t.constant(1)))
}

// silu is x / (1 + e) or x e / (1 + e) with e = exp(-|x|). The second numerator is made of the parts
// of e, because a small e has lost digits that the product with x would show.
func (t *target) silu(x vector) vector {
	magnitude := t.atMost(t.abs(x), t.constant(120))
	p, n := t.reduceExponent(t.neg(magnitude))
	p = t.add(p, t.constant(1))
	small := t.scale(t.mul(t.neg(magnitude), p), n)
	numerator := t.choose(t.compare(less, x, t.zero()), small, x)
	return t.div(numerator, t.add(t.scale(p, n), t.constant(1)))
}

// softplus is max(x, 0) + log(1 + exp(-|x|)).
func (t *target) softplus(x vector) vector {
	e := t.exp(t.neg(t.abs(x)))
	return t.add(t.relu(x), t.log1p(e))
}

func (t *target) elu(x vector) vector {
	negative := t.expm1(t.atMost(x, t.zero()))
	return t.choose(t.compare(greater, x, t.zero()), x, negative)
}

func (t *target) relu(x vector) vector { return t.atLeast(x, t.zero()) }

// sign is ±1 except where x is 0 or NaN, which it keeps.
func (t *target) sign(x vector) vector {
	kept := t.choose(t.compare(less, x, t.zero()), t.constant(-1), x)
	return t.choose(t.compare(greater, x, t.zero()), t.constant(1), kept)
}

// series returns the sum of coefficient(i) · x^i, with enough terms for |x| < 1/2, or
// for any x if the coefficients fall as fast as those of exp.
func series(coefficient func(i float64) float64) func(x float64) float64 {
	return func(x float64) float64 {
		y := 0.0
		for i := 50; i >= 0; i-- {
			y = y*x + coefficient(float64(i))
		}
		return y
	}
}

// fit returns the coefficients of the polynomial that interpolates f at the Chebyshev nodes of
// [low, high], which is within a small factor of the best of its degree.
func fit(f func(float64) float64, low, high float64, degree int) []float64 {
	nodes, differences := make([]float64, degree+1), make([]float64, degree+1)
	for i := range nodes {
		angle := math.Pi * (float64(i) + 0.5) / float64(degree+1)
		nodes[i] = (low+high)/2 + (high-low)/2*math.Cos(angle)
		differences[i] = f(nodes[i])
	}
	for order := 1; order <= degree; order++ { // Newton's divided differences
		for i := degree; i >= order; i-- {
			differences[i] = (differences[i] - differences[i-1]) / (nodes[i] - nodes[i-order])
		}
	}
	return expand(nodes, differences)
}

// expand rewrites Newton's form as coefficients of powers.
func expand(nodes, differences []float64) []float64 {
	coefficients := make([]float64, len(nodes))
	for i := len(nodes) - 1; i >= 0; i-- { // coefficients · (x - nodes[i]) + differences[i]
		for j := len(nodes) - 1; j > 0; j-- {
			coefficients[j] = coefficients[j-1] - nodes[i]*coefficients[j]
		}
		coefficients[0] = differences[i] - nodes[i]*coefficients[0]
	}
	return coefficients
}
