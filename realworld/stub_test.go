//go:build !cgo

package realworld

import (
	"errors"
	"testing"

	"github.com/reverie-rl/reverie/mujoco"
)

// TestWithoutCgo demands the list of tasks, and one clear error from each.
func TestWithoutCgo(t *testing.T) {
	for _, task := range Tasks(catalogue()) {
		if _, err := task.New(1); !errors.Is(err, mujoco.ErrUnavailable) {
			t.Errorf("%s: %v", task.Name, err)
		}
	}
	task, err := Find("realworld/cartpole-swingup?preset=hard", catalogue())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := task.New(1); !errors.Is(err, mujoco.ErrUnavailable) {
		t.Error(err)
	}
}
