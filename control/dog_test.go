//go:build cgo

package control

import (
	"math"
	"slices"
	"testing"
)

// TestDogBeginnings asks for a dog at its compiled height that faces any way, and for a ball that
// comes flying from around it.
func TestDogBeginnings(t *testing.T) {
	e := open(t, "dog-fetch", 1)
	d, height := physicsOf(e).data, physicsOf(e).model.QPos0[2]
	left, right, up := 0., 0., 0.
	for range 100 {
		reset(t, e)
		forward := physicsOf(e).bodyMatrix("torso")[xx]
		left, right = min(left, forward), max(right, forward)
		if d.QPos[2] != height || slices.Min(d.Act) < -1 || slices.Max(d.Act) > 1 || slices.Max(d.Act) < .5 {
			t.Fatalf("the dog begins at height %g with muscles from %g to %g", d.QPos[2], slices.Min(d.Act), slices.Max(d.Act))
		}
		ball, velocity := d.QPos[80:83], d.QVel[79:82]
		near(t, "distance and height of the ball", []float64{math.Hypot(ball[0], ball[1]), ball[2]}, []float64{7.5, .05})
		up = max(up, velocity[2])
		if towards := ball[0]*velocity[0] + ball[1]*velocity[1]; towards > .1*7.5*5 || velocity[2] < 0 {
			t.Fatalf("the ball at %g flies off with %g", ball, velocity)
		}
	}
	if left > -.9 || right < .9 || up < 7 || up > math.Sqrt(2*9.81*3) {
		t.Errorf("the dog faces %g to %g, the ball rises with up to %g m/s", left, right, up)
	}
}

// TestDogStandsStill rewards the compiled pose, but for the weight, which it does not carry yet.
func TestDogStandsStill(t *testing.T) {
	e := open(t, "dog-stand", 1)
	m := physicsOf(e).model
	first, err := e.SetState(m.QPos0, make([]float64, m.NV))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "reward", []float64{first.Reward}, []float64{.9})
}
