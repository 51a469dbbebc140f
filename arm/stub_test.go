//go:build !cgo

package arm

import (
	"errors"
	"testing"

	"github.com/reverie-rl/reverie/mujoco"
)

// TestWithoutCgo demands the list of tasks, and a clear error from each.
func TestWithoutCgo(t *testing.T) {
	if len(Tasks()) == 0 {
		t.Fatal("no tasks are listed")
	}
	for _, task := range Tasks() {
		if _, err := task.New(1); !errors.Is(err, mujoco.ErrUnavailable) {
			t.Errorf("%s: %v", task.Name, err)
		}
	}
}
