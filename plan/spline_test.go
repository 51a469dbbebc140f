package plan

import (
	"math"
	"testing"
)

func TestSplinesByHand(t *testing.T) {
	knots := []float32{0, 1, -1}
	for spline, want := range map[Spline][]float32{
		Zero:   {0, 0, 1, 1, -1},
		Linear: {0, 0.5, 1, 0, -1},
		Cubic:  {0, 0.6875, 1, 0.1875, -1}, // slopes 1, -1/2, -2; at the middle (p + q)/2 + (m - n)/8
	} {
		sequence := make([]float32, 5)
		newCurve(spline, 5, 3).draw(sequence, knots, 1)
		for i := range want {
			if math.Abs(float64(sequence[i]-want[i])) > 1e-6 {
				t.Errorf("%s is %v, want %v", spline, sequence, want)
				break
			}
		}
	}
}

// A knot is where it was set, and weights add up to 1, whatever the numbers of steps and knots.
func TestSplines(t *testing.T) {
	for _, spline := range []Spline{Zero, Linear, Cubic} {
		for horizon := 1; horizon <= 13; horizon++ {
			for knots := 1; knots <= horizon; knots++ {
				c := newCurve(spline, horizon, knots)
				for step, weights := range c.weights {
					sum := float32(0)
					for _, w := range weights {
						sum += w
					}
					if math.Abs(float64(sum-1)) > 1e-5 {
						t.Fatalf("%s with %d of %d: the weights of step %d are %v", spline, knots, horizon, step, weights)
					}
				}
				checkKnots(t, c)
			}
		}
	}
}

// checkKnots reads knots off a curve through them, those that stand at a step.
func checkKnots(t *testing.T, c curve) {
	t.Helper()
	knots, read, sequence := make([]float32, len(c.places)), make([]float32, len(c.places)), make([]float32, len(c.weights))
	for k := range knots {
		knots[k] = float32(k*k%7) / 7
	}
	c.draw(sequence, knots, 1)
	c.read(read, sequence, 1)
	for k, place := range c.places {
		if place == float32(int(place)) && math.Abs(float64(read[k]-knots[k])) > 1e-5 {
			t.Fatalf("knot %d of %v at %v is %v, was %v", k, c.places, place, read[k], knots[k])
		}
	}
}

func TestSplineNames(t *testing.T) {
	if Cubic.Validate() != nil || Spline("quintic").Validate() == nil {
		t.Error("a spline that there is is refused, or one that there is not passes")
	}
}
