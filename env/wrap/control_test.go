//go:build cgo

package wrap_test

import (
	"errors"
	"testing"

	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/mujoco"
)

// newReacher draws its target anew in every episode, so that its snapshots hold more than a state.
func newReacher(seed uint64) (env.Environment, error) {
	return control.New("control/reacher-easy", seed, control.Config{Profile: mujoco.Fast})
}

func TestConformanceOnSimulator(t *testing.T) {
	conform(t, newReacher, wrappers())
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
