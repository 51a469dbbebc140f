//go:build cgo

package control

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/mujoco"
)

// The files in testdata were computed once with the MuJoCo version they name, from models that are
// not ours: what the suite's models compile to, and what they do under sinusoidal controls.

// tolerated is the relative error; of numbers below 0.001 it is the error in units of 0.001.
const tolerated = 1e-9

// readTestdata fills into from a JSON file.
func readTestdata(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// open makes the environment of a task and closes it when the test ends.
func open(t testing.TB, name string, seed uint64) *Environment {
	t.Helper()
	e, err := New("control/"+name, seed, Config{Profile: mujoco.Fast})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// physicsOf is the simulation of an environment.
func physicsOf(e *Environment) physics { return physics{e.Data().Model(), e.Data()} }

// taskOf is the task called name, without the suite.
func taskOf(t testing.TB, name string) task {
	t.Helper()
	for _, task := range tasks() {
		if task.name == name {
			return task
		}
	}
	t.Fatalf("no task is called %s", name)
	return task{}
}

// restoreAs is the present state with another random stream, unless source is nil, and another number of
// control steps taken.
func restoreAs(e *Environment, source *rand.PCG, count int) error {
	snapshot, err := e.Save()
	if err != nil {
		return err
	}
	stream := 2 + int(binary.LittleEndian.Uint16(snapshot)) // behind the task's name
	if source != nil {
		marshalled, err := source.MarshalBinary()
		if err != nil {
			return err
		}
		copy(snapshot[stream+2:], marshalled)
	}
	counted := stream + 2 + int(binary.LittleEndian.Uint16(snapshot[stream:])) + 1 // behind the stream and whether the episode is over
	binary.LittleEndian.PutUint64(snapshot[counted:], uint64(count))
	end := len(snapshot) - 4
	binary.LittleEndian.PutUint32(snapshot[end:], crc32.ChecksumIEEE(snapshot[:end]))
	return e.Restore(snapshot)
}

// near compares two arrays number by number.
func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	nearWithin(t, tolerated, what, got, want)
}

func nearWithin(t *testing.T, tolerance float64, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s has %d numbers, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tolerance*max(1e-3, math.Abs(want[i]))) {
			t.Errorf("%s[%d] = %.17g, want %.17g", what, i, got[i], want[i])
		}
	}
}

// snapshot is the state of a rollout after T control steps.
type snapshot struct {
	T, NCon                                 int
	QPos, QVel, Act, Ctrl, SensorData, XPos []float64
	Observation                             map[string][]float64
	Reward                                  map[string]float64
}

type rollout struct {
	MuJoCo    int
	Tolerance float64 // where it is not tolerated: the dog's inertias are only known to ten digits
	Snapshots []snapshot
}

// tolerances says how well each snapshot must fit: contacts magnify rounding errors.
func (r rollout) tolerances() []float64 {
	var tolerances []float64
	contacts := 0
	for _, snapshot := range r.Snapshots {
		contacts += snapshot.NCon
		tolerance := max(tolerated, r.Tolerance)
		if contacts > 0 && snapshot.T >= 10 {
			tolerance = 1e-6
		}
		tolerances = append(tolerances, tolerance)
	}
	return tolerances
}

// goldenTasks tells which rollout and which of its rewards belong to a task.
var goldenTasks = []struct{ task, model, reward string }{
	{"acrobot-swingup", "acrobot", "swingup"},
	{"acrobot-swingup_sparse", "acrobot", "swingup_sparse"},
	{"ball_in_cup-catch", "ball_in_cup", "catch"},
	{"cartpole-balance", "cartpole_1", "dense"},
	{"cartpole-balance_sparse", "cartpole_1", "sparse"},
	{"cartpole-swingup", "cartpole_1", "dense"},
	{"cartpole-swingup_sparse", "cartpole_1", "sparse"},
	{"cartpole-two_poles", "cartpole_2", "dense"},
	{"cartpole-three_poles", "cartpole_3", "dense"},
	{"cheetah-run", "cheetah", "run"},
	{"finger-spin", "finger", "spin"},
	{"finger-turn_easy", "finger", "turn"},
	{"finger-turn_hard", "finger", "turn"},
	{"dog-fetch", "dog_fetch", "fetch"},
	{"dog-run", "dog_stand", "run"},
	{"dog-stand", "dog_stand", "stand"},
	{"dog-trot", "dog_stand", "trot"},
	{"dog-walk", "dog_stand", "walk"},
	{"fish-swim", "fish", "swim"},
	{"fish-upright", "fish", "upright"},
	{"hopper-hop", "hopper", "hop"},
	{"hopper-stand", "hopper", "stand"},
	{"humanoid-run", "humanoid", "run"},
	{"humanoid-stand", "humanoid", "stand"},
	{"humanoid-walk", "humanoid", "walk"},
	{"humanoid_CMU-run", "humanoid_CMU", "run"},
	{"humanoid_CMU-stand", "humanoid_CMU", "stand"},
	{"humanoid_CMU-walk", "humanoid_CMU", "walk"},
	{"lqr-lqr_2_1", "lqr_2_1", "lqr"},
	{"lqr-lqr_6_2", "lqr_6_2", "lqr"},
	{"manipulator-bring_ball", "manipulator_bring_ball", "bring/insert"},
	{"manipulator-bring_peg", "manipulator_bring_peg", "bring/insert"},
	{"manipulator-insert_ball", "manipulator_insert_ball", "bring/insert"},
	{"manipulator-insert_peg", "manipulator_insert_peg", "bring/insert"},
	{"pendulum-swingup", "pendulum", "swingup"},
	{"point_mass-easy", "point_mass", "easy"},
	{"point_mass-hard", "point_mass", "easy"},
	{"quadruped-fetch", "quadruped_fetch", "fetch"},
	{"quadruped-run", "quadruped_walk", "run"},
	{"quadruped-walk", "quadruped_walk", "walk"},
	{"reacher-easy", "reacher", "easy(target .05)"},
	{"reacher-hard", "reacher", "hard(target .015)"},
	{"stacker-stack_2", "stacker_2", "stack"},
	{"stacker-stack_4", "stacker_4", "stack"},
	{"swimmer-swimmer6", "swimmer_6", "swim"},
	{"swimmer-swimmer15", "swimmer_15", "swim"},
	{"walker-run", "walker", "run"},
	{"walker-stand", "walker", "stand"},
	{"walker-walk", "walker", "walk"},
}

// movedCameras are the models in which the suite moves the cameras back after what was recorded.
var movedCameras = map[string]bool{"cartpole_2": true, "cartpole_3": true, "swimmer_15": true}

// TestRollouts plays each task from its compiled state and compares with the recorded states,
// observations and rewards. An episode with random draws before it must not leave a trace.
func TestRollouts(t *testing.T) {
	for _, golden := range goldenTasks {
		t.Run(golden.task, func(t *testing.T) {
			var want rollout
			readTestdata(t, golden.model+"_rollout.json", &want)
			if version := strings.ReplaceAll(mujoco.Version(), ".", ""); version != strconv.Itoa(want.MuJoCo) {
				t.Skipf("recorded with MuJoCo %d, this is %s, whose numbers may differ", want.MuJoCo, version)
			}
			e := openEndless(t, golden.task)
			if _, err := e.Reset(); err != nil {
				t.Fatal(err)
			}
			compareRollout(t, e, want, golden.reward)
		})
	}
}

// openEndless opens a task that does not terminate, because the recorded rollouts know no end.
func openEndless(t *testing.T, name string) *Environment {
	t.Helper()
	endless := taskOf(t, name)
	bind := endless.bind
	endless.bind = func(p physics) binding {
		b := bind(p)
		b.Terminated = nil
		return b
	}
	e, err := newEnvironment(endless, 1, Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func compareRollout(t *testing.T, e *Environment, want rollout, reward string) {
	step, err := e.SetState(want.Snapshots[0].QPos, want.Snapshots[0].QVel)
	count, tolerances := 0, want.tolerances()
	for i, snapshot := range want.Snapshots {
		for ; count < snapshot.T && err == nil; count++ {
			step, err = e.Step(goldenControl(e.Action(), count))
		}
		if err != nil {
			t.Fatal(err)
		}
		compareSnapshot(t, tolerances[i], e, step, snapshot, reward)
	}
}

// goldenControl is the sinusoid that the recorded rollouts were driven with.
func goldenControl(spec env.Spec, step int) []float64 {
	control := make([]float64, spec.Size())
	for i := range control {
		middle, half := (spec.Minimum[i]+spec.Maximum[i])/2, min(1e9, (spec.Maximum[i]-spec.Minimum[i])/2)
		if half == 1e9 { // unlimited
			half = 1
		}
		control[i] = middle + .5*half*math.Sin(.1*float64(step)+float64(i))
	}
	return control
}

func compareSnapshot(t *testing.T, tolerance float64, e *Environment, step env.TimeStep, want snapshot, reward string) {
	state, err := e.State()
	if err != nil {
		t.Fatal(err)
	}
	compare := func(what string, got, expected []float64) {
		t.Helper()
		nearWithin(t, tolerance, fmt.Sprintf("after %d steps: %s", want.T, what), got, expected)
	}
	compare("qpos", state.QPos, want.QPos)
	compare("qvel", state.QVel, want.QVel)
	compare("act", state.Act, want.Act)
	compare("ctrl", state.Ctrl, want.Ctrl)
	compare("sensordata", state.SensorData, want.SensorData)
	compare("xpos", physicsOf(e).data.XPos, want.XPos)
	for i, spec := range e.Observations() {
		compare(spec.Name, step.Observation[i].Float64, want.Observation[spec.Name])
	}
	if len(want.Observation) < len(e.Observations()) { // some tasks of a domain observe less
		t.Errorf("%d observations, want %d at most", len(e.Observations()), len(want.Observation))
	}
	expected, known := want.Reward[reward]
	if !known {
		t.Fatalf("no reward %q was recorded", reward)
	}
	compare("reward", []float64{step.Reward}, []float64{expected})
}

// facts are what a model compiles to.
type facts struct {
	Opt struct {
		Timestep, Tolerance, Density, Viscosity                         float64
		Integrator, Cone, Solver, Iterations, DisableFlags, EnableFlags float64
		Gravity                                                         []float64
	}
	TotalMass float64 `json:"total_mass"`
	QPos0     []float64
	Bodies    []struct {
		Name                            string
		Parent, Mass                    float64
		Pos, Quat, IPos, IQuat, Inertia []float64
	}
	Joints []struct {
		Name, Type, Body                                    string
		Limited, Stiffness, Damping, Armature, FrictionLoss float64
		Pos, Axis, Range, SolRef, SolImp                    []float64
	}
	Geoms []struct {
		Name, Type, Body                          string
		Contype, Conaffinity, Condim              float64
		Size, Pos, Quat, Friction, SolRef, SolImp []float64
	}
	Sites []struct {
		Name, Body      string
		Type            float64
		Size, Pos, Quat []float64
	}
	Cameras []struct {
		Name, Body, Target string
		Mode, Fovy         float64
		Pos, Quat          []float64
	}
	Tendons []struct {
		Name string
		Wrap [][]any // type, object, coefficient
	}
	Actuators []struct {
		Name, Trn, Target string
		Gear, CtrlLimited float64
		CtrlRange         []float64
		GainPrm, BiasPrm  []float64
	}
	Sensors []struct {
		Name     string
		Dim, Adr float64
	}
}

// TestFacts compares what our models compile to with the suite's.
func TestFacts(t *testing.T) {
	for task, model := range map[string]string{
		"acrobot-swingup": "acrobot", "ball_in_cup-catch": "ball_in_cup", "cheetah-run": "cheetah", "finger-spin": "finger",
		"hopper-hop": "hopper", "humanoid-walk": "humanoid", "humanoid_CMU-walk": "humanoid_CMU", "swimmer-swimmer6": "swimmer_6", "swimmer-swimmer15": "swimmer_15",
		"walker-walk": "walker", "cartpole-swingup": "cartpole_1", "cartpole-two_poles": "cartpole_2",
		"cartpole-three_poles": "cartpole_3", "pendulum-swingup": "pendulum", "point_mass-easy": "point_mass",
		"reacher-easy": "reacher",
		"fish-swim":    "fish", "lqr-lqr_2_1": "lqr_2_1", "lqr-lqr_6_2": "lqr_6_2",
		"dog-fetch":              "dog_fetch",
		"manipulator-bring_ball": "manipulator_bring_ball", "manipulator-bring_peg": "manipulator_bring_peg",
		"manipulator-insert_ball": "manipulator_insert_ball", "manipulator-insert_peg": "manipulator_insert_peg",
		"stacker-stack_2": "stacker_2", "stacker-stack_4": "stacker_4",
		"quadruped-escape": "quadruped_escape", "quadruped-fetch": "quadruped_fetch", "quadruped-walk": "quadruped_walk",
	} {
		t.Run(model, func(t *testing.T) {
			var want facts
			readTestdata(t, model+"_facts.json", &want)
			m := physicsOf(open(t, task, 0)).model
			compareOptions(t, m, want)
			compareBodies(t, m, want)
			compareJoints(t, m, want)
			compareGeoms(t, m, want)
			compareSitesAndCameras(t, m, want, !movedCameras[model])
			compareTendonsAndActuators(t, m, want)
			compareSensors(t, m, want)
		})
	}
}

// part is what array, with width numbers for each element, holds for element id.
func part(array []float64, width, id int) []float64 { return array[id*width : (id+1)*width] }

// named compares the names of all elements of a kind, in order, and counts them.
func named(t *testing.T, m *mujoco.Model, kind mujoco.Object, id int, want string) {
	t.Helper()
	if names := m.Names(kind); id >= len(names) || names[id] != want {
		t.Fatalf("%ss are %q, want %q in place %d", kind, names, want, id)
	}
}

func compareOptions(t *testing.T, m *mujoco.Model, want facts) {
	o, w := m.Options, want.Opt
	near(t, "options",
		[]float64{o.Timestep, o.Tolerance, o.Density, o.Viscosity, float64(o.Integrator), float64(o.Cone), float64(o.Solver),
			float64(o.Iterations), float64(o.DisableFlags), float64(o.EnableFlags)},
		[]float64{w.Timestep, w.Tolerance, w.Density, w.Viscosity, w.Integrator, w.Cone, w.Solver, w.Iterations, w.DisableFlags, w.EnableFlags})
	near(t, "gravity", o.Gravity[:], w.Gravity)
	near(t, "qpos0", m.QPos0, want.QPos0)
	near(t, "total mass", m.BodySubtreeMass[:1], []float64{want.TotalMass})
	counts := map[mujoco.Object]int{
		mujoco.Body: len(want.Bodies), mujoco.Joint: len(want.Joints), mujoco.Geom: len(want.Geoms), mujoco.Site: len(want.Sites),
		mujoco.Camera: len(want.Cameras), mujoco.Tendon: len(want.Tendons), mujoco.Actuator: len(want.Actuators), mujoco.Sensor: len(want.Sensors),
	}
	for kind, count := range counts {
		if m.Count(kind) != count {
			t.Errorf("%d elements of kind %s, want %d", m.Count(kind), kind, count)
		}
	}
}

func compareBodies(t *testing.T, m *mujoco.Model, want facts) {
	for i, w := range want.Bodies {
		named(t, m, mujoco.Body, i, w.Name)
		near(t, w.Name+" parent", []float64{float64(m.BodyParent[i])}, []float64{w.Parent})
		near(t, w.Name+" mass", m.BodyMass[i:i+1], []float64{w.Mass})
		near(t, w.Name+" pos", part(m.BodyPos, 3, i), w.Pos)
		near(t, w.Name+" quat", part(m.BodyQuat, 4, i), w.Quat)
		near(t, w.Name+" ipos", part(m.BodyIPos, 3, i), w.IPos)
		near(t, w.Name+" iquat", part(m.BodyIQuat, 4, i), w.IQuat)
		near(t, w.Name+" inertia", part(m.BodyInertia, 3, i), w.Inertia)
	}
}

func compareJoints(t *testing.T, m *mujoco.Model, want facts) {
	types := []string{"free", "ball", "slide", "hinge"}
	for i, w := range want.Joints {
		named(t, m, mujoco.Joint, i, w.Name)
		named(t, m, mujoco.Body, int(m.JntBody[i]), w.Body)
		if types[m.JntType[i]] != w.Type {
			t.Errorf("%s is a %s, want a %s", w.Name, types[m.JntType[i]], w.Type)
		}
		dof := m.JntDofAdr[i]
		near(t, w.Name+" numbers",
			[]float64{float64(m.JntLimited[i]), m.JntStiffness[i], m.DofDamping[dof], m.DofArmature[dof], m.DofFrictionLoss[dof]},
			[]float64{w.Limited, w.Stiffness, w.Damping, w.Armature, w.FrictionLoss})
		near(t, w.Name+" pos", part(m.JntPos, 3, i), w.Pos)
		near(t, w.Name+" axis", part(m.JntAxis, 3, i), w.Axis)
		near(t, w.Name+" range", part(m.JntRange, 2, i), w.Range)
		near(t, w.Name+" solref", part(m.JntSolRef, 2, i), w.SolRef)
		near(t, w.Name+" solimp", part(m.JntSolImp, 5, i), w.SolImp)
	}
}

func compareGeoms(t *testing.T, m *mujoco.Model, want facts) {
	types := []string{"plane", "hfield", "sphere", "capsule", "ellipsoid", "cylinder", "box", "mesh"}
	for i, w := range want.Geoms {
		named(t, m, mujoco.Geom, i, w.Name)
		named(t, m, mujoco.Body, int(m.GeomBody[i]), w.Body)
		if types[m.GeomType[i]] != w.Type {
			t.Errorf("%s is a %s, want a %s", w.Name, types[m.GeomType[i]], w.Type)
		}
		near(t, w.Name+" contact numbers",
			[]float64{float64(m.GeomContype[i]), float64(m.GeomConaffinity[i]), float64(m.GeomCondim[i])},
			[]float64{w.Contype, w.Conaffinity, w.Condim})
		near(t, w.Name+" size", part(m.GeomSize, 3, i), w.Size)
		near(t, w.Name+" pos", part(m.GeomPos, 3, i), w.Pos)
		near(t, w.Name+" quat", part(m.GeomQuat, 4, i), w.Quat)
		near(t, w.Name+" friction", part(m.GeomFriction, 3, i), w.Friction)
		near(t, w.Name+" solref", part(m.GeomSolRef, 2, i), w.SolRef)
		near(t, w.Name+" solimp", part(m.GeomSolImp, 5, i), w.SolImp)
	}
}

func compareSitesAndCameras(t *testing.T, m *mujoco.Model, want facts, cameraPlaces bool) {
	for i, w := range want.Sites {
		named(t, m, mujoco.Site, i, w.Name)
		named(t, m, mujoco.Body, int(m.SiteBody[i]), w.Body)
		near(t, w.Name+" type", []float64{float64(m.SiteType[i])}, []float64{w.Type})
		near(t, w.Name+" size", part(m.SiteSize, 3, i), w.Size)
		near(t, w.Name+" pos", part(m.SitePos, 3, i), w.Pos)
		near(t, w.Name+" quat", part(m.SiteQuat, 4, i), w.Quat)
	}
	for i, w := range want.Cameras {
		named(t, m, mujoco.Camera, i, w.Name)
		named(t, m, mujoco.Body, int(m.CamBody[i]), w.Body)
		if w.Target != "" {
			named(t, m, mujoco.Body, int(m.CamTarget[i]), w.Target)
		}
		near(t, w.Name+" mode, fovy", []float64{float64(m.CamMode[i]), m.CamFovy[i]}, []float64{w.Mode, w.Fovy})
		near(t, w.Name+" quat", part(m.CamQuat, 4, i), w.Quat)
		if cameraPlaces {
			near(t, w.Name+" pos", part(m.CamPos, 3, i), w.Pos)
		}
	}
}

func compareTendonsAndActuators(t *testing.T, m *mujoco.Model, want facts) {
	wrapped := map[float64]mujoco.Object{1: mujoco.Joint, 3: mujoco.Site, 4: mujoco.Geom, 5: mujoco.Geom} // mjtWrap
	for i, w := range want.Tendons {
		named(t, m, mujoco.Tendon, i, w.Name)
		for j, wrap := range w.Wrap {
			row := int(m.TendonAdr[i]) + j
			named(t, m, wrapped[wrap[0].(float64)], int(m.WrapObject[row]), wrap[1].(string))
			near(t, w.Name+" coefficient", m.WrapPrm[row:row+1], []float64{wrap[2].(float64)})
		}
	}
	kinds := map[string]mujoco.Object{"joint": mujoco.Joint, "tendon": mujoco.Tendon}
	for i, w := range want.Actuators {
		named(t, m, mujoco.Actuator, i, w.Name)
		named(t, m, kinds[strings.ToLower(w.Trn)], int(m.ActuatorTrnID[2*i]), w.Target)
		near(t, w.Name+" gear, limited", []float64{m.ActuatorGear[6*i], float64(m.ActuatorCtrlLimited[i])}, []float64{w.Gear, w.CtrlLimited})
		near(t, w.Name+" range", part(m.ActuatorCtrlRange, 2, i), w.CtrlRange)
		near(t, w.Name+" gain", part(m.ActuatorGainPrm, len(m.ActuatorGainPrm)/m.NU, i)[:len(w.GainPrm)], w.GainPrm)
		near(t, w.Name+" bias", part(m.ActuatorBiasPrm, len(m.ActuatorBiasPrm)/m.NU, i)[:len(w.BiasPrm)], w.BiasPrm)
	}
}

func compareSensors(t *testing.T, m *mujoco.Model, want facts) {
	for i, w := range want.Sensors {
		named(t, m, mujoco.Sensor, i, w.Name)
		near(t, w.Name+" place", []float64{float64(m.SensorDim[i]), float64(m.SensorAdr[i])}, []float64{w.Dim, w.Adr})
	}
}
