//go:build unix

package bench_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/reverie-rl/reverie/bench"
)

// Tracing, differentiating and compiling Dreamer's programs takes less than half a second of a processor,
// however busy the machine is with other things.
func TestDreamerCompilesQuickly(t *testing.T) {
	for _, name := range []string{"rssm_world_model", "dreamer_small"} {
		before := processorTime(t)
		if _, err := bench.Learner(name, nil); err != nil {
			t.Fatal(err)
		}
		taken := processorTime(t) - before
		t.Logf("%s: %v", name, taken)
		if taken > 500*time.Millisecond {
			t.Errorf("%s took %v, want at most 500ms", name, taken)
		}
	}
}

// processorTime is what this process has used so far.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
