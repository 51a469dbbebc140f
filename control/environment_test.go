//go:build cgo

package control

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/envtest"
	"github.com/reverie-rl/reverie/mujoco"
)

// TestConformance checks every task against the contract of package env, in short episodes of short
// steps and with pictures that are drawn fast.
func TestConformance(t *testing.T) {
	for _, task := range tasks() {
		t.Run(task.name, func(t *testing.T) {
			t.Parallel()
			envtest.Run(t, func(seed uint64) (env.Environment, error) {
				return newEnvironment(shortened(t, task), seed, Config{Profile: mujoco.Fast})
			})
		})
	}
}

// shortened is a task with two physics steps a control step at most, and a hundred steps an episode.
func shortened(t *testing.T, task task) task {
	model, err := compile(task.model())
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	timestep := model.Options.Timestep
	task.interval = min(max(task.interval, timestep), 2*timestep)
	task.timeLimit = min(task.timeLimit, 100*task.interval)
	return task
}

// TestSelections counts the tasks of the selections that are used in publications.
func TestSelections(t *testing.T) {
	count := map[string]int{}
	for _, task := range tasks() {
		for _, tag := range task.tags {
			count[tag]++
		}
	}
	for tag, want := range map[string]int{"benchmarking": 28, "dreamer20": 20, "planet6": 6} {
		if count[tag] != want {
			t.Errorf("%d tasks have the tag %s, want %d", count[tag], tag, want)
		}
	}
}

// reset begins an episode.
func reset(t testing.TB, e *Environment) env.TimeStep {
	t.Helper()
	step, err := e.Reset()
	if err != nil {
		t.Fatal(err)
	}
	return step
}

// act takes a step.
func act(t testing.TB, e *Environment, action ...float64) env.TimeStep {
	t.Helper()
	step, err := e.Step(action)
	if err != nil {
		t.Fatal(err)
	}
	return step
}

func TestEpisodesAreCutOffAfterAThousandSteps(t *testing.T) {
	for _, task := range tasks() {
		if math.IsInf(task.timeLimit, 1) {
			continue
		}
		e := open(t, task.name, 3)
		reset(t, e)
		if err := restoreAs(e, nil, 900); err != nil { // to save time
			t.Fatal(err)
		}
		action := make([]float64, e.Action().Size())
		for i := 901; i <= 1000; i++ {
			step := act(t, e, action...)
			if step.Reward < 0 || step.Reward > 1 {
				t.Fatalf("%s: step %d: reward %g", task.name, i, step.Reward)
			}
			if last := i == 1000; (step.Type == env.Last) != last || step.Discount != 1 || step.Truncated() != last {
				t.Fatalf("%s: step %d is %s with discount %g", task.name, i, step.Type, step.Discount)
			}
		}
		if step := act(t, e, math.NaN()); step.Type != env.First {
			t.Errorf("%s: the step after LAST is %s", task.name, step.Type)
		}
	}
}

// ranges says between which bounds each initial position and velocity lies.
type ranges struct{ qpos, qvel [][2]float64 }

// gaussian is where, of a thousand normal draws, none will be missing.
func gaussian(mean, deviation float64) [2]float64 {
	return [2]float64{mean - 6*deviation, mean + 6*deviation}
}

var (
	atRest    = [2]float64{0, 0}
	anyAngle  = [2]float64{-math.Pi, math.Pi}
	smallPush = gaussian(0, .01)

	balancing = ranges{[][2]float64{{-.1, .1}, {-.034, .034}}, [][2]float64{smallPush, smallPush}}
	hanging   = ranges{[][2]float64{smallPush, gaussian(math.Pi, .01)}, [][2]float64{smallPush, smallPush}}
	onTable   = ranges{[][2]float64{{-.29, .29}, {-.29, .29}}, [][2]float64{atRest, atRest}}
	folded    = ranges{[][2]float64{anyAngle, {-160 * math.Pi / 180, 160 * math.Pi / 180}}, [][2]float64{atRest, atRest}}
	loose     = ranges{[][2]float64{anyAngle, anyAngle}, [][2]float64{atRest, atRest}}

	walkerLeg = [][2]float64{degrees(-20, 100), degrees(-150, 0), degrees(-45, 45)}
	walking   = still(atRest, atRest, anyAngle).with(walkerLeg...).with(walkerLeg...)
	hopping   = still(atRest, atRest, anyAngle, degrees(-30, 30), degrees(-170, 10), degrees(5, 150), degrees(-45, 45))
	pointing  = still(degrees(-110, 110), degrees(-110, 110), anyAngle)
)

// adrift is a fish in the middle of the tank, turned any way.
var adrift = ranges{
	slices.Concat([][2]float64{atRest, atRest, {.1, .1}}, slices.Repeat([][2]float64{{-1, 1}}, 4), slices.Repeat([][2]float64{{-.2, .2}}, 7)),
	slices.Repeat([][2]float64{atRest}, 13),
}

// sprung is the beginning of a linear system.
func sprung(balls int) ranges {
	return ranges{slices.Repeat([][2]float64{{-math.Sqrt2, math.Sqrt2}}, balls), slices.Repeat([][2]float64{atRest}, balls)}
}

// still is a state at rest, with positions from the given bounds.
func still(qpos ...[2]float64) ranges { return ranges{}.with(qpos...) }

// with is r for further joints, which are at rest.
func (r ranges) with(qpos ...[2]float64) ranges {
	return ranges{slices.Concat(r.qpos, qpos), slices.Concat(r.qvel, slices.Repeat([][2]float64{atRest}, len(qpos)))}
}

func degrees(low, high float64) [2]float64 {
	return [2]float64{low * math.Pi / 180, high * math.Pi / 180}
}

// more is r for further poles.
func (r ranges) more(poles int) ranges {
	for range poles {
		r.qpos, r.qvel = append(slices.Clip(r.qpos), gaussian(0, .1)), append(slices.Clip(r.qvel), smallPush)
	}
	return r
}

func TestInitialDistributions(t *testing.T) {
	for name, want := range map[string]ranges{
		"acrobot-swingup": loose, "acrobot-swingup_sparse": loose,
		"ball_in_cup-catch": still(atRest, atRest, [2]float64{-.2, .2}, [2]float64{.2, .5}),
		"finger-spin":       pointing, "finger-turn_easy": pointing, "finger-turn_hard": pointing,
		"hopper-hop": hopping, "hopper-stand": hopping,
		"swimmer-swimmer6":  still(atRest, atRest, anyAngle).with(slices.Repeat([][2]float64{degrees(-60, 60)}, 5)...),
		"swimmer-swimmer15": still(atRest, atRest, anyAngle).with(slices.Repeat([][2]float64{degrees(-24, 24)}, 14)...),
		"walker-run":        walking, "walker-stand": walking, "walker-walk": walking,
		"cartpole-balance": balancing, "cartpole-balance_sparse": balancing,
		"cartpole-swingup": hanging, "cartpole-swingup_sparse": hanging,
		"cartpole-two_poles": hanging.more(1), "cartpole-three_poles": hanging.more(2),
		"fish-swim": adrift, "fish-upright": adrift,
		"lqr-lqr_2_1": sprung(2), "lqr-lqr_6_2": sprung(6),
		"pendulum-swingup": {[][2]float64{anyAngle}, [][2]float64{atRest}},
		"point_mass-easy":  onTable, "point_mass-hard": onTable,
		"reacher-easy": folded, "reacher-hard": folded,
		"quadruped-walk": landed, "quadruped-run": landed, "quadruped-fetch": thrown,
	} {
		t.Run(name, func(t *testing.T) {
			e := open(t, name, 5)
			lowest, highest := drawStates(t, e, 300)
			for i, bounds := range append(slices.Clone(want.qpos), want.qvel...) {
				span := bounds[1] - bounds[0]
				if lowest[i] < bounds[0] || highest[i] > bounds[1] || highest[i]-lowest[i] < .3*span {
					t.Errorf("number %d is drawn from [%g, %g], want to fill [%g, %g]", i, lowest[i], highest[i], bounds[0], bounds[1])
				}
			}
		})
	}
}

// drawStates gives the extremes of positions and velocities over many resets.
func drawStates(t *testing.T, e *Environment, count int) (lowest, highest []float64) {
	for range count {
		reset(t, e)
		state := append(slices.Clone(physicsOf(e).data.QPos), physicsOf(e).data.QVel...)
		if lowest == nil {
			lowest, highest = slices.Clone(state), slices.Clone(state)
		}
		for i, x := range state {
			lowest[i], highest[i] = min(lowest[i], x), max(highest[i], x)
		}
	}
	return lowest, highest
}

func TestReacherTargetIsDrawnOnARing(t *testing.T) {
	e := open(t, "reacher-hard", 1)
	nearest, furthest := math.Inf(1), 0.0
	for range 300 {
		reset(t, e)
		target := physicsOf(e).geomPosition("target")
		radius := math.Hypot(target[0], target[1])
		nearest, furthest = min(nearest, radius), max(furthest, radius)
	}
	if nearest < .05 || nearest > .07 || furthest > .2 || furthest < .18 {
		t.Errorf("targets are %g to %g m from the middle, want 0.05 to 0.2", nearest, furthest)
	}
}

func TestPointMassMixtureIsInvertible(t *testing.T) {
	e := open(t, "point_mass-hard", 1)
	for range 200 {
		reset(t, e)
		w := physicsOf(e).model.WrapPrm
		if dot := w[0]*w[2] + w[1]*w[3]; math.Abs(dot) > .9 {
			t.Fatalf("the directions (%g, %g) and (%g, %g) are nearly parallel", w[0], w[1], w[2], w[3])
		}
		near(t, "lengths", []float64{math.Hypot(w[0], w[1]), math.Hypot(w[2], w[3])}, []float64{1, 1})
	}
}

// TestLQREnds takes linear systems to their goal, and asks whether each keeps its own springs.
func TestLQREnds(t *testing.T) {
	e, other := open(t, "lqr-lqr_2_1", 1), open(t, "lqr-lqr_2_1", 2)
	reset(t, e)
	reset(t, other)
	springs := physicsOf(e).model.JntStiffness
	if kept := slices.Clone(springs); slices.Equal(springs, physicsOf(other).model.JntStiffness) || slices.Min(springs) < 15 || slices.Max(springs) > 25 {
		t.Errorf("two systems have the springs %g and %g", springs, physicsOf(other).model.JntStiffness)
	} else if reset(t, e); !slices.Equal(springs, kept) {
		t.Errorf("the springs %g became %g in the next episode", kept, springs)
	}
	near(t, "distance", []float64{norm(physicsOf(e).data.QPos)}, []float64{math.Sqrt2})
	if _, err := e.SetState([]float64{1e-8, 0}, []float64{0, 1e-8}); err != nil {
		t.Fatal(err)
	}
	near(t, "compiled springs", springs, []float64{20, 20})
	if step := act(t, e, 0); !step.Terminated() {
		t.Errorf("the step to the goal is %s with discount %g", step.Type, step.Discount)
	}
	if step := act(t, e, 0); step.Type != env.First {
		t.Errorf("the step after the goal is %s", step.Type)
	}
}

// TestRandomConstantsAreRestored saves a task that draws constants of the model, and goes on in a
// second instance that drew others.
func TestRandomConstantsAreRestored(t *testing.T) {
	for _, name := range []string{
		"finger-spin", "finger-turn_easy",
		"fish-swim",
		"manipulator-insert_ball", "point_mass-hard", "quadruped-escape", "reacher-easy", "reacher-hard", "stacker-stack_2",
		"swimmer-swimmer6",
	} {
		a, b := open(t, name, 1), open(t, name, 2)
		reset(t, a)
		reset(t, b)
		act(t, a, make([]float64, a.Action().Size())...)
		snapshot, err := a.Save()
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			action := goldenControl(a.Action(), i)
			first, second := act(t, a, action...), act(t, b, action...)
			for j := range first.Observation {
				if !slices.Equal(first.Observation[j].Float64, second.Observation[j].Float64) || first.Reward != second.Reward {
					t.Fatalf("%s: step %d differs after a restore", name, i)
				}
			}
		}
	}
}

func TestSnapshotOfAnotherTaskIsRefused(t *testing.T) {
	snapshot, err := open(t, "cartpole-balance", 1).Save()
	if err != nil {
		t.Fatal(err)
	}
	if err := open(t, "cartpole-swingup", 1).Restore(snapshot); err == nil || !strings.Contains(err.Error(), "another task") {
		t.Errorf("restoring another task's snapshot: %v", err)
	}
}

func TestBrokenPhysicsIsAnError(t *testing.T) {
	e := open(t, "pendulum-swingup", 1)
	reset(t, e)
	physicsOf(e).data.QVel[0] = 1e12
	_, errStep := e.Step([]float64{0})
	if step := act(t, e, 0); step.Type != env.First {
		t.Errorf("the step after an error is %s, want FIRST", step.Type)
	}
	_, errSet := e.SetState([]float64{0}, []float64{1e12})
	for err, want := range map[error]mujoco.WarningKind{
		errStep: mujoco.BadPosition, // the velocity moves the position before MuJoCo looks at either
		errSet:  mujoco.BadVelocity,
	} {
		var warning *mujoco.Warning
		if !errors.As(err, &warning) || warning.Kind != want || !strings.Contains(err.Error(), "pendulum-swingup") {
			t.Errorf("a velocity of 1e12: %v, want %v", err, want)
		}
	}
}

func TestSetStateErrors(t *testing.T) {
	e := open(t, "cartpole-swingup", 1)
	reset(t, e)
	before, err := e.Save()
	if err != nil {
		t.Fatal(err)
	}
	for name, state := range map[string][2][]float64{
		"qpos has 1 elements and qvel 2, the model takes 2 and 2": {{0}, {0, 0}},
		"qpos has 2 elements and qvel 3, the model takes 2 and 2": {{0, 0}, {0, 0, 0}},
		"element 1 of qvel is NaN":                                {{0, 0}, {0, math.NaN()}},
	} {
		if _, err := e.SetState(state[0], state[1]); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got the error %v, want %q", err, name)
		}
	}
	if after, err := e.Save(); err != nil || !slices.Equal(before, after) {
		t.Errorf("a refused state changed the environment (%v)", err)
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	for _, name := range []string{
		"acrobot-swingup", "ball_in_cup-catch", "cartpole-three_poles", "cheetah-run",
		"dog-fetch", "finger-turn_hard",
		"fish-swim",
		"hopper-hop", "humanoid-walk", "humanoid_CMU-run",
		"lqr-lqr_6_2",
		"manipulator-insert_peg", "point_mass-hard", "quadruped-escape", "quadruped-fetch", "reacher-easy", "stacker-stack_4",
		"swimmer-swimmer6",
		"walker-walk",
	} {
		e := open(t, name, 1)
		reset(t, e)
		action := make([]float64, e.Action().Size())
		if allocations := testing.AllocsPerRun(200, func() { act(t, e, action...) }); allocations != 0 {
			t.Errorf("%s: %g allocations a step", name, allocations)
		}
	}
}

func TestRenderSeesEveryCamera(t *testing.T) {
	e := open(t, "cartpole-swingup", 1)
	reset(t, e)
	fixed, err := e.Render(0, 64, 48)
	if err != nil {
		t.Fatal(err)
	}
	following, err := e.Render(1, 64, 48)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(fixed.Pix, following.Pix) {
		t.Error("cameras 0 and 1 see the same")
	}
	if _, err := e.Render(2, 64, 48); err == nil || !strings.Contains(err.Error(), "lookatcart") {
		t.Errorf("camera 2 of 2: %v, want an error that names the cameras", err)
	}
	if names := e.Cameras(); !slices.Equal(names, []string{"fixed", "lookatcart"}) {
		t.Errorf("the cameras are %q", names)
	}
	picture := make([]uint8, 3*64*48)
	if err := e.View(1, 64, 48, picture); err != nil || !slices.Equal(picture[:3], following.Pix[:3]) {
		t.Errorf("an agent sees %v, people see %v; %v", picture[:3], following.Pix[:3], err)
	}
}

// The models of tasks have no sky: only those that are drawn do.
func TestModelsHaveNoSky(t *testing.T) {
	for _, task := range tasks() {
		if strings.Contains(task.model(), "skybox") {
			t.Errorf("%s has a sky", task.name)
		}
	}
}

func TestClosedEnvironment(t *testing.T) {
	e := open(t, "pendulum-swingup", 1)
	reset(t, e)
	e.Close()
	_, errStep := e.Step([]float64{0})
	_, errReset := e.Reset()
	_, errRender := e.Render(0, 8, 8)
	_, errSave := e.Save()
	errView := e.View(0, 8, 8, make([]uint8, 3*8*8))
	for _, err := range []error{errStep, errReset, errRender, errView, errSave, e.Restore(nil)} {
		if err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("after Close: %v", err)
		}
	}
}

func TestUnknownTask(t *testing.T) {
	if _, err := New("control/cartpole-swingpu", 1, Config{}); err == nil || !strings.Contains(err.Error(), "cartpole-swingup") {
		t.Errorf("a misspelt task: %v, want a suggestion", err)
	}
}

// TestModelIsWhole compiles the text of every task without the file that ours include.
func TestModelIsWhole(t *testing.T) {
	for _, task := range Tasks() {
		text, err := Model(task.Name)
		if err != nil {
			t.Fatal(err)
		}
		model, err := mujoco.Compile(text, nil)
		if err != nil {
			t.Errorf("%s: %v", task.Name, err)
			continue
		}
		model.Close()
	}
	if _, err := Model("control/walker-wlak"); err == nil || !strings.Contains(err.Error(), "control/walker-walk") {
		t.Errorf("no task: %v", err)
	}
}

// The state of the model as it is written is a state to begin at: a walker stands on its feet.
func TestDefaultState(t *testing.T) {
	e := open(t, "humanoid-stand", 1)
	qpos, qvel, err := e.DefaultState()
	if err != nil || len(qvel) != physicsOf(e).model.NV || qpos[2] < 1 || qpos[3] != 1 {
		t.Fatalf("positions %v, velocities %v, error %v", qpos, qvel, err)
	}
	if _, err := e.SetState(qpos, qvel); err != nil {
		t.Error(err)
	}
}

// The loop in C that steps are timed against does the same physics, also after falls. It ends with one
// more evaluation, which normalises quaternions again.
func TestPlainLoopDoesTheSamePhysics(t *testing.T) {
	for _, name := range []string{"pendulum-swingup", "cartpole-swingup", "walker-walk", "humanoid-walk", "quadruped-walk"} {
		e := open(t, name, 1)
		var controls []float64
		for i := range 200 * physicsOf(e).model.NU {
			controls = append(controls, math.Sin(.7*float64(i)))
		}
		if _, err := e.TimePlainLoop(controls); err != nil {
			t.Fatal(err)
		}
		want, _ := e.State()
		qpos, qvel, _ := e.DefaultState()
		if _, err := e.SetState(qpos, qvel); err != nil {
			t.Fatal(err)
		}
		for action := range slices.Chunk(controls, physicsOf(e).model.NU) {
			if _, err := e.Step(action); err != nil {
				t.Fatal(err)
			}
		}
		got, _ := e.State()
		for i, x := range got.QPos {
			if math.Abs(x-want.QPos[i]) > 1e-15 {
				t.Errorf("%s: position %d is %v, want %v", name, i, x, want.QPos[i])
			}
		}
		if !slices.Equal(got.QVel, want.QVel) {
			t.Errorf("%s: velocities %v, want %v", name, got.QVel, want.QVel)
		}
	}
}
