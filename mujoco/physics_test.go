//go:build cgo

package mujoco

import (
	"math"
	"slices"
	"testing"
)

// TestPhysics puts the physics of one simulation into another, which was elsewhere, and compares all
// that Step leaves evaluated, sensors of accelerations among it.
func TestPhysics(t *testing.T) {
	for _, integrator := range []string{"Euler", "RK4", "implicit"} {
		d := bouncingData(t, integrator)
		other := data(t, d.Model())
		steps(t, other, 5, 30, 3)
		physics := make([]float64, d.PhysicsSize())
		for round := range 60 {
			steps(t, d, round, 1, 2)
			d.Physics(physics)
			if err := other.SetPhysics(physics); err != nil {
				t.Fatal(err)
			}
			for name, pair := range map[string][2][]float64{
				"qpos": {d.QPos, other.QPos}, "qvel": {d.QVel, other.QVel}, "act": {d.Act, other.Act}, "ctrl": {d.Ctrl, other.Ctrl},
				"xpos": {d.XPos, other.XPos}, "xmat": {d.XMat, other.XMat}, "site_xpos": {d.SiteXPos, other.SiteXPos},
				"subtree_com": {d.SubtreeCOM, other.SubtreeCOM}, "sensordata": {d.SensorData, other.SensorData},
			} {
				if !slices.Equal(pair[0], pair[1]) {
					t.Fatalf("%s, round %d: %s is %v, want %v", integrator, round, name, pair[1], pair[0])
				}
			}
		}
	}
}

func TestBadPhysics(t *testing.T) {
	d := bouncingData(t, "Euler")
	before := d.Save(nil)
	if d.SetPhysics(make([]float64, d.PhysicsSize()+1)) == nil || !slices.Equal(d.Save(nil), before) {
		t.Error("physics of the wrong size were accepted")
	}
	physics := make([]float64, d.PhysicsSize())
	d.Physics(physics)
	physics[0] = math.NaN()
	if d.SetPhysics(physics) == nil {
		t.Error("a position that is no number was accepted")
	}
}
