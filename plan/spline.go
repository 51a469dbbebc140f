package plan

import "fmt"

// Spline is how actions between knots follow from those at the knots.
type Spline string

// The splines.
const (
	Zero   Spline = "zero"   // the action of the knot before: steps
	Linear Spline = "linear" // straight lines
	Cubic  Spline = "cubic"  // cubic Hermite polynomials whose slope at a knot is that between its neighbours
)

// Validate returns an error that lists the splines there are.
func (s Spline) Validate() error {
	switch s {
	case Zero, Linear, Cubic:
		return nil
	}
	return fmt.Errorf("plan: no spline is called %q; there are %s, %s and %s", string(s), Zero, Linear, Cubic)
}

// curve is a spline at the steps of a horizon, which is linear in its knots. The first knot stands at
// the first step and the last at the last; those of Zero stand where their stretch of equal actions begins.
type curve struct {
	weights [][]float32 // [horizon, knots] of the knots in the action of a step
	places  []float32   // [knots] where the knots stand, in steps
}

func newCurve(spline Spline, horizon, knots int) curve {
	c := curve{weights: make([][]float32, horizon), places: make([]float32, knots)}
	for t := range horizon {
		c.weights[t] = make([]float32, knots)
		switch knot, along := locate(spline, t, horizon, knots); spline {
		case Cubic:
			hermite(c.weights[t], knot, along)
		default: // along is 0 for Zero
			c.weights[t][knot] += 1 - along
			c.weights[t][min(knot+1, knots-1)] += along
		}
	}
	for k := range c.places {
		if spline == Zero {
			c.places[k] = float32((k*horizon + knots - 1) / knots)
		} else if knots > 1 {
			c.places[k] = float32(k*(horizon-1)) / float32(knots-1)
		}
	}
	return c
}

// locate returns the knot before step t, and how far t is on the way from it to the next, in [0, 1).
func locate(spline Spline, t, horizon, knots int) (knot int, along float32) {
	if spline == Zero {
		return t * knots / horizon, 0
	}
	if horizon == 1 || knots == 1 {
		return 0, 0
	}
	place := t * (knots - 1)
	return place / (horizon - 1), float32(place%(horizon-1)) / float32(horizon-1)
}

// hermite adds the weights of the knots in a cubic Hermite polynomial from knot to the next one.
func hermite(weights []float32, knot int, s float32) {
	last := len(weights) - 1
	next := min(knot+1, last)
	weights[knot] += (1 + 2*s) * (1 - s) * (1 - s)
	weights[next] += s * s * (3 - 2*s)
	addSlope(weights, knot, s*(1-s)*(1-s))
	addSlope(weights, next, s*s*(s-1))
}

// addSlope adds factor times the slope at a knot: half the distance of its neighbours, or at an end the
// distance from its one neighbour.
func addSlope(weights []float32, knot int, factor float32) {
	before, after := max(knot-1, 0), min(knot+1, len(weights)-1)
	if after > before {
		weights[after] += factor / float32(after-before)
		weights[before] -= factor / float32(after-before)
	}
}

// draw writes the sequence [horizon, action] through knots [knots, action].
func (c curve) draw(sequence, knots []float32, action int) {
	clear(sequence)
	for t, weights := range c.weights {
		at := sequence[t*action : (t+1)*action]
		for k, weight := range weights {
			if weight == 0 {
				continue
			}
			for i := range at {
				at[i] += weight * knots[k*action+i]
			}
		}
	}
}

// read writes what sequence [horizon, action] is where the knots [knots, action] stand, along straight
// lines between steps.
func (c curve) read(knots, sequence []float32, action int) {
	last := len(c.weights) - 1
	for k, place := range c.places {
		step := min(int(place), last)
		along := place - float32(step)
		for i := range action {
			here, next := sequence[step*action+i], sequence[min(step+1, last)*action+i]
			knots[k*action+i] = here + along*(next-here)
		}
	}
}
