//go:build cgo

package control

import (
	"math"
	"testing"
)

// TestManipulatorBeginnings counts where objects begin. Beginnings with contacts are rejected, so of
// those in the hand and at the target, where they are likely, there are fewer than a tenth.
func TestManipulatorBeginnings(t *testing.T) {
	for _, name := range []string{"manipulator-bring_ball", "manipulator-bring_peg", "manipulator-insert_ball", "manipulator-insert_peg"} {
		e := open(t, name, 1)
		grasp, d := physicsOf(e).sitePosition("grasp"), physicsOf(e).data
		inHand, atTarget, thrown := 0, 0, 0
		for range 500 {
			observation := reset(t, e).Observation
			object, target := observation[4].Float64, observation[6].Float64
			switch {
			case d.QVel[8] != 0:
				thrown++
			case math.Hypot(object[0]-target[0], object[1]-target[1]) < 1e-9:
				atTarget++
			case math.Hypot(object[0]-grasp[0], object[1]-grasp[2]) < 1e-9:
				inHand++
			}
			if d.Contacts() > 0 || d.QPos[4] != d.QPos[6] || math.Abs(d.QVel[8]) > 5 {
				t.Fatalf("%s: %d contacts, thumb and finger bent by %g and %g, speed %g", name, d.Contacts(), d.QPos[4], d.QPos[6], d.QVel[8])
			}
		}
		if inHand+atTarget+thrown != 500 || inHand < 10 || inHand > 80 || atTarget < 5 || atTarget > 80 {
			t.Errorf("%s: of 500 objects %d begin in the hand, %d at the target, %d thrown", name, inHand, atTarget, thrown)
		}
	}
}

// TestStackerTargets asks for targets at the heights of the boxes of a stack, and boxes beside the arm.
func TestStackerTargets(t *testing.T) {
	e := open(t, "stacker-stack_4", 1)
	heights := map[int]int{}
	for range 100 {
		observation := reset(t, e).Observation
		boxes, target := observation[4].Float64, observation[6].Float64
		level := math.Round((target[1]/.022 - 1) / 2)
		near(t, "height of the target", target[1:], []float64{.022 * (2*level + 1)})
		heights[int(level)]++
		for i := range 4 {
			if x, z := boxes[4*i], boxes[4*i+1]; x < .1 || x > .3 || z < 0 || z > .7 {
				t.Fatalf("box %d begins at (%g, %g)", i, x, z)
			}
		}
	}
	for level := range 4 {
		if heights[level] < 10 {
			t.Errorf("targets by level: %v, want all four", heights)
		}
	}
}
