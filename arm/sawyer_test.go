//go:build cgo

package arm

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/mujoco"
)

// newTabletop is the arm with the red and the blue block, or others.
func newTabletop(t testing.TB, props ...prop) *sawyer {
	t.Helper()
	if props == nil {
		props = []prop{redBlock, blueBlock}
	}
	model, err := mujoco.Compile(sawyerModel(props), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(model.Close)
	data, err := mujoco.NewData(model)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(data.Close)
	return newSawyer(data, props)
}

// newRandom makes a source of numbers from a seed.
func newRandom(seed int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 0)) }

// begin draws a beginning.
func begin(t *testing.T, s *sawyer, seed int) {
	t.Helper()
	if err := s.begin(newRandom(seed)); err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
}

// step acts for some control steps.
func step(t *testing.T, s *sawyer, steps int, action ...float64) {
	t.Helper()
	for range steps {
		if err := s.step(action); err != nil {
			t.Fatal(err)
		}
	}
}

// bend puts the arm in a posture.
func bend(t *testing.T, s *sawyer, q posture) {
	t.Helper()
	copy(s.data.QPos, q[:])
	if err := s.data.Forward(); err != nil {
		t.Fatal(err)
	}
}

// closeTo compares numbers one by one.
func closeTo(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	for i := range want {
		if math.Abs(got[i]-want[i]) > tolerance {
			t.Errorf("%s: %.6f, want %.6f", what, got, want)
			return
		}
	}
}

// Two postures at which the real arm's description was evaluated.
var (
	bentPosture   = posture{0, -1.18, 0, 2.18, 0, .57, -1.57}
	risingPosture = posture{.3, .4, .5, .6, .7, .8, .9}
)

// TestMassAndWrist compares the chain with numbers from the description of the real arm: its mass without a
// gripper, and where its wrist is, from its base, at two postures.
func TestMassAndWrist(t *testing.T) {
	s := newTabletop(t)
	total := 0.0
	first, last := identity(s.model, mujoco.Body, "base"), identity(s.model, mujoco.Body, "hand")
	for _, mass := range s.model.BodyMass[first : last+1] {
		total += mass
	}
	closeTo(t, "mass", []float64{total}, []float64{21.033089}, 1e-6)
	wrist := identity(s.model, mujoco.Site, "wrist")
	for _, c := range []struct {
		at   posture
		want vector
	}{
		{bentPosture, vector{.444195, .150300, .224169}},
		{risingPosture, vector{.611382, .509490, -.209656}},
	} {
		bend(t, s, c.at)
		got := vector(s.data.SiteXPos[3*wrist:]).minus(vector(s.model.BodyPos[3*first:]))
		closeTo(t, "wrist", got[:], c.want[:], 1e-6)
	}
}

// TestWeight compares the torques that carry the arm without a gripper with those of the real arm's
// description.
func TestWeight(t *testing.T) {
	s := newTabletop(t)
	bend(t, s, bentPosture)
	_, last := identity(s.model, mujoco.Body, "base"), identity(s.model, mujoco.Body, "hand")
	var torques posture
	for i, name := range armJoints {
		joint := identity(s.model, mujoco.Joint, name)
		link := int(s.model.JntBody[joint])
		axis := vector{s.data.XMat[9*link+2], s.data.XMat[9*link+5], s.data.XMat[9*link+8]}
		for body := link; body <= last; body++ {
			arm := vector(s.data.XIPos[3*body:]).minus(vector(s.data.XAnchor[3*joint:]))
			if body == identity(s.model, mujoco.Body, "head") && link > 2 {
				continue // it is on the first link only
			}
			torques[i] += axis.dot(arm.cross(vector{0, 0, 9.81 * s.model.BodyMass[body]}))
		}
	}
	closeTo(t, "torques", torques[:], []float64{0, -17.395, -2.330, -6.584, 1.476, .065, 0}, 1e-3)
}

// TestArmKeepsStill demands that the arm carries its weight, wherever it is, and that the controller moves
// nothing but elbow and shoulder where it is told to keep the tool still.
func TestArmKeepsStill(t *testing.T) {
	s := newTabletop(t)
	for seed := range 5 {
		begin(t, s, seed)
		before, tool := slices.Clone(s.data.QPos[:driven]), vector(s.tool)
		if err := s.data.Step(make([]float64, driven), 40*substeps); err != nil {
			t.Fatal(err)
		}
		closeTo(t, "angles", s.data.QPos[:driven], before, 1e-5)
		step(t, s, 40, 0, 0, 0, 0, 0)
		closeTo(t, "tool", s.tool, tool[:], 5e-4)
	}
}

// TestGraspHolds closes the hand on a block, takes it up, holds it for five seconds and turns it. The pads
// sink less than a millimetre into the block, which slips less than half a millimetre.
func TestGraspHolds(t *testing.T) {
	s := newTabletop(t)
	begin(t, s, 1)
	e := expert{arm: s, block: 0, base: -1}
	action := make([]float64, 5)
	for range 120 {
		e.act(action)
		step(t, s, 1, action...)
	}
	block := vector(s.props[0].position)
	if s.held() != 0 || block[2] < .1 {
		t.Fatalf("the hand holds %d, the block is at %v", s.held(), block)
	}
	before := block.minus(vector(s.tool))
	step(t, s, 100, 0, 0, 0, 0, fingerSpeed)
	after := vector(s.props[0].position).minus(vector(s.tool))
	slip := after.minus(before)
	deepest := 0.0
	for i := range s.data.Contacts() {
		deepest = min(deepest, s.data.Contact(i).Distance)
	}
	t.Logf("slip %.2g m, penetration %.2g m", length(slip[:]), -deepest)
	if length(slip[:]) > 5e-4 || deepest < -1e-3 {
		t.Errorf("the block slipped by %.2g m, the pads sink in by %.2g m", length(slip[:]), -deepest)
	}
	step(t, s, 20, 0, .05, 0, -turnSpeed, fingerSpeed)
	if s.held() != 0 {
		t.Error("the block was lost in a turn")
	}
}

// TestHeld demands that only a hand that presses on a block holds something.
func TestHeld(t *testing.T) {
	s := newTabletop(t)
	begin(t, s, 1)
	step(t, s, 20, 0, 0, .07, 0, fingerSpeed)
	if s.held() != -1 {
		t.Error("an empty hand holds something")
	}
	e, action := expert{arm: s, block: 1, base: -1}, make([]float64, 5)
	for e.stage < lift {
		e.act(action)
		step(t, s, 1, action...)
	}
	proprioception := make([]float64, 17)
	s.proprioception(proprioception)
	if s.held() != 1 || proprioception[16] != 1 {
		t.Errorf("the hand holds %d, felt as %v, want 1", s.held(), proprioception[16])
	}
	step(t, s, 3, 0, 0, 0, 0, -fingerSpeed)
	if s.held() != -1 {
		t.Error("an opening hand holds something")
	}
}

// TestBeginnings demands of each beginning what begin says of it.
func TestBeginnings(t *testing.T) {
	s := newTabletop(t, redBlock, blueBlock, yellowCube, yellowBall)
	for seed := range 50 {
		begin(t, s, seed)
		setpoint := s.controller.setpoint()
		closeTo(t, "down", setpoint.rotation[2][:], []float64{0, 0, -1}, 1e-3)
		if s.tool[2] < .099 || s.tool[2] > .201 || math.Abs(yaw(setpoint)) > startYaw+1e-3 {
			t.Errorf("seed %d: the tool is at %v, turned by %v", seed, s.tool, yaw(setpoint))
		}
		for i, p := range s.props {
			if math.Abs(p.position[0]) > .101 || math.Abs(p.position[1]) > .121 || math.Abs(p.position[2]-p.size/2) > 1e-3 || !s.isolated(i) {
				t.Errorf("seed %d: %s is at %v", seed, p.name, p.position)
			}
		}
	}
}
