package agent_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/replay"
)

func TestScale(t *testing.T) {
	bounded := env.Spec{Name: "torque", Shape: []int{2}, Minimum: []float64{-3, 0}, Maximum: []float64{3, 10}}
	for _, c := range []struct {
		spec      env.Spec
		canonical []float32
		want      []float64
	}{
		{bounded, []float32{0, 0}, []float64{0, 5}},
		{bounded, []float32{-1, 1}, []float64{-3, 10}},
		{bounded, []float32{0.5, -0.5}, []float64{1.5, 2.5}},
		{bounded, []float32{-7, 1e30}, []float64{-3, 10}},
		{env.Spec{Name: "free", Shape: []int{2}}, []float32{-7, 2.5}, []float64{-7, 2.5}},
		{choices(0, 2), []float32{0, 0, 1}, []float64{2}},
		{choices(3, 5), []float32{0, 1, 0}, []float64{4}},
		{choices(0, 3), []float32{-2, 0.5, 0.5, 0.1}, []float64{1}}, // the first of the largest
		{choices(0, 0), []float32{-1}, []float64{0}},
	} {
		action := make([]float64, c.spec.Size())
		agent.Scale(action, c.canonical, c.spec)
		if !slices.Equal(action, c.want) {
			t.Errorf("%v becomes %v with bounds %v to %v, want %v", c.canonical, action, c.spec.Minimum, c.spec.Maximum, c.want)
		}
	}
}

// choices is a discrete action.
func choices(first, last float64) env.Spec {
	return env.Spec{Name: "move", Kind: env.Int, Minimum: []float64{first}, Maximum: []float64{last}}
}

// task has the given specs and cannot be played.
type task struct {
	env.Environment
	observations []env.Spec
	action       env.Spec
}

func (t task) Observations() []env.Spec { return t.observations }
func (t task) Action() env.Spec         { return t.action }

func TestSizesOf(t *testing.T) {
	good := task{
		observations: []env.Spec{{Name: "a", Shape: []int{2, 3}}, {Name: "b"}, {Name: "c", Shape: []int{4}}},
		action:       env.Spec{Name: "u", Shape: []int{2}},
	}
	if sizes, err := agent.SizesOf(good); err != nil || sizes != (agent.Sizes{Observation: 11, Action: 2}) {
		t.Errorf("the sizes are %+v, %v", sizes, err)
	}
	discrete := good
	discrete.action = choices(1, 4)
	if sizes, err := agent.SizesOf(discrete); err != nil || sizes != (agent.Sizes{Observation: 11, Action: 4, Discrete: true}) {
		t.Errorf("the sizes of a discrete task are %+v, %v", sizes, err)
	}
	several, endless := good, good
	several.action = env.Spec{Name: "moves", Shape: []int{2}, Kind: env.Int, Minimum: []float64{0, 0}, Maximum: []float64{1, 1}}
	endless.action.Kind, endless.action.Shape = env.Int, nil
	for want, unfit := range map[string]task{"kind int and shape [2]": several, "kind int and shape []": endless} {
		if _, err := agent.SizesOf(unfit); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want one that says %q", err, want)
		}
	}
}

// several is a task that is several tasks.
type several struct {
	task
	names []string
}

func (s several) Tasks() []string { return s.names }

func TestSizesOfSeveralTasks(t *testing.T) {
	place, asked := env.Spec{Name: "place", Shape: []int{2}}, env.Spec{Name: env.TaskName, Shape: []int{3}}
	picture := env.Spec{Name: "pixels", Shape: []int{1, 1, 3}, Kind: env.Uint8}
	action, names := env.Spec{Name: "force", Shape: []int{2}}, []string{"a", "b", "c"}
	sizes, err := agent.SizesOf(several{task{observations: []env.Spec{place, asked, picture}, action: action}, names})
	if err != nil || sizes.Observation != 5 || sizes.Tasks != 3 {
		t.Errorf("the sizes are %+v, %v, want 5 numbers and 3 tasks", sizes, err)
	}
	if layout := sizes.Layout(7); layout != (replay.Layout{Observation: 5, Action: 2, Reward: 4, Image: 3, State: 7}) {
		t.Errorf("the layout is %+v, want 4 rewards", layout)
	}
	for want, observations := range map[string][]env.Spec{
		`is "place" with 2 elements`: {asked, place},
		`is "task" with 2 elements`:  {place, {Name: env.TaskName, Shape: []int{2}}},
	} {
		if _, err := agent.SizesOf(several{task{observations: observations, action: action}, names}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want one that says %q", err, want)
		}
	}
}

func TestFits(t *testing.T) {
	continuous, discrete := agent.Sizes{Observation: 3, Action: 2}, agent.Sizes{Observation: 3, Action: 4, Discrete: true}
	for _, c := range []struct {
		actions agent.Actions
		sizes   agent.Sizes
		want    string
	}{
		{agent.Continuous, continuous, ""},
		{agent.Continuous, discrete, "mpo chooses continuous actions alone, and those of the task are discrete: one of 4 choices"},
		{agent.Discrete, continuous, "mpo chooses discrete actions alone, and those of the task are continuous: 2 numbers"},
		{agent.Discrete, discrete, ""},
		{agent.AnyActions, continuous, ""},
		{agent.AnyActions, discrete, ""},
	} {
		err := agent.Algorithm{Name: "mpo", Actions: c.actions}.Fits(c.sizes)
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("actions %v and sizes %+v: the error is %v, want %q", c.actions, c.sizes, err, c.want)
		}
	}
}

type settings struct{ agent.Config }

func TestPreset(t *testing.T) {
	preset := func() agent.Config { return &settings{} }
	algorithm := agent.Algorithm{Name: "mpo", Presets: map[string]func() agent.Config{"paper": preset, "default": preset}}
	if config, err := algorithm.Preset("paper"); err != nil || config == nil {
		t.Errorf("the preset is %v, %v", config, err)
	}
	_, err := algorithm.Preset("papers")
	if want := `mpo has no preset "papers"; it has [default paper]`; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}
