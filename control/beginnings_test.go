//go:build cgo

package control

import (
	"math"
	"slices"
	"testing"
)

func TestSwimmerTargetIsOftenClose(t *testing.T) {
	e := open(t, "swimmer-swimmer6", 1)
	target, light := physicsOf(e).geomPosition("target"), physicsOf(e).model.LightPos
	close, furthest := 0, 0.0
	for range 500 {
		reset(t, e)
		reach := max(math.Abs(target[0]), math.Abs(target[1]))
		if furthest = max(furthest, reach); reach <= .3 {
			close++
		}
		near(t, "light", light[:2], target[:2])
	}
	if close < 75 || close > 145 || furthest > 2 || furthest < 1.8 { // a fifth, and the middle of the rest
		t.Errorf("%d of 500 targets are close, the furthest has a coordinate of %g m", close, furthest)
	}
}

func TestFingerTargetIsWhereTheTipPasses(t *testing.T) {
	for name, radius := range map[string]float64{"finger-turn_easy": .07, "finger-turn_hard": .03} {
		e := open(t, name, 1)
		target, tip, spinner := physicsOf(e).sensor("target"), physicsOf(e).sensor("tip"), physicsOf(e).sensor("spinner")
		leftmost, rightmost := 0.0, 0.0
		for range 200 {
			step := reset(t, e)
			near(t, "reach", []float64{distance(target, spinner)}, []float64{.13})
			near(t, "distance", step.Observation[4].Float64, []float64{distance(target, tip) - radius})
			leftmost, rightmost = min(leftmost, target[0]-spinner[0]), max(rightmost, target[0]-spinner[0])
		}
		if leftmost > -.12 || rightmost < .12 {
			t.Errorf("%s: targets from %g to %g m beside the spinner", name, leftmost, rightmost)
		}
	}
}

func TestFingerSpinnerTurnsEasily(t *testing.T) {
	e := open(t, "finger-spin", 1)
	damping := physicsOf(e).jointDamping("hinge")
	reset(t, e)
	drawn := damping[0]
	if _, err := e.SetState(physicsOf(e).model.QPos0, make([]float64, 3)); err != nil {
		t.Fatal(err)
	}
	near(t, "damping in an episode and as compiled", []float64{drawn, damping[0]}, []float64{.03, .5})
}

// TestNothingTouchesAtFirst checks the domains whose episodes begin without contacts.
func TestNothingTouchesAtFirst(t *testing.T) {
	for _, name := range []string{"ball_in_cup-catch", "finger-turn_easy", "humanoid-walk", "humanoid_CMU-walk"} {
		e := open(t, name, 1)
		for range 50 {
			if reset(t, e); physicsOf(e).data.Contacts() != 0 {
				t.Fatalf("%s: an episode begins with %d contacts", name, physicsOf(e).data.Contacts())
			}
		}
	}
}

// TestHumanoidsBeginAnyhow demands that orientations are drawn with positive elements only, as the
// suite does, and joints from their ranges.
func TestHumanoidsBeginAnyhow(t *testing.T) {
	for _, name := range []string{"humanoid-stand", "humanoid_CMU-stand"} {
		e := open(t, name, 1)
		m := physicsOf(e).model
		lowest, highest := drawStates(t, e, 100)
		near(t, "place", slices.Concat(lowest[:3], highest[:3]), slices.Concat(m.QPos0[:3], m.QPos0[:3]))
		for i := range m.NQ - 3 {
			low, high := 0.0, 1.0 // the quaternion
			if joint := i - 3; joint > 0 {
				low, high = m.JntRange[2*joint], m.JntRange[2*joint+1]
			}
			if lowest[3+i] < low || highest[3+i] > high || highest[3+i]-lowest[3+i] < .7*(high-low) {
				t.Errorf("%s: position %d is drawn from [%g, %g], want to fill [%g, %g]", name, 3+i, lowest[3+i], highest[3+i], low, high)
			}
		}
		near(t, "velocities", highest[m.NQ:], make([]float64, m.NV))
	}
}

func TestCheetahHasSettled(t *testing.T) {
	e := open(t, "cheetah-run", 1)
	moving := false
	for range 50 {
		reset(t, e)
		data := physicsOf(e).data
		if height := physicsOf(e).bodyPosition("torso")[2]; data.Time() != 0 || height < .1 || height > .8 || data.Contacts() == 0 {
			t.Errorf("at %g s the torso is at %g m, with %d contacts", data.Time(), height, data.Contacts())
		}
		moving = moving || slices.Max(data.QVel) > 1e-9
	}
	if !moving {
		t.Error("the velocities are 0, want those after the fall")
	}
}
