//go:build cgo

package realworld

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/envtest"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/internal/simulation"
	"github.com/reverie-rl/reverie/mujoco"
)

// with is the model of a task where a parameter has a value.
func with(t *testing.T, task string, p Parameter, value float64, corrected bool) *mujoco.Model {
	t.Helper()
	e, err := control.NewVariant("control/"+task, 1, control.Config{}, control.Variant{
		Edit: func(mjcf string) (string, error) { return p.edit(mjcf, value, corrected) },
	})
	if err != nil {
		t.Fatalf("%s of %s at %g: %v", p.Name, task, value, err)
	}
	t.Cleanup(func() { e.Close() })
	return e.Data().Model()
}

// parameterOf is a parameter of a domain.
func parameterOf(t *testing.T, domain, name string) Parameter {
	t.Helper()
	for _, p := range Parameters(domain) {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("%s has no parameter %s", domain, name)
	return Parameter{}
}

// perturbable are a task for each domain.
var perturbable = map[string]string{
	"cartpole": "cartpole-swingup", "walker": "walker-walk", "quadruped": "quadruped-walk", "humanoid": "humanoid-walk", "manipulator": "manipulator-bring_ball",
}

// At its start a parameter leaves the model as it is, but for what the suite sets besides.
func TestParametersAtTheirStartLeaveTheModel(t *testing.T) {
	for domain, task := range perturbable {
		plain, err := control.New("control/"+task, 1, control.Config{})
		if err != nil {
			t.Fatal(err)
		}
		want := plain.Data().Model().ModelArrays
		for _, p := range Parameters(domain) {
			got := with(t, task, p, p.Start, true).ModelArrays
			if p.Name == "contact_friction" {
				got.GeomFriction = want.GeomFriction // the floor's, elsewhere 1
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %s at its start is another model", domain, p.Name)
			}
		}
		if err := plain.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestParametersCompileAtTheirBounds(t *testing.T) {
	for domain, task := range perturbable {
		for _, p := range Parameters(domain) {
			with(t, task, p, p.Minimum, false)
			with(t, task, p, p.Maximum, false)
		}
	}
}

func TestWhatParametersChange(t *testing.T) {
	row := func(m *mujoco.Model, array []float64, width int, kind mujoco.Object, name string) []float64 {
		return simulation.Row(m, array, width, kind, name)
	}
	value := func(domain, name string, x float64, corrected bool) *mujoco.Model {
		return with(t, perturbable[domain], parameterOf(t, domain, name), x, corrected)
	}
	check := func(what string, got []float64, want ...float64) {
		t.Helper()
		if len(got) != len(want) || !slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	m := value("cartpole", "pole_length", 2, false)
	check("the pole", row(m, m.GeomSize, 3, mujoco.Geom, "pole_1")[:2], .045, 1)
	check("the pole's mass", row(m, m.BodyMass, 1, mujoco.Body, "pole_1"), .2)
	m = value("cartpole", "pole_mass", 3, false)
	check("the pole's mass", row(m, m.BodyMass, 1, mujoco.Body, "pole_1"), 3)
	check("the damping of the hinge", value("cartpole", "joint_damping", .1, false).DofDamping, 5e-4, .1)
	check("the damping of the slider", value("cartpole", "slider_damping", 1, false).DofDamping, 1, 2e-6)

	m = value("walker", "thigh_length", .5, false)
	check("the thigh", row(m, m.GeomPos, 3, mujoco.Geom, "left_thigh"), 0, 0, -.5)
	check("the thigh", row(m, m.GeomSize, 3, mujoco.Geom, "left_thigh")[:2], .05, .5)
	check("the leg", row(m, m.BodyPos, 3, mujoco.Body, "left_leg"), 0, 0, -1.25)
	check("the leg", row(m, m.BodyPos, 3, mujoco.Body, "right_leg"), 0, 0, -1.25)
	for corrected, side := range map[bool]float64{false: -.05, true: .05} {
		m = value("walker", "torso_length", .6, corrected)
		check("the torso", row(m, m.GeomSize, 3, mujoco.Geom, "torso")[:2], .07, .6)
		check("the right thigh", row(m, m.BodyPos, 3, mujoco.Body, "right_thigh"), 0, -.05, -.6)
		check("the left thigh", row(m, m.BodyPos, 3, mujoco.Body, "left_thigh"), 0, side, -.6)
	}
	check("the walker's damping", value("walker", "joint_damping", 2, false).DofDamping, 0, 0, 0, 2, 2, 2, 2, 2, 2)
	m = value("walker", "contact_friction", 1.5, false)
	check("the foot's friction", row(m, m.GeomFriction, 3, mujoco.Geom, "left_foot"), 1.5, .1, .1)
	check("the floor's friction", row(m, m.GeomFriction, 3, mujoco.Geom, "floor"), 1.5, .1, .1)

	m = value("quadruped", "shin_length", .5, false)
	check("the ankle", row(m, m.BodyPos, 3, mujoco.Body, "ankle_front_left"), .5, 0, -.5)
	check("the shin", row(m, m.GeomSize, 3, mujoco.Geom, "shin_back_right")[:2], .065, math.Sqrt2/4)
	m = value("quadruped", "torso_density", 2000, false)
	check("the torso's mass", row(m, m.BodyMass, 1, mujoco.Body, "torso"), 2000*4*math.Pi/3*.3*.27*.2)
	m = value("quadruped", "joint_damping", 50, false)
	check("the yaw's damping", m.DofDamping[6:8], 50, 50)
	m = value("quadruped", "contact_friction", .5, false)
	check("the toe's friction", row(m, m.GeomFriction, 3, mujoco.Geom, "toe_front_left")[:1], .5)
	check("the floor's friction", row(m, m.GeomFriction, 3, mujoco.Geom, "floor")[:1], .5)

	m = value("humanoid", "contact_friction", .3, false)
	check("the foot's friction", row(m, m.GeomFriction, 3, mujoco.Geom, "right_right_foot")[:1], .3)
	check("the floor's friction", row(m, m.GeomFriction, 3, mujoco.Geom, "floor")[:1], .3)
	m = value("humanoid", "joint_damping", 1, false)
	damping := func(joint string) float64 {
		return m.DofDamping[simulation.Row(m, m.JntDofAdr, 1, mujoco.Joint, joint)[0]]
	}
	check("the dampings of a knee and of a big joint", []float64{damping("right_knee"), damping("abdomen_y")}, 1, 5)
	m = value("humanoid", "head_size", .15, false)
	check("the head", row(m, m.GeomSize, 3, mujoco.Geom, "head")[:1], .15)

	m = value("manipulator", "lower_arm_length", .2, false)
	check("the hand", row(m, m.BodyPos, 3, mujoco.Body, "hand"), 0, 0, .2)
	check("the lower arm", row(m, m.GeomSize, 3, mujoco.Geom, "lower_arm")[:2], .014, .1)
	check("the arm's damping", value("manipulator", "root_damping", 5, false).DofDamping[:2], 5, 1.5)
	check("the arm's damping", value("manipulator", "shoulder_damping", 5, false).DofDamping[:2], 2, 5)
}

func TestAnyAttributeCanBePerturbed(t *testing.T) {
	m := with(t, "walker-walk", Parameter{Name: "joint/left_knee/damping"}, 3, false)
	if damping := m.DofDamping; damping[7] != 3 || damping[4] != .1 {
		t.Errorf("the dampings are %v", damping)
	}
	m = with(t, "cartpole-swingup", Parameter{Name: "geom/cart/mass"}, 4, false)
	if mass := simulation.Row(m, m.BodyMass, 1, mujoco.Body, "cart")[0]; mass != 4 {
		t.Errorf("the cart has %g kg", mass)
	}
	if _, err := setAttribute(`<geom name="a"/><geom name="b"/>`, "geom/c/mass", "1"); err == nil || err.Error() != `realworld: perturb.parameter "geom/c/mass": the model has no geom "c"; there are a, b` {
		t.Error(err)
	}
}

// lengthOf is the length of the pole in the present model.
func lengthOf(e env.Environment) float64 {
	m := wrap.Innermost(e).(simulated).Data().Model()
	return 2 * simulation.Row(m, m.GeomSize, 3, mujoco.Geom, "pole_1")[1]
}

func TestAPeriodKeepsTheModel(t *testing.T) {
	task, err := Find("realworld/cartpole-swingup?perturb.enabled=true&perturb.scheduler=uniform&perturb.period=3&dummies=1", catalogue())
	if err != nil {
		t.Fatal(err)
	}
	e := made(t, task, 1)
	var lengths []float64
	for range 9 {
		if _, err := e.Reset(); err != nil {
			t.Fatal(err)
		}
		lengths = append(lengths, lengthOf(e))
	}
	if lengths[0] == 1 || lengths[0] != lengths[2] || lengths[2] == lengths[3] || lengths[3] != lengths[5] || lengths[5] == lengths[6] || lengths[6] != lengths[8] {
		t.Errorf("the lengths are %v, want three, each three times", lengths)
	}
	if slices.Min(lengths) < .3 || slices.Max(lengths) > 3 {
		t.Errorf("the lengths are %v, beyond their bounds", lengths)
	}
}

func TestSeedsDecidePerturbations(t *testing.T) {
	task, err := Find("realworld/cartpole-swingup?preset=hard", catalogue())
	if err != nil {
		t.Fatal(err)
	}
	record := func(seed uint64) (steps []env.TimeStep) {
		e := made(t, task, seed)
		for range 3 {
			if _, err := e.Reset(); err != nil {
				t.Fatal(err)
			}
			steps = append(steps, play(t, e, 5)...)
		}
		return steps
	}
	a, b, c := record(1), record(1), record(2)
	if !reflect.DeepEqual(a, b) || reflect.DeepEqual(a, c) {
		t.Error("seeds do not decide")
	}
}

func TestConformanceOnTheSimulator(t *testing.T) {
	for _, name := range []string{
		"realworld/cartpole-swingup?preset=hard&safety.enabled=true",
		`realworld/cartpole-balance?safety.enabled=true&objectives.names=["safety","energy","slider_pos"]&objectives.coefficient=0.2&objectives.observed=true&perturb.enabled=true&perturb.period=2&perturb.scheduler=random_walk`,
	} {
		t.Run(name, func(t *testing.T) {
			task, err := Find(name, catalogue())
			if err != nil {
				t.Fatal(err)
			}
			envtest.Run(t, wrap.Task(task, func(inner env.Environment) (env.Environment, error) { return wrap.TimeLimit(inner, 50) }).New)
		})
	}
}

// A quadruped that moves begins upright, and turned about the vertical in any way.
func TestTheQuadrupedBeginsUpright(t *testing.T) {
	task, err := Find("realworld/quadruped-walk", catalogue())
	if err != nil {
		t.Fatal(err)
	}
	quarters := map[string]bool{}
	for seed := range uint64(20) {
		e := made(t, task, seed)
		if _, err := e.Reset(); err != nil {
			t.Fatal(err)
		}
		torso := matrix(wrap.Innermost(e).(simulated).Data(), "torso")
		if math.Abs(torso[8]-1) > 1e-9 {
			t.Errorf("seed %d: the torso leans, %v", seed, torso)
		}
		quarters[fmt.Sprint(torso[0] > 0, torso[3] > 0)] = true
	}
	if len(quarters) != 4 {
		t.Errorf("the torso faces %d quarters of all directions", len(quarters))
	}
}
