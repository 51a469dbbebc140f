//go:build cgo

package arm

import (
	"strings"
	"testing"
)

// TestExpert demands that the expert solves lift and stack, for half a second, from at least 19 of 20
// beginnings, or, where REVERIE_LONG is set, from 95 of 100.
func TestExpert(t *testing.T) {
	tasks := []string{"lift", "stack_blue"}
	if starts() > 20 {
		tasks = []string{"lift", "lift_blue", "stack", "stack_blue", "lift_distractor", "stack_distractor", "stack_ball"}
	}
	for _, name := range tasks {
		t.Run(name, func(t *testing.T) { checkExpert(t, name) })
	}
}

// checkExpert counts the beginnings from which the expert solves a task.
func checkExpert(t *testing.T, name string) {
	solved, steps := 0, 0
	for seed := range starts() {
		taken, done := playExpert(t, name, uint64(seed))
		if done {
			solved, steps = solved+1, steps+taken
		} else {
			t.Logf("not solved from seed %d", seed)
		}
	}
	t.Logf("%s: %d of %d, after %d steps on average", name, solved, starts(), steps/max(solved, 1))
	if 100*solved < 95*starts() {
		t.Errorf("solved from %d of %d beginnings", solved, starts())
	}
}

// playExpert has an expert play an episode until the task has been done for ten steps. It tells the number of
// steps before these, and whether it was done.
func playExpert(t *testing.T, name string, seed uint64) (steps int, done bool) {
	t.Helper()
	e, x := expertIn(t, name, seed)
	action, lasting := make([]float64, 5), 0
	for range 200 {
		x.Act(action)
		if _, err := e.Step(action); err != nil {
			t.Fatal(err)
		}
		if lasting++; !e.Success() {
			steps, lasting = steps+lasting, 0
		}
		if lasting == 10 {
			return steps, true
		}
	}
	return steps, false
}

// expertIn begins an episode with an expert.
func expertIn(t testing.TB, name string, seed uint64) (*Environment, *Expert) {
	t.Helper()
	e := open(t, name, seed)
	if _, err := e.Reset(); err != nil {
		t.Fatal(err)
	}
	x, err := NewExpert(e)
	if err != nil {
		t.Fatal(err)
	}
	return e, x
}

// TestNoExpert demands an error for tasks that the expert does not know.
func TestNoExpert(t *testing.T) {
	for _, name := range []string{"reach", "planar_lift"} {
		if _, err := NewExpert(open(t, name, 1)); err == nil || !strings.Contains(err.Error(), "arm/stack") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// BenchmarkExpert times a control step of an expert that lifts, the expert's own work included.
func BenchmarkExpert(b *testing.B) {
	e, x := expertIn(b, "lift", 1)
	action := make([]float64, 5)
	for b.Loop() {
		x.Act(action)
		if _, err := e.Step(action); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkController times the arithmetic of a control step.
func BenchmarkController(b *testing.B) {
	s, action := newTabletop(b), []float64{.1, .2, -.1, .1, 0}
	for b.Loop() {
		s.motion.control(action, s.controls[:])
	}
}
