package kernel

import (
	"math"

	"github.com/reverie-rl/reverie/internal/rng"
)

// Reference returns the Set written in plain Go. It runs on every platform, defines what each
// kernel means, and in float64 is the standard the other Sets are tested against.
func Reference[T Float]() *Set[T] {
	s := &Set[T]{Name: "go"}
	s.useReferenceFunctions()
	s.useReferenceArithmetic()
	s.useReferenceGradients()
	s.useReferenceReductions()
	s.Adam = adam[T]
	s.Uniform, s.Normal = rng.Uniform[T], rng.Normal[T]
	s.PackSize = func(Product) int { return 0 }
	s.PackTiles = func(Product) int { return 0 }
	s.Pack = func(Product, int, []T, []T) {}
	s.MultiplyTiles = rowTiles
	s.MultiplyRows = func(Product) int { return referenceTileRows }
	s.Multiply = multiply[T]
	s.MultiplyBlock = multiplyBlock[T]
	return s
}

func (s *Set[T]) useReferenceFunctions() {
	s.Neg = each(func(x T) T { return -x })
	s.Abs = each(func(x T) T { return T(math.Abs(float64(x))) })
	s.Sign = each(sign[T])
	s.Square = each(func(x T) T { return x * x })
	s.Sqrt = each(func(x T) T { return T(math.Sqrt(float64(x))) })
	s.Exp = each(func(x T) T { return T(math.Exp(float64(x))) })
	s.Log = each(func(x T) T { return T(math.Log(float64(x))) })
	s.Erf = each(func(x T) T { return T(math.Erf(float64(x))) })
	s.Tanh = each(func(x T) T { return T(math.Tanh(float64(x))) })
	s.Sigmoid = each(func(x T) T { return T(sigmoid(float64(x))) })
	s.Softplus = each(func(x T) T { return T(softplus(float64(x))) })
	s.ELU = each(func(x T) T { return T(elu(float64(x))) })
	s.SiLU = each(func(x T) T { return T(silu(float64(x))) })
	s.ReLU = each(func(x T) T { return max(x, 0) })
}

func (s *Set[T]) useReferenceArithmetic() {
	add := func(a, b T) T { return a + b }
	sub := func(a, b T) T { return a - b }
	mul := func(a, b T) T { return a * b }
	div := func(a, b T) T { return a / b }
	larger := func(a, b T) T { return max(a, b) }
	smaller := func(a, b T) T { return min(a, b) }
	greater := func(a, b T) T { return indicator[T](a > b) }

	s.Add, s.Sub, s.Mul, s.Div = pairs(add), pairs(sub), pairs(mul), pairs(div)
	s.Max, s.Min, s.Greater = pairs(larger), pairs(smaller), pairs(greater)

	s.AddScalar, s.MulScalar, s.DivScalar = withScalar(add), withScalar(mul), withScalar(div)
	s.MaxScalar, s.MinScalar = withScalar(larger), withScalar(smaller)
	s.GreaterScalar = withScalar(greater)
	s.SubFromScalar = withScalar(func(a, b T) T { return b - a })
	s.DivIntoScalar = withScalar(func(a, b T) T { return b / a })
	s.LessScalar = withScalar(func(a, b T) T { return indicator[T](a < b) })

	s.Where = where[T]
	s.FromBytes = fromBytes[T]
	s.MulAdd = func(dst, a, b []T) {
		for i := range dst {
			dst[i] += a[i] * b[i]
		}
	}
	s.AddScaled = func(dst, a []T, scale T) {
		for i := range dst {
			dst[i] += scale * a[i]
		}
	}
}

func (s *Set[T]) useReferenceGradients() {
	s.TanhGradient = pairs(func(y, g T) T { return g * (1 - y*y) })
	s.SigmoidGradient = pairs(func(y, g T) T { return g * (y * (1 - y)) })
	s.ELUGradient = pairs(func(y, g T) T { return g * (1 + min(y, 0)) })
	s.SoftplusGradient = pairs(func(x, g T) T { return g * T(sigmoid(float64(x))) })
	s.SiLUGradient = pairs(func(x, g T) T { return g * T(siluSlope(float64(x))) })
}

// Each lifts a function of one number to slices: a kernel of any Set for a function that has none.
func Each[T Float](f func(x float64) float64) func(dst, x []T) {
	return each(func(x T) T { return T(f(float64(x))) })
}

// each lifts a function of one element to slices.
func each[T Float](f func(x T) T) func(dst, x []T) {
	return func(dst, x []T) {
		for i := range dst {
			dst[i] = f(x[i])
		}
	}
}

// pairs lifts a function of two elements to slices.
func pairs[T Float](f func(a, b T) T) func(dst, a, b []T) {
	return func(dst, a, b []T) {
		for i := range dst {
			dst[i] = f(a[i], b[i])
		}
	}
}

// withScalar lifts a function of two elements to a slice and a number.
func withScalar[T Float](f func(a, b T) T) func(dst, a []T, b T) {
	return func(dst, a []T, b T) {
		for i := range dst {
			dst[i] = f(a[i], b)
		}
	}
}

func where[T Float](dst, mask, a, b []T) {
	for i, m := range mask {
		if m != 0 {
			dst[i] = a[i]
		} else {
			dst[i] = b[i]
		}
	}
}

func fromBytes[T Float](dst []T, x []uint8) {
	for i, v := range x {
		dst[i] = T(v)
	}
}

// sign is -1, 0 or 1, or NaN for NaN.
func sign[T Float](x T) T {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

func indicator[T Float](condition bool) T {
	if condition {
		return 1
	}
	return 0
}

// sigmoid is 1 / (1 + exp(-x)), arranged so that both tails keep their relative accuracy.
func sigmoid(x float64) float64 {
	e := math.Exp(-math.Abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// softplus is log(1 + exp(x)), arranged so that it neither overflows nor loses its left tail.
func softplus(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}

func elu(x float64) float64 {
	if x > 0 {
		return x
	}
	return math.Expm1(x)
}

// silu is x · sigmoid(x), and its limit 0 at -Inf.
func silu(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return x * sigmoid(x)
}

// siluSlope is the derivative of silu.
func siluSlope(x float64) float64 { return sigmoid(x) * (1 + x*sigmoid(-x)) }

func adam[T Float](parameter, first, second, gradient []T, step AdamStep[T]) {
	for i := range parameter {
		g := step.Scale * gradient[i]
		first[i] = step.Beta1*first[i] + (1-step.Beta1)*g
		second[i] = step.Beta2*second[i] + (1-step.Beta2)*g*g
		deviation := T(math.Sqrt(float64(second[i] / step.Correction2)))
		parameter[i] -= step.Rate * (first[i] / step.Correction1) / (deviation + step.Epsilon)
	}
}
