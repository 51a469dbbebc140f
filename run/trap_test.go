package run

import (
	"path/filepath"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/safetensors"
)

// A reward too large for its square makes the numbers of the learner overflow. The trap ends the run at
// the first operation that does, and keeps what it read.
func TestTrap(t *testing.T) {
	e, folder := onLadder(30, func(total int, step *env.TimeStep) {
		if total == 12 {
			step.Reward = 3e38
		}
	}), t.TempDir()
	e.Config.Trap = true
	_, _, err := train(t, e, folder, false)
	path := filepath.Join(folder, trapFile)
	expectError(t, err, " made +Inf (element ", "traced at ", "input 0: ", path)
	file, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if numbers, err := safetensors.Values[float64](file, "input0", -1); err != nil || len(numbers) == 0 {
		t.Errorf("%d numbers of the first input, error %v", len(numbers), err)
	}
}
