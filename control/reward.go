package control

import (
	"fmt"
	"math"
)

// Sigmoid is the shape in which a Tolerance falls off outside its bounds.
type Sigmoid int

// The shapes S(d), where d is the distance from the bounds in margins and v = S(1).
const (
	Gaussian    Sigmoid = iota // exp(-(d s)^2 / 2),    s = sqrt(-2 ln v)
	Hyperbolic                 // 1 / cosh(d s),        s = arcosh(1/v)
	LongTail                   // 1 / ((d s)^2 + 1),    s = sqrt(1/v - 1)
	Reciprocal                 // 1 / (|d| s + 1),      s = 1/v - 1
	Cosine                     // (1 + cos(pi d s)) / 2 for d s < 1, else 0, s = arccos(2v - 1) / pi
	Linear                     // 1 - d s               for d s < 1, else 0, s = 1 - v
	Quadratic                  // 1 - (d s)^2           for d s < 1, else 0, s = sqrt(1 - v)
	TanhSquared                // 1 - tanh(d s)^2,      s = artanh(sqrt(1 - v))
)

// DefaultAtMargin is the value at the margin where a task names none.
const DefaultAtMargin = 0.1

// String names the shape.
func (s Sigmoid) String() string {
	names := [...]string{"gaussian", "hyperbolic", "long_tail", "reciprocal", "cosine", "linear", "quadratic", "tanh_squared"}
	if s < 0 || int(s) >= len(names) {
		return fmt.Sprintf("Sigmoid(%d)", int(s))
	}
	return names[s]
}

// scale returns s, the factor that makes S(1) = v.
func (s Sigmoid) scale(v float64) float64 {
	switch s {
	case Gaussian:
		return math.Sqrt(-2 * math.Log(v))
	case Hyperbolic:
		return math.Acosh(1 / v)
	case LongTail:
		return math.Sqrt(1/v - 1)
	case Reciprocal:
		return 1/v - 1
	case Cosine:
		return math.Acos(2*v-1) / math.Pi
	case Linear:
		return 1 - v
	case Quadratic:
		return math.Sqrt(1 - v)
	default:
		return math.Atanh(math.Sqrt(1 - v))
	}
}

// at returns the shape's value for x = d s >= 0.
func (s Sigmoid) at(x float64) float64 {
	switch s {
	case Gaussian:
		return math.Exp(-0.5 * x * x)
	case Hyperbolic:
		return 1 / math.Cosh(x)
	case LongTail:
		return 1 / (x*x + 1)
	case Reciprocal:
		return 1 / (x + 1)
	case TanhSquared:
		tanh := math.Tanh(x)
		return 1 - tanh*tanh
	}
	if x >= 1 {
		return 0
	}
	switch s {
	case Cosine:
		return (1 + math.Cos(math.Pi*x)) / 2
	case Linear:
		return 1 - x
	default:
		return 1 - x*x
	}
}

// Tolerance is a reward in [0, 1] for a number that should lie within bounds: 1 inside, falling off
// outside, and down to a given value at a distance of one margin.
type Tolerance struct {
	lower, upper, margin float64
	shape                Sigmoid
	scale                float64
}

// NewTolerance makes a Tolerance for the bounds [lower, upper], which may be infinite. With margin 0
// it is 0 outside the bounds, and shape and atMargin do not matter. Otherwise atMargin is in (0, 1),
// or in [0, 1) for the shapes that reach 0: Cosine, Linear and Quadratic.
func NewTolerance(lower, upper, margin float64, shape Sigmoid, atMargin float64) (Tolerance, error) {
	if !(lower <= upper) {
		return Tolerance{}, fmt.Errorf("control: tolerance: the lower bound %g is above the upper bound %g", lower, upper)
	}
	if !(margin >= 0) || math.IsInf(margin, 1) {
		return Tolerance{}, fmt.Errorf("control: tolerance: the margin is %g, must be finite and not negative", margin)
	}
	t := Tolerance{lower: lower, upper: upper, margin: margin, shape: shape}
	if margin == 0 {
		return t, nil
	}
	if shape < Gaussian || shape > TanhSquared {
		return Tolerance{}, fmt.Errorf("control: tolerance: there is no shape %v", shape)
	}
	reachesZero := shape == Cosine || shape == Linear || shape == Quadratic
	if !(atMargin < 1) || !(atMargin > 0 || atMargin == 0 && reachesZero) {
		return Tolerance{}, fmt.Errorf("control: tolerance: the value at the margin is %g, must be below 1 and above 0 (0 only for cosine, linear and quadratic; this is %v)", atMargin, shape)
	}
	t.scale = shape.scale(atMargin)
	return t, nil
}

// within is 1 inside the bounds and 0 outside.
func within(lower, upper float64) Tolerance {
	return sloping(lower, upper, 0, Gaussian, DefaultAtMargin)
}

// sloping is NewTolerance for the constants of a task.
func sloping(lower, upper, margin float64, shape Sigmoid, atMargin float64) Tolerance {
	t, err := NewTolerance(lower, upper, margin, shape, atMargin)
	if err != nil {
		panic(err) // a constant of ours is wrong
	}
	return t
}

// Of is the reward for x.
func (t *Tolerance) Of(x float64) float64 {
	distance := max(t.lower-x, x-t.upper)
	if distance <= 0 {
		return 1
	}
	if t.margin == 0 {
		return 0
	}
	return t.shape.at(distance / t.margin * t.scale)
}

// indicator is 1 if it holds and 0 if not.
func indicator(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

// smallControl is the reward for gentle controls: the mean over the controls of 1 - u^2, weighted
// so that full controls still keep four fifths.
func smallControl(controls []float64) float64 {
	sum := 0.0
	for _, u := range controls {
		sum += max(0, 1-u*u)
	}
	return (4 + sum/float64(len(controls))) / 5
}
