package dist

import (
	"math"

	"github.com/reverie-rl/reverie/grad"
)

// inverseErf is the inverse of the error function, for x in (-1, 1). It takes two steps of Halley's
// method from the formula of Winitzki (2008), which is right to 2e-3; each step triples the digits.
func inverseErf(x *grad.Value) *grad.Value {
	const a = 0.147
	number := func(x float64) grad.Operand { return grad.Scalar(x) }
	log := x.Add(number(1)).Mul(x.Neg().Add(number(1))).Log() // log(1 - x²)
	middle := log.Mul(number(0.5)).Add(number(2 / (math.Pi * a)))
	ratio := log.Mul(number(-1 / a))
	y := ratio.Div(middle.Square().Add(ratio).Sqrt().Add(middle)).Sqrt().Mul(x.Sign())
	for range 2 {
		newton := y.Erf().Sub(x).Mul(inverseErfSlope(y))
		y = y.Sub(newton.Div(y.Mul(newton).Add(number(1))))
	}
	return y.WithGradient(func(y, g *grad.Value, _ []*grad.Value) []*grad.Value {
		return []*grad.Value{g.Mul(inverseErfSlope(y))}
	}, x)
}

// inverseErfSlope is the slope of inverseErf where its value is y.
func inverseErfSlope(y *grad.Value) *grad.Value {
	return y.Square().Exp().Mul(grad.Scalar(math.Sqrt(math.Pi) / 2))
}
