//go:build cgo

package realworld

import (
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/mujoco"
)

// stage is a task whose numbers a test writes.
type stage struct {
	*mujoco.Data
	constraints []Constraint
	c           float64
}

// newStage makes a task of package control at rest.
func newStage(t *testing.T, domain, task string, c float64, corrected bool) stage {
	t.Helper()
	e, err := control.New("control/"+domain+"-"+task, 1, control.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	clear(e.Data().QPos)
	clear(e.Data().QVel)
	return stage{e.Data(), Constraints(domain, task, corrected), c}
}

// holds evaluates a constraint.
func (s stage) holds(t *testing.T, name string, m moment) bool {
	t.Helper()
	place := slices.IndexFunc(s.constraints, func(c Constraint) bool { return c.Name == name })
	if place < 0 {
		t.Fatalf("there is no constraint %s", name)
	}
	one := s.constraints[place]
	return one.bind(s.Data, one.Limit, s.c)(m)
}

// edge demands that a constraint holds while a number is just inside a bound and not beyond.
func (s stage) edge(t *testing.T, name string, x *float64, inside, outside float64) {
	t.Helper()
	before := *x
	*x = inside
	if !s.holds(t, name, moment{}) {
		t.Errorf("%s does not hold at %g", name, inside)
	}
	*x = outside
	if s.holds(t, name, moment{}) {
		t.Errorf("%s holds at %g", name, outside)
	}
	*x = before
}

// around demands that a constraint holds for |x| below limit only.
func (s stage) around(t *testing.T, name string, x *float64, limit float64) {
	t.Helper()
	s.edge(t, name, x, limit*(1-1e-12), limit*(1+1e-12))
	s.edge(t, name, x, -limit*(1-1e-12), -limit*(1+1e-12))
}

// order demands the names of a task's constraints.
func (s stage) order(t *testing.T, names ...string) {
	t.Helper()
	var got []string
	for _, c := range s.constraints {
		got = append(got, c.Name)
	}
	if want := append(names, ActionRate); !slices.Equal(got, want) {
		t.Errorf("the constraints are %q, want %q", got, want)
	}
}

// rate demands the limit of the constraint on actions.
func (s stage) rate(t *testing.T, limit float64) {
	t.Helper()
	for change, want := range map[float64]bool{limit * s.c * (1 - 1e-12): true, limit * s.c * (1 + 1e-12): false} {
		if got := s.holds(t, ActionRate, moment{[]float64{0, change}, []float64{0, 0}}); got != want {
			t.Errorf("an action that changes by %g keeps the constraint: %v", change, got)
		}
	}
}

func TestConstraintsOfTheCartpole(t *testing.T) {
	for _, c := range []float64{1, .5} {
		for task, limits := range map[string][2]float64{"swingup": {2, 130}, "balance": {1.5, 10}} {
			s := newStage(t, "cartpole", task, c, false)
			s.order(t, "slider_pos", "slider_accel", "balance_velocity")
			s.around(t, "slider_pos", &s.QPos[0], limits[0]*c)
			s.around(t, "slider_accel", &s.QAcc[0], limits[1]*c)
			s.rate(t, 1.5)
			up := matrix(s.Data, "pole_1")
			up[8] = math.Cos((1-c)/.5+.15) + 1e-12 // upright: the velocity counts
			s.edge(t, "balance_velocity", &s.QVel[1], .5*c, .5*c*(1+1e-12))
			s.QVel[1] = -1 // fast: the angle counts
			s.edge(t, "balance_velocity", &up[8], up[8]-2e-12, up[8])
		}
	}
}

func TestConstraintsOfTheWalker(t *testing.T) {
	for _, c := range []float64{1, .3} {
		s := newStage(t, "walker", "walk", c, true)
		s.order(t, "joint_angle", "joint_velocity", "dangerous_fall", "torso_upright")
		for i := 3; i < 9; i++ {
			s.around(t, "joint_velocity", &s.QVel[i], 65*c)
		}
		s.QVel[0] = 1000 // the root's velocities do not count
		if !s.holds(t, "joint_velocity", moment{}) {
			t.Error("the root's velocity counts")
		}
		torso := matrix(s.Data, "torso")
		s.edge(t, "dangerous_fall", &torso[6], .5*c-1e-12, .5*c+1e-12)
		s.edge(t, "torso_upright", &torso[8], 1-c+1e-12, 1-c-1e-12)
		s.rate(t, 1.55)
		degree := c * math.Pi / 180
		for joint, limits := range map[int][2]float64{3: {-30, 110}, 4: {-160, 15}, 5: {-75, 60}, 6: {-30, 110}, 7: {-160, 15}, 8: {-75, 60}} {
			s.edge(t, "joint_angle", &s.QPos[joint], limits[0]*degree+1e-12, limits[0]*degree-1e-12)
			s.edge(t, "joint_angle", &s.QPos[joint], limits[1]*degree-1e-12, limits[1]*degree+1e-12)
		}
	}
}

// As the original has it, one joint within a bound is enough.
func TestTheWalkersAnglesAreForgivenAsInTheSuite(t *testing.T) {
	s := newStage(t, "walker", "walk", 1, false)
	for i := 3; i < 9; i++ {
		if s.QPos[i] = 10; i < 8 && !s.holds(t, "joint_angle", moment{}) {
			t.Errorf("%d joints beyond their bounds count", i-2)
		}
	}
	if s.holds(t, "joint_angle", moment{}) {
		t.Error("all joints beyond their bounds do not count")
	}
}

func TestConstraintsOfTheHumanoid(t *testing.T) {
	for _, corrected := range []bool{false, true} {
		const c = .5
		s := newStage(t, "humanoid", "walk", c, corrected)
		s.order(t, "joint_angle", "joint_velocity", "upright", "dangerous_fall", "foot_force")
		s.around(t, "joint_angle", &s.QPos[7], math.Pi*c)
		s.around(t, "joint_angle", &s.QPos[27], math.Pi*c)
		s.around(t, "joint_velocity", &s.QVel[7], 90*c)
		s.around(t, "joint_velocity", &s.QVel[26], 90*c)
		s.QVel[6] = 1000 // the first hinge, which the original leaves out
		if s.holds(t, "joint_velocity", moment{}) == corrected {
			t.Errorf("corrected %v: the first hinge counts: %v", corrected, !corrected)
		}
		up := matrix(s.Data, "torso")
		s.edge(t, "upright", &up[8], 1-c+1e-12, 1-c-1e-12)
		clear(s.SensorData)
		for name, limit := range map[string]float64{"head_touch": 100, "torso_touch": 100} {
			s.edge(t, "dangerous_fall", &sensor(s.Data, name)[0], limit*c-1e-9, limit*c+1e-9)
		}
		for _, foot := range []string{"right_right_foot_touch", "left_right_foot_touch", "right_left_foot_touch", "left_left_foot_touch"} {
			s.edge(t, "foot_force", &sensor(s.Data, foot)[0], 8000*c-1e-6, 8000*c+1e-6)
		}
		s.rate(t, 1.85)
	}
}

func TestConstraintsOfTheQuadruped(t *testing.T) {
	const c = .5
	for task, limits := range map[string][2]float64{"walk": {20, 20000}, "run": {.4, 300000}} {
		s := newStage(t, "quadruped", task, c, false)
		s.order(t, "joint_angle", "joint_velocity", "upright", "foot_force")
		for i := range 16 {
			s.around(t, "joint_angle", &s.QPos[7+i], math.Pi/3*c)
			s.around(t, "joint_velocity", &s.QVel[6+i], limits[0]*c)
		}
		up := matrix(s.Data, "torso")
		s.edge(t, "upright", &up[8], 1-.7*c+1e-12, 1-.7*c-1e-12)
		clear(s.SensorData)
		toe := sensor(s.Data, "force_toe_back_left")
		toe[1] = .6 * limits[1] * c
		s.edge(t, "foot_force", &toe[2], .8*limits[1]*c*(1-1e-9), .8*limits[1]*c*(1+1e-9))
		s.rate(t, 1.4)
	}
}

func TestConstraintsOfTheManipulator(t *testing.T) {
	const c = .5
	s := newStage(t, "manipulator", "bring_ball", c, false)
	s.order(t, "joint_angle", "joint_velocity", "joint_accel", "grasp_force")
	for place, limit := range map[int]float64{1: 160, 2: 140} { // arm_shoulder, arm_elbow
		s.around(t, "joint_angle", &s.QPos[place], limit*c*math.Pi/180)
		s.around(t, "joint_velocity", &s.QVel[place], 10*c)
		s.around(t, "joint_accel", &s.QAcc[place], 3600*c)
	}
	clear(s.SensorData)
	s.edge(t, "grasp_force", &s.SensorData[3], math.Expm1(5*c)-1e-9, math.Expm1(5*c)+1e-9)
	s.rate(t, 1.5)
}

// The constraints are told at FIRST, chosen by name, replaced in their limits, and observed.
func TestWatchedConstraintsOfATask(t *testing.T) {
	task, err := Find(`realworld/cartpole-swingup?safety.enabled=true&safety.constraints=["action_roc","slider_pos"]&safety.limits.action_roc=0.5&safety.coefficient=0.5`, catalogue())
	if err != nil {
		t.Fatal(err)
	}
	e := made(t, task, 1)
	if got := env.Constraints(e); !slices.Equal(got, []string{ActionRate, "slider_pos"}) {
		t.Errorf("the constraints are %q", got)
	}
	first, err := e.Reset()
	if err != nil || !slices.Equal(first.Satisfied, []bool{true, true}) || !slices.Equal(first.Observation[2].Float64, []float64{1, 1}) {
		t.Errorf("FIRST has %v, %v (%v)", first.Satisfied, first.Observation, err)
	}
	for i, test := range []struct {
		action float64
		want   bool
	}{{.2, true}, {.5, false}, {.4, true}, {.6, true}, {.3, false}} {
		step, err := e.Step([]float64{test.action})
		if err != nil || step.Satisfied[0] != test.want || !step.Satisfied[1] {
			t.Errorf("step %d: %v, want %v (%v)", i+1, step.Satisfied, test.want, err)
		}
	}
}
