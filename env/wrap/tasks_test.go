package wrap_test

import (
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
)

// tasksWrappers are the wrappers, with settings that fit classic/point-multitask.
func tasksWrappers() []wrapper {
	fit := slices.DeleteFunc(wrappers(), func(w wrapper) bool { return w.name == "Select" })
	return append(fit, pixels, blind("classic/point-multitask"),
		wrapper{"Select", func(e env.Environment, _ uint64) (env.Environment, error) {
			return wrap.Select(e, "velocity", env.TaskName)
		}},
		wrapper{"HideStates", func(e env.Environment, seed uint64) (env.Environment, error) {
			e, err := pixels.apply(e, seed)
			if err != nil {
				return nil, err
			}
			return wrap.HideStates(e)
		}})
}

func newTasks(t *testing.T) env.Environment {
	t.Helper()
	return must[env.Environment](t)(classic.NewPointMultitask(3))
}

// All wrappers keep what is said of several tasks.
func TestWrappersOfSeveralTasksAreSeveralTasks(t *testing.T) {
	for _, w := range tasksWrappers() {
		e := must[env.Environment](t)(w.apply(newTasks(t), 1))
		several, ok := e.(env.MultiTask)
		if !ok || !slices.Equal(several.Tasks(), []string{"red", "blue", "slow", "fast"}) {
			t.Errorf("%s is no MultiTask of the four tasks", w.name)
		}
	}
}

// What the rewards of two repetitions are is played out in a twin.
func TestActionRepeatAddsTheRewardsOfAllTasks(t *testing.T) {
	twin, e := newTasks(t), must[env.Environment](t)(wrap.ActionRepeat(newTasks(t), 2))
	must[env.TimeStep](t)(twin.Reset())
	must[env.TimeStep](t)(e.Reset())
	for range 3 {
		got := must[env.TimeStep](t)(e.Step([]float64{1, -1}))
		want := slices.Clone(must[env.TimeStep](t)(twin.Step([]float64{1, -1})).Rewards)
		for task, reward := range must[env.TimeStep](t)(twin.Step([]float64{1, -1})).Rewards {
			want[task] += reward
		}
		if !slices.Equal(got.Rewards, want) {
			t.Errorf("the rewards are %v, want %v", got.Rewards, want)
		}
	}
}

// The task of an episode is shown at its first step, however late and dark all else is.
func TestTheTaskIsNeitherDelayedNorDark(t *testing.T) {
	task := env.Task{Name: "classic/point-multitask", New: classic.NewPointMultitask}
	e := must[env.Environment](t)(wrap.Flickering(wrap.Delayed(task, 5), .9).New(3))
	twin := newTasks(t)
	for range 20 {
		want := must[env.TimeStep](t)(twin.Reset()).Observation[2].Float64
		got := must[env.TimeStep](t)(e.Reset()).Observation[2].Float64
		if !slices.Equal(got, want) {
			t.Errorf("the task is told as %v, want %v", got, want)
		}
	}
}

func TestTheTaskCannotBeHiddenOrChanged(t *testing.T) {
	const want = `the observation "task" tells which of the tasks red, blue, slow, fast is played; it has to stay`
	for name, apply := range map[string]func(e env.Environment) (env.Environment, error){
		"hide":        func(e env.Environment) (env.Environment, error) { return wrap.Hide(e, env.TaskName) },
		"select":      func(e env.Environment) (env.Environment, error) { return wrap.Select(e, "position") },
		"order":       func(e env.Environment) (env.Environment, error) { return wrap.Select(e, env.TaskName, "position") },
		"frame stack": func(e env.Environment) (env.Environment, error) { return wrap.FrameStack(e, 2, env.TaskName) },
		"rename": func(e env.Environment) (env.Environment, error) {
			return wrap.Rename(e, map[string]string{env.TaskName: "goal"})
		},
		"normalise": func(e env.Environment) (env.Environment, error) {
			statistics, err := wrap.NewStatistics(e, env.TaskName)
			if err != nil {
				return nil, err
			}
			return wrap.Normalise(e, statistics, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := apply(newTasks(t))
			expectError(t, e, err, want)
		})
	}
	e, err := wrap.HideStates(newTasks(t))
	expectError(t, e, err, "there is no picture")
}

func TestRecordedEpisodesKeepTheRewardsOfAllTasks(t *testing.T) {
	var recorded wrap.Episode
	e := must[env.Environment](t)(wrap.TimeLimit(newTasks(t), 3))
	e = must[env.Environment](t)(wrap.RecordEpisodes(e, func(episode wrap.Episode) { recorded = episode }))
	var want [][]float64
	for range 4 {
		want = append(want, slices.Clone(must[env.TimeStep](t)(e.Step([]float64{1, 1})).Rewards))
	}
	for i, step := range recorded.Steps {
		if !slices.Equal(step.Rewards, want[i]) {
			t.Errorf("step %d is kept with %v, want %v", i, step.Rewards, want[i])
		}
	}
}
