//go:build cgo

package arm

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/mujoco"
)

// tabletop is the seven-joint arm in a simulation, with room for its controls.
type tabletop struct {
	*sawyerHand
	controls [driven]float64
}

// newTabletop is the arm with the red and the blue block, or with others.
func newTabletop(t testing.TB, blocks ...block) *tabletop {
	t.Helper()
	if blocks == nil {
		blocks = []block{red, blue}
	}
	model, err := mujoco.Compile(sawyerModel(blocks), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(model.Close)
	data, err := mujoco.NewData(model)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(data.Close)
	return &tabletop{sawyerHand: newSawyerHand(data, blocks)}
}

// newRandom makes a source of numbers from a seed.
func newRandom(seed int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 0)) }

// begin draws a beginning.
func begin(t *testing.T, s *tabletop, seed int) {
	t.Helper()
	if err := s.begin(newRandom(seed)); err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
}

// act acts for some control steps.
func act(t *testing.T, s *tabletop, steps int, action ...float64) {
	t.Helper()
	for range steps {
		s.motion.control(action, s.controls[:])
		if err := s.data.Step(s.controls[:], 10); err != nil {
			t.Fatal(err)
		}
	}
}

// bend puts the arm in a posture.
func bend(t *testing.T, s *tabletop, q posture) {
	t.Helper()
	copy(s.data.QPos, q[:])
	if err := s.data.Forward(); err != nil {
		t.Fatal(err)
	}
}

// closeTo compares numbers one by one.
func checkNumbers(t *testing.T, what string, got, want []float64, tolerance float64) {
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
	first, last := identity(s.data.Model(), mujoco.Body, "base"), identity(s.data.Model(), mujoco.Body, "hand")
	for _, mass := range s.data.Model().BodyMass[first : last+1] {
		total += mass
	}
	checkNumbers(t, "mass", []float64{total}, []float64{21.033089}, 1e-6)
	wrist := identity(s.data.Model(), mujoco.Site, "wrist")
	for _, c := range []struct {
		at   posture
		want vector
	}{
		{bentPosture, vector{.444195, .150300, .224169}},
		{risingPosture, vector{.611382, .509490, -.209656}},
	} {
		bend(t, s, c.at)
		got := vector(s.data.SiteXPos[3*wrist:]).minus(vector(s.data.Model().BodyPos[3*first:]))
		checkNumbers(t, "wrist", got[:], c.want[:], 1e-6)
	}
}

// TestWeight compares the torques that carry the arm without a gripper with those of the real arm's
// description.
func TestWeight(t *testing.T) {
	s := newTabletop(t)
	bend(t, s, bentPosture)
	_, last := identity(s.data.Model(), mujoco.Body, "base"), identity(s.data.Model(), mujoco.Body, "hand")
	var torques posture
	for i, name := range armJoints {
		joint := identity(s.data.Model(), mujoco.Joint, name)
		link := int(s.data.Model().JntBody[joint])
		axis := vector{s.data.XMat[9*link+2], s.data.XMat[9*link+5], s.data.XMat[9*link+8]}
		for body := link; body <= last; body++ {
			arm := vector(s.data.XIPos[3*body:]).minus(vector(s.data.XAnchor[3*joint:]))
			if body == identity(s.data.Model(), mujoco.Body, "head") && link > 2 {
				continue // it is on the first link only
			}
			torques[i] += axis.dot(arm.cross(vector{0, 0, 9.81 * s.data.Model().BodyMass[body]}))
		}
	}
	checkNumbers(t, "torques", torques[:], []float64{0, -17.395, -2.330, -6.584, 1.476, .065, 0}, 1e-3)
}

// TestArmKeepsStill demands that the arm carries its weight, wherever it is, and that the controller moves
// nothing but elbow and shoulder where it is told to keep the tool still.
func TestArmKeepsStill(t *testing.T) {
	s := newTabletop(t)
	for seed := range 5 {
		begin(t, s, seed)
		before, tool := slices.Clone(s.data.QPos[:driven]), vector(s.site)
		if err := s.data.Step(make([]float64, driven), 400); err != nil {
			t.Fatal(err)
		}
		checkNumbers(t, "angles", s.data.QPos[:driven], before, 1e-5)
		act(t, s, 40, 0, 0, 0, 0, 0)
		checkNumbers(t, "tool", s.site, tool[:], 5e-4)
	}
}

// TestGraspHolds closes the hand on a block, takes it up, holds it for five seconds and turns it. The pads
// sink less than a millimetre into the block, which slips less than half a millimetre.
func TestGraspHolds(t *testing.T) {
	s := newTabletop(t)
	begin(t, s, 1)
	x, action := Expert{hand: s.sawyerHand, block: 0, base: -1}, make([]float64, 5)
	for range 120 {
		x.Act(action)
		act(t, s, 1, action...)
	}
	if !s.grasps(0) || s.position(0)[2] < .1 {
		t.Fatalf("the hand does not hold the block, which is at %v", s.position(0))
	}
	before := vector(s.position(0)).minus(vector(s.site))
	act(t, s, 100, 0, 0, 0, 0, -1)
	slip := vector(s.position(0)).minus(vector(s.site)).minus(before)
	deepest := 0.0
	for i := range s.data.Contacts() {
		deepest = min(deepest, s.data.ContactDistance(i))
	}
	t.Logf("slip %.2g m, penetration %.2g m", length(slip[:]), -deepest)
	if length(slip[:]) > 5e-4 || deepest < -1e-3 {
		t.Errorf("the block slipped by %.2g m, the pads sink in by %.2g m", length(slip[:]), -deepest)
	}
	act(t, s, 20, 0, 1, 0, -1, -1)
	if !s.grasps(0) {
		t.Error("the block was lost in a turn")
	}
}

// TestGraspSensor demands that only a hand that presses on a block grasps it.
func TestGraspSensor(t *testing.T) {
	s := newTabletop(t)
	begin(t, s, 1)
	act(t, s, 20, 0, 0, 1, 0, -1)
	sensor, felt := s.proprioception()[4], []float64{1}
	if sensor.Write(felt); felt[0] != 0 {
		t.Error("an empty hand grasps something")
	}
	x, action := Expert{hand: s.sawyerHand, block: 1, base: -1}, make([]float64, 5)
	for x.stage < lift {
		x.Act(action)
		act(t, s, 1, action...)
	}
	if sensor.Write(felt); felt[0] != 1 || s.grasps(0) || !s.grasps(1) {
		t.Errorf("felt %v, grasps red %v, blue %v", felt, s.grasps(0), s.grasps(1))
	}
	act(t, s, 3, 0, 0, 0, 0, 1)
	if sensor.Write(felt); felt[0] != 0 {
		t.Error("an opening hand grasps something")
	}
}

// TestBeginnings demands of each beginning what begin says of it.
func TestBeginnings(t *testing.T) {
	s := newTabletop(t, red, blue, distractor, ball)
	for seed := range 50 {
		begin(t, s, seed)
		setpoint := s.motion.setpoint()
		checkNumbers(t, "down", setpoint.rotation[2][:], []float64{0, 0, -1}, 1e-3)
		if s.site[2] < .099 || s.site[2] > .201 || math.Abs(yaw(setpoint)) > startYaw+1e-3 {
			t.Errorf("seed %d: the tool is at %v, turned by %v", seed, s.site, yaw(setpoint))
		}
		for i, b := range s.blocks {
			if math.Abs(b.centre[0]) > .101 || math.Abs(b.centre[1]) > .121 || math.Abs(b.centre[2]-b.half) > 1e-3 || !s.isolated(i) {
				t.Errorf("seed %d: %s is at %v", seed, b.name, b.centre)
			}
		}
	}
}

// TestSawyerTask demands 17 numbers of what the arm feels, 16 for each block, five actions and 200 steps.
func TestSawyerTask(t *testing.T) {
	e := open(t, "lift_distractor", 1)
	sizes := map[string]int{}
	for _, spec := range e.Observations() {
		name := "proprioception"
		if block, _, _ := strings.Cut(spec.Name, "_"); slices.Contains([]string{"red", "blue", "yellow"}, block) {
			name = block
		}
		sizes[name] += spec.Size()
	}
	if want := map[string]int{"proprioception": 17, "red": 16, "blue": 16, "yellow": 16}; !maps.Equal(sizes, want) {
		t.Errorf("sizes %v, want %v", sizes, want)
	}
	if _, err := e.Reset(); err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 200; i++ {
		if got := step(t, e, 0, 0, 0, 0, 0); (got.Type == env.Last) != (i == 200) {
			t.Fatalf("step %d is %v", i, got.Type)
		}
	}
}

// TestCamerasTellBlocksApart counts red and blue in the pictures of both cameras.
func TestCamerasTellBlocksApart(t *testing.T) {
	e, picture := open(t, "stack", 1), make([]uint8, 3*64*64)
	for range 5 {
		if _, err := e.Reset(); err != nil {
			t.Fatal(err)
		}
		for camera, name := range e.Cameras() {
			if err := e.View(camera, 64, 64, picture); err != nil {
				t.Fatal(err)
			}
			reds, blues := 0, 0
			for i := 0; i < len(picture); i += 3 {
				r, g, b := int(picture[i]), int(picture[i+1]), int(picture[i+2])
				reds += int(indicator(r > 2*g && r > 2*b && r > 60))
				blues += int(indicator(b > 2*r && 2*b > 3*g && b > 60))
			}
			if reds < 15 || blues < 15 {
				t.Errorf("%s shows %d red and %d blue pixels", name, reds, blues)
			}
		}
	}
}

// TestSourceTasks demands the five tasks to learn from first.
func TestSourceTasks(t *testing.T) {
	e, err := New("arm/multitask", 1, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	want := []string{"reach_blue", "move_blue", "lift_blue", "stack_blue", "reach"}
	if got := e.(env.MultiTask).Tasks(); !slices.Equal(got, want) {
		t.Errorf("tasks %v, want %v", got, want)
	}
}
