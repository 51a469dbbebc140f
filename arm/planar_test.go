//go:build cgo

package arm

import (
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/mujoco"
)

// open makes an environment of one task.
func open(t testing.TB, name string, seed uint64) *Environment {
	t.Helper()
	e, err := New("arm/"+name, seed, Config{Profile: mujoco.Fast})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e.(*Environment)
}

// sceneOf is the scene of an environment as its objective sees it.
func sceneOf(e *Environment) scene {
	s := e.scene
	if strings.HasSuffix(e.objectives[0].name, "_blue") {
		s.block, s.other = s.other, s.block
	}
	return s
}

// demonstrate plays an episode with the expert and returns the return and whether the task was done at its end.
func demonstrate(t testing.TB, e *Environment, stacks bool) (total float64, success bool) {
	t.Helper()
	step, err := e.Reset()
	if err != nil {
		t.Fatal(err)
	}
	for expert := (&planarExpert{scene: sceneOf(e), stacks: stacks}); step.Type != env.Last; {
		if step, err = e.Step(expert.act()); err != nil {
			t.Fatal(err)
		}
		total += step.Reward
	}
	return total, e.Success()
}

// starts is how many random beginnings the expert has: REVERIE_LONG=1 asks for the long test.
func starts() int {
	if os.Getenv("REVERIE_LONG") != "" {
		return 100
	}
	return 20
}

// TestPlanarExpert lets the expert lift and stack from random beginnings.
func TestPlanarExpert(t *testing.T) {
	for _, test := range []struct {
		task   string
		stacks bool
		least  float64 // mean return
	}{{"planar_lift", false, 155}, {"planar_stack", true, 118}, {"planar_lift_distractor", false, 150}, {"planar_stack_blue", true, 118}} {
		e := open(t, test.task, 1)
		solved, mean, least := 0, 0., math.Inf(1)
		for range starts() {
			total, success := demonstrate(t, e, test.stacks)
			solved += int(indicator(success))
			mean, least = mean+total/float64(starts()), min(least, total)
		}
		t.Logf("%s: %d of %d, mean return %.1f, least %.1f", test.task, solved, starts(), mean, least)
		if solved < 95*starts()/100 || mean < test.least {
			t.Errorf("%s: %d of %d solved, mean return %g, want 95 of 100 and %g", test.task, solved, starts(), mean, test.least)
		}
	}
}

// TestPlanarGripHolds lifts a block and asks how far it slips in the hand while it is held.
func TestPlanarGripHolds(t *testing.T) {
	e := open(t, "planar_lift", 1)
	step(t, e)
	expert := &planarExpert{scene: e.scene}
	offset := func() float64 { return e.scene.position(0)[2] - e.scene.tool()[2] }
	before := 0.
	for i := range 99 {
		if i == 40 {
			before = offset()
		}
		step(t, e, expert.act()...)
	}
	if slip := math.Abs(offset() - before); slip > .002 || !e.scene.grasps(0) || e.scene.grasps(1) {
		t.Errorf("the block slipped by %g m, red grasped %v, blue %v", slip, e.scene.grasps(0), e.scene.grasps(1))
	}
}

func TestPlanarFingersThatCloseOnNothingGraspNothing(t *testing.T) {
	e := open(t, "planar_lift", 1)
	step(t, e)
	for range 20 {
		step(t, e, 0, 1, -1)
	}
	if d := e.Data(); e.scene.grasps(0) || d.QPos[planarLeft] > .001 {
		t.Errorf("grasped %v with the left finger at %g", e.scene.grasps(0), d.QPos[planarLeft])
	}
}

// TestPlanarPosture is whether the angles for a place take the tool there.
func TestPlanarPosture(t *testing.T) {
	for x := planarWorkspace[0][0]; x <= planarWorkspace[0][1]; x += .05 {
		for z := planarWorkspace[1][0]; z <= planarWorkspace[1][1]; z += .04 {
			shoulder, elbow := planarPosture(x, z)
			gotX, gotZ := planarTool(shoulder, elbow)
			closely(t, "x", gotX, x)
			closely(t, "z", gotZ, z)
		}
	}
}

// TestPlanarJointSpeeds moves the joints for a short time and looks where the tool went.
func TestPlanarJointSpeeds(t *testing.T) {
	const short = 1e-4
	for _, at := range [][2]float64{{-.15, .05}, {0, .1}, {.15, .25}} {
		shoulder, elbow := planarPosture(at[0], at[1])
		dShoulder, dElbow := planarJointSpeeds(shoulder, elbow, .2, -.1)
		x, z := planarTool(shoulder+short*dShoulder, elbow+short*dElbow)
		if math.Hypot((x-at[0])/short-.2, (z-at[1])/short+.1) > .01 {
			t.Errorf("at %v the tool moves at (%g, %g) m/s, want (0.2, -0.1)", at, (x-at[0])/short, (z-at[1])/short)
		}
	}
}

// TestPlanarToolStaysInItsWorkspace plays at random, and demands a level hand as well.
func TestPlanarToolStaysInItsWorkspace(t *testing.T) {
	e := open(t, "planar_lift", 1)
	random, action := rand.New(rand.NewPCG(1, 2)), make([]float64, 3)
	for i := range 1000 {
		if i%10 == 0 { // far
			action = []float64{2*random.Float64() - 1, 2*random.Float64() - 1, 2*random.Float64() - 1}
		}
		step(t, e, action...)
		tool, q := e.scene.tool(), e.Data().QPos
		for axis, bounds := range map[int][2]float64{0: planarWorkspace[0], 2: planarWorkspace[1]} {
			if tool[axis] < bounds[0]-.01 || tool[axis] > bounds[1]+.01 {
				t.Fatalf("step %d: the tool is at %v", i, tool)
			}
		}
		if tilt := q[planarShoulder] + q[planarElbow] + q[planarWrist]; math.Abs(tilt) > .15 {
			t.Fatalf("step %d: the hand is tilted by %g rad", i, tilt)
		}
	}
}

// BenchmarkPlanarStep is one control step with random actions.
func BenchmarkPlanarStep(b *testing.B) {
	e := open(b, "planar_lift", 1)
	random := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		step(b, e, 2*random.Float64()-1, 2*random.Float64()-1, 2*random.Float64()-1)
	}
}
