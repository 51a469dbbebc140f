package control

import (
	"math"
	"testing"
)

// shapes lists every sigmoid with its value half a margin outside the bounds, worked out by hand
// for the value 1/4 at the margin.
var shapes = map[Sigmoid]float64{
	Gaussian:    math.Pow(.25, .25),                                       // exp(-(s/2)^2/2) = v^(1/4)
	Hyperbolic:  1 / math.Sqrt(2.5),                                       // cosh(x/2) = sqrt((cosh x + 1)/2)
	LongTail:    1 / 1.75,                                                 // s^2 = 3
	Reciprocal:  1 / 2.5,                                                  // s = 3
	Cosine:      .75,                                                      // s = 2/3: (1 + cos 60 degrees)/2
	Linear:      1 - .375,                                                 // s = 3/4
	Quadratic:   1 - .1875,                                                // s^2 = 3/4
	TanhSquared: 1 - math.Pow(math.Tanh(math.Atanh(math.Sqrt(.75))/2), 2), // = 1 - 1/3
}

func newTolerance(t *testing.T, lower, upper, margin float64, shape Sigmoid, atMargin float64) Tolerance {
	t.Helper()
	tolerance, err := NewTolerance(lower, upper, margin, shape, atMargin)
	if err != nil {
		t.Fatal(err)
	}
	return tolerance
}

func TestToleranceShapes(t *testing.T) {
	for shape, half := range shapes {
		tolerance := newTolerance(t, -1, 3, 2, shape, .25)
		for x, want := range map[float64]float64{
			-1: 1, 0: 1, 3: 1, // inside, bounds included
			4: half, -2: half, // half a margin outside on either side
			5: .25, -3: .25, // S(1) = v
		} {
			if got := tolerance.Of(x); math.Abs(got-want) > 1e-12 {
				t.Errorf("%v: T(%g) = %.15g, want %.15g", shape, x, got, want)
			}
		}
		if nearly := tolerance.Of(3 + 1e-9); nearly >= 1+1e-15 || nearly < 1-1e-6 {
			t.Errorf("%v: T just outside is %g, want nearly 1", shape, nearly)
		}
		if far := tolerance.Of(1e6); far < 0 || far > 1e-4 {
			t.Errorf("%v: T far outside is %g, want nearly 0", shape, far)
		}
	}
}

func TestToleranceFallsWithDistance(t *testing.T) {
	for shape := range shapes {
		tolerance := newTolerance(t, 0, 0, 1, shape, .1)
		for x := 0.0; x < 3; x += .01 {
			if here, further := tolerance.Of(x), tolerance.Of(x+.01); further > here || here < 0 || here > 1 {
				t.Errorf("%v: T(%g) = %g, T(%g) = %g", shape, x, here, x+.01, further)
			}
			if tolerance.Of(x) != tolerance.Of(-x) {
				t.Errorf("%v is not symmetric at %g", shape, x)
			}
		}
	}
}

func TestToleranceLimits(t *testing.T) {
	step := newTolerance(t, -1, 1, 0, Gaussian, 0) // without a margin, the rest does not matter
	for x, want := range map[float64]float64{-1: 1, 1: 1, 1.0000001: 0, -2: 0} {
		if got := step.Of(x); got != want {
			t.Errorf("without margin: T(%g) = %g, want %g", x, got, want)
		}
	}
	for _, shape := range []Sigmoid{Cosine, Linear, Quadratic} {
		zero := newTolerance(t, 0, math.Inf(1), 2, shape, 0)
		if got := [3]float64{zero.Of(-2), zero.Of(-5), zero.Of(1e300)}; got != [3]float64{0, 0, 1} {
			t.Errorf("%v with 0 at the margin: %g", shape, got)
		}
	}
}

func TestToleranceErrors(t *testing.T) {
	nan := math.NaN()
	for name, make := range map[string]func() (Tolerance, error){
		"bounds in the wrong order": func() (Tolerance, error) { return NewTolerance(1, 0, 1, Gaussian, .1) },
		"NaN bound":                 func() (Tolerance, error) { return NewTolerance(nan, 0, 1, Gaussian, .1) },
		"negative margin":           func() (Tolerance, error) { return NewTolerance(0, 1, -1, Gaussian, .1) },
		"infinite margin":           func() (Tolerance, error) { return NewTolerance(0, 1, math.Inf(1), Gaussian, .1) },
		"unknown shape":             func() (Tolerance, error) { return NewTolerance(0, 1, 1, TanhSquared+1, .1) },
		"negative shape":            func() (Tolerance, error) { return NewTolerance(0, 1, 1, -1, .1) },
		"gaussian reaching 0":       func() (Tolerance, error) { return NewTolerance(0, 1, 1, Gaussian, 0) },
		"linear below 0":            func() (Tolerance, error) { return NewTolerance(0, 1, 1, Linear, -.1) },
		"1 at the margin":           func() (Tolerance, error) { return NewTolerance(0, 1, 1, Linear, 1) },
		"NaN at the margin":         func() (Tolerance, error) { return NewTolerance(0, 1, 1, Quadratic, nan) },
	} {
		if _, err := make(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
