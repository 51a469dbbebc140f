//go:build !cgo

package control

import (
	"errors"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/mujoco"
)

// TestWithoutCgo demands the list of tasks, and one clear error from each.
func TestWithoutCgo(t *testing.T) {
	if len(Tasks()) == 0 {
		t.Fatal("no tasks are listed")
	}
	for _, task := range Tasks() {
		_, err := task.New(1)
		if !errors.Is(err, mujoco.ErrUnavailable) || !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "apt-get install") {
			t.Errorf("%s: %v", task.Name, err)
		}
	}
}
