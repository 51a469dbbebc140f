//go:build cgo

package simulation

import (
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/mujoco"
)

// slider is a mass on a rail, whose setpoint is the integral of its control.
const slider = `<mujoco>
  <option timestep=".01"/>
  <worldbody><body><joint name="x" type="slide" axis="1 0 0" damping="5"/><geom size=".1"/></body></worldbody>
  <actuator><general joint="x" dyntype="integrator" gainprm="100" biastype="affine" biasprm="0 -100 0"/></actuator>
</mujoco>`

// sliding is a task of the slider, whose controller gives half of the action and counts its calls.
func sliding(calls *int, held int) Task {
	compile := func() (*mujoco.Model, error) { return mujoco.Compile(slider, nil) }
	return Task{
		Name: "test/slider", Compile: compile, Drawn: compile, Body: BodyName("test/slider", slider), TimeLimit: 1, Interval: .1,
		Bind: func(_ *mujoco.Model, d *mujoco.Data) Binding {
			return Binding{
				Observations: []Observation{Copied("position", d.QPos)},
				Reward:       func() float64 { return d.QPos[0] },
				Hold:         func() { copy(d.Act, d.QPos) },
				Controller: &Controller{
					Action: env.Spec{Name: "action", Shape: []int{2}, Minimum: []float64{-1, -1}, Maximum: []float64{1, 1}},
					Control: func(action, controls []float64) {
						*calls++
						controls[0] = (action[0] + action[1]) / 2
					},
					PhysicsSteps: held,
				},
			}
		},
	}
}

func open(t *testing.T, task Task) *Environment {
	t.Helper()
	e, err := New(task, 1, Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// TestControllerIsCalledAsOftenAsItAsks counts calls, and demands that a constant control does the same however
// often it is given.
func TestControllerIsCalledAsOftenAsItAsks(t *testing.T) {
	reached := map[int]float64{}
	for held, want := range map[int]int{0: 1, 1: 10, 5: 2} {
		calls := 0
		e := open(t, sliding(&calls, held))
		if _, _, err := e.DefaultState(); err != nil {
			t.Fatal(err)
		}
		if _, err := e.SetState([]float64{0}, []float64{0}); err != nil {
			t.Fatal(err)
		}
		step, err := e.Step([]float64{1, .5})
		if err != nil || calls != want {
			t.Fatalf("%d calls in a step of 10 physics steps that each hold for %d (%v), want %d", calls, held, err, want)
		}
		reached[held] = step.Reward
	}
	if reached[0] <= 0 || reached[1] != reached[0] || reached[5] != reached[0] {
		t.Errorf("the mass is at %v", reached)
	}
}

func TestControlsHoldForAWholePartOfAStep(t *testing.T) {
	if _, err := New(sliding(new(int), 3), 1, Config{}); err == nil || !strings.Contains(err.Error(), "hold for 3 physics steps") {
		t.Errorf("a controller of every third of ten steps: %v", err)
	}
}

// TestHoldKeepsASetState begins away from the setpoint of the model.
func TestHoldKeepsASetState(t *testing.T) {
	e := open(t, sliding(new(int), 0))
	if _, err := e.SetState([]float64{.7}, []float64{0}); err != nil {
		t.Fatal(err)
	}
	if step, err := e.Step([]float64{0, 0}); err != nil || step.Reward < .699 || step.Reward > .701 {
		t.Errorf("the mass is at %v (%v), want .7", step.Reward, err)
	}
}

// TestNothingIsDrawnUnlessAskedFor plays and demands that no renderer was started.
func TestNothingIsDrawnUnlessAskedFor(t *testing.T) {
	e := open(t, sliding(new(int), 0))
	for range 3 {
		if _, err := e.SetState([]float64{0}, []float64{0}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Step([]float64{0, 0}); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.renderers) != 0 || e.drawn != nil {
		t.Errorf("%d renderers of the model %v", len(e.renderers), e.drawn)
	}
}
