package agent_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
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
	} {
		action := make([]float64, 2)
		agent.Scale(action, c.canonical, c.spec)
		if !slices.Equal(action, c.want) {
			t.Errorf("%v becomes %v with bounds %v to %v, want %v", c.canonical, action, c.spec.Minimum, c.spec.Maximum, c.want)
		}
	}
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
	discrete.action.Kind = env.Int
	if _, err := agent.SizesOf(discrete); err == nil || !strings.Contains(err.Error(), "actions of kind int") {
		t.Errorf("the error for discrete actions is %v", err)
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
