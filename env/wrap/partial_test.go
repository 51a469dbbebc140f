package wrap_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
)

// counts are the first elements of the observation "count" of each of some steps.
func counts(steps []env.TimeStep) []float64 {
	var shown []float64
	for _, step := range steps {
		shown = append(shown, step.Observation[0].Float64[0])
	}
	return shown
}

func TestHide(t *testing.T) {
	e := must[env.Environment](t)(wrap.Hide(episode(terminal, 0), "count"))
	step := must[env.TimeStep](t)(e.Reset())
	if specs := e.Observations(); len(specs) != 1 || specs[0].Name != "code" || len(step.Observation) != 1 || step.Observation[0].Uint8[0] != 1 {
		t.Errorf("what is left is %v: %v", specs, step.Observation)
	}
	for want, names := range map[string][]string{
		"no observation is named":        nil,
		`no observation is called "cod"`: {"cod"},
		"is named twice":                 {"code", "code"},
		"nothing would be left":          {"code", "count"},
	} {
		e, err := wrap.Hide(episode(terminal, 0), names...)
		expectError(t, e, err, want)
	}
}

func TestHideStates(t *testing.T) {
	e := must[env.Environment](t)(wrap.HideStates(episode(terminal, 0)))
	if specs := e.Observations(); len(specs) != 1 || specs[0].Name != "code" {
		t.Errorf("what is left is %v", specs)
	}
	e, err := wrap.HideStates(parts{episode(terminal, 0), []env.Spec{spec("state", 2)}})
	expectError(t, e, err, "there is no picture among the observations state")
}

// parts is an environment that observes its numbers, of the given names and sizes.
type parts struct {
	*script
	specs []env.Spec
}

func (p parts) Observations() []env.Spec { return p.specs }

func (p parts) Reset() (env.TimeStep, error) {
	var observation env.Observation
	number := 0.0
	for _, spec := range p.specs {
		values := make([]float64, spec.Size())
		for i := range values {
			values[i] = number
			number++
		}
		observation = append(observation, env.Array{Float64: values})
	}
	return env.Restart(observation), nil
}

func spec(name string, shape ...int) env.Spec { return env.Spec{Name: name, Shape: shape} }

func TestHideVelocitiesByHand(t *testing.T) {
	bounded := spec("state", 2)
	bounded.Minimum, bounded.Maximum = []float64{-1, -2}, []float64{1, 2}
	left := bounded
	left.Shape, left.Minimum, left.Maximum = []int{1}, []float64{-1}, []float64{1}
	for _, test := range []struct {
		task        string
		specs, want []env.Spec
		shown       [][]float64
	}{
		{"control/walker-walk", []env.Spec{spec("height"), spec("velocity", 2), spec("rest", 2)}, []env.Spec{spec("height"), spec("rest", 2)}, [][]float64{{0}, {3, 4}}},
		{"rpc://127.0.0.1:7/control/quadruped-run", []env.Spec{spec("egocentric_state", 36), spec("imu", 6)}, []env.Spec{spec("egocentric_state", 20), spec("imu", 3)},
			[][]float64{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 32, 33, 34, 35}, {36, 37, 38}}},
		{"classic/lqr", []env.Spec{bounded}, []env.Spec{left}, [][]float64{{0}}},
	} {
		e := must[env.Environment](t)(wrap.HideVelocities(parts{episode(terminal, 0), test.specs}, test.task))
		if diff := cmp.Diff(test.want, e.Observations()); diff != "" {
			t.Errorf("%s: %s", test.task, diff)
		}
		for i, array := range must[env.TimeStep](t)(e.Reset()).Observation {
			if !slices.Equal(array.Float64, test.shown[i]) {
				t.Errorf("%s: observation %d is %v, want %v", test.task, i, array.Float64, test.shown[i])
			}
		}
	}
	e, err := wrap.HideVelocities(episode(terminal, 0), "classic/catch")
	expectError(t, e, err, "the task classic/catch observes no velocity, only count, code")
}

func TestHiddenTask(t *testing.T) {
	task := env.Task{Name: "classic/lqr", New: func(uint64) (env.Environment, error) {
		return parts{episode(terminal, 0), []env.Spec{spec("state", 2), spec("touch", 1), spec("velocity", 1)}}, nil
	}}
	e := must[env.Environment](t)(wrap.Hidden(task, "touch", wrap.Velocities).New(1))
	if got := e.Observations(); len(got) != 1 || got[0].Size() != 1 {
		t.Errorf("what is left is %v", got)
	}
	task.New = func(uint64) (env.Environment, error) { return episode(terminal, 0), nil }
	e = must[env.Environment](t)(wrap.Hidden(task, wrap.States, "count").New(1))
	if got := e.Observations(); len(got) != 1 || got[0].Name != "code" {
		t.Errorf("what is left is %v", got)
	}
}

func TestDelay(t *testing.T) {
	e := must[env.Environment](t)(wrap.Delay(episode(terminal, 1, 2, 3, 4), 2))
	steps := playOn(t, e, 8, 1, 1)
	if got, want := counts(steps), []float64{1, 1, 1, 2, 3, 4, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("shown are %v, want %v", got, want)
	}
	if steps[3].Observation[0].Float64[1] != 20 || steps[3].Observation[1].Uint8[0] != 2 {
		t.Errorf("the fourth observation is %v", steps[3].Observation)
	}
	expectSteps(t, steps, env.Restart(nil), env.Transition(1, nil), env.Transition(2, nil), env.Transition(3, nil), env.Transition(4, nil), terminal)
	if diff := cmp.Diff(episode(terminal).Observations(), e.Observations()); diff != "" {
		t.Error(diff)
	}
	e, err := wrap.Delay(episode(terminal), 0)
	expectError(t, e, err, "delayed by 0 steps")
}

func TestFlicker(t *testing.T) {
	const count, probability = 4000, .25
	play := func(seed uint64) []env.TimeStep {
		e := must[env.Environment](t)(wrap.Flicker(episode(terminal, 1, 2, 3), probability, seed))
		return playOn(t, e, count, 1, 1)
	}
	steps := play(1)
	dark := 0
	for i, step := range steps {
		want := float64(i%5 + 1)
		if step.Observation[1].Uint8[0] == 0 {
			dark++
			want = 0
		}
		if values := step.Observation[0].Float64; values[0] != want || values[1] != 10*want {
			t.Fatalf("step %d shows %v", i, step.Observation)
		}
	}
	if deviation := math.Sqrt(probability * (1 - probability) / count); math.Abs(float64(dark)/count-probability) > 4*deviation {
		t.Errorf("%d of %d steps are dark", dark, count)
	}
	if !slices.Equal(counts(steps), counts(play(1))) || slices.Equal(counts(steps), counts(play(2))) {
		t.Error("what is dark does not depend on the seed alone")
	}
	expectSteps(t, steps, env.Restart(nil), env.Transition(1, nil), env.Transition(2, nil), env.Transition(3, nil), terminal)
	for _, probability := range []float64{-.1, 1, math.NaN()} {
		e, err := wrap.Flicker(episode(terminal), probability, 1)
		expectError(t, e, err, "must be in [0, 1)")
	}
}

func TestFlickerWidensBounds(t *testing.T) {
	positive := spec("height", 1)
	positive.Minimum, positive.Maximum = []float64{.5}, []float64{2}
	e := must[env.Environment](t)(wrap.Flicker(parts{episode(terminal), []env.Spec{positive}}, .1, 1))
	if got := e.Observations()[0]; got.Minimum[0] != 0 || got.Maximum[0] != 2 || positive.Minimum[0] != .5 {
		t.Errorf("the bounds are %v and %v", got.Minimum, got.Maximum)
	}
}

// What the agent sees changes nothing about rewards, pictures and the body.
func TestPartialViewsPassOnWhatTheyWrap(t *testing.T) {
	task := env.Task{Name: "classic/pendulum", New: classic.NewPendulum}
	e := must[env.Environment](t)(wrap.Flickering(wrap.Delayed(wrap.Hidden(task, wrap.Velocities), 3), .5).New(1))
	if got, want := abilities(e), abilities(must[env.Environment](t)(classic.NewPendulum(1))); got != want {
		t.Errorf("saves, draws, is paced and relabels: %v, want %v", got, want)
	}
	relabeller := e.(env.Relabeller)
	physics := make([]float64, relabeller.PhysicsSpec().Size)
	must[env.TimeStep](t)(e.Reset())
	step := must[env.TimeStep](t)(e.Step([]float64{.5}))
	if err := relabeller.Physics(physics); err != nil {
		t.Fatal(err)
	}
	if reward, _, err := relabeller.RewardOf(physics); reward != step.Reward || err != nil {
		t.Errorf("the reward is %v, want %v; %v", reward, step.Reward, err)
	}
}

func TestPartialViewsAllocateNothing(t *testing.T) {
	task := env.Task{Name: "classic/lqr", New: classic.NewLQR}
	e := must[env.Environment](t)(wrap.Flickering(wrap.Delayed(wrap.Hidden(task, wrap.Velocities), 2), .5).New(1))
	must[env.TimeStep](t)(e.Reset())
	action := []float64{.1}
	if allocations := testing.AllocsPerRun(100, func() { _, _ = e.Step(action) }); allocations != 0 {
		t.Errorf("a step allocates %v times", allocations)
	}
}
