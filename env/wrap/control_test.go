//go:build cgo

package wrap_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/mujoco"
)

// newReacher draws its target anew in every episode, so that its snapshots hold more than a state.
func newReacher(seed uint64) (env.Environment, error) {
	return control.New("control/reacher-easy", seed, control.Config{Profile: mujoco.Fast})
}

func TestConformanceOnSimulator(t *testing.T) {
	conform(t, newReacher, append(wrappers(), blind("control/reacher-easy")))
	e, err := newReacher(1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.(env.Renderer).Render(0, 8, 8); errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	conform(t, newReacher, []wrapper{pixels})
}

// standing is a task of the suite whose episodes begin in its default position with given velocities.
type standing struct {
	*control.Environment
	velocity float64
}

func (s standing) Reset() (env.TimeStep, error) {
	qpos, qvel, err := s.DefaultState()
	if err != nil {
		return env.TimeStep{}, err
	}
	for i := range qvel {
		qvel[i] = s.velocity * float64(1+i%3)
	}
	return s.SetState(qpos, qvel)
}

// Forces and accelerations depend on velocities by the laws of motion, and may.
var forces = []string{"touch", "touch_sensors", "foot_forces", "force_torque", "imu", "inertial_sensors"}

// TestHideVelocitiesOfTheSuite looks at every task at rest and in motion: without velocities there is no
// difference.
func TestHideVelocitiesOfTheSuite(t *testing.T) {
	for _, task := range control.Tasks() {
		inner := must[*control.Environment](t)(control.New(task.Name, 1, control.Config{}))
		full := inner.Observations()
		still := must[env.Environment](t)(wrap.HideVelocities(standing{inner, 0}, task.Name))
		moving := must[env.Environment](t)(wrap.HideVelocities(standing{inner, .3}, task.Name))
		before := must[env.TimeStep](t)(still.Reset()).Observation.Clone()
		after := must[env.TimeStep](t)(moving.Reset()).Observation
		for i, spec := range still.Observations() {
			if !slices.Contains(forces, spec.Name) && !slices.Equal(before[i].Float64, after[i].Float64) {
				t.Errorf("%s: %s is %v at rest and %v in motion", task.Name, spec.Name, before[i].Float64, after[i].Float64)
			}
		}
		sizes := func(specs []env.Spec) (size int) {
			for _, spec := range specs {
				size += spec.Size()
			}
			return size
		}
		if left, all := sizes(still.Observations()), sizes(full); left < all/4 {
			t.Errorf("%s: %d of %d numbers are left", task.Name, left, all)
		}
		if err := inner.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Two cameras see two pictures of the same state.
func TestTwoCamerasOfTheSuite(t *testing.T) {
	task := env.Task{Name: "control/cartpole-swingup", New: func(seed uint64) (env.Environment, error) {
		return control.New("control/cartpole-swingup", seed, control.Config{Profile: mujoco.Fast})
	}}
	e, err := wrap.Drawn(task, 16, "fixed,lookatcart").New(1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	specs := e.Observations()
	first, second := len(specs)-2, len(specs)-1
	if specs[first].Name != wrap.PixelsName || specs[second].Name != wrap.PixelsName+"_lookatcart" {
		t.Errorf("the pictures are called %q and %q", specs[first].Name, specs[second].Name)
	}
	step, err := e.Reset()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(step.Observation[first].Uint8, step.Observation[second].Uint8) {
		t.Error("both cameras see the same")
	}
	if _, err := wrap.Drawn(task, 16, "fixed,nowhere").New(1); err == nil {
		t.Error("a camera that does not exist is taken")
	}
}
