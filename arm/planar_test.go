//go:build cgo

package arm

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/mujoco"
)

// open makes an environment of one task.
func open(t testing.TB, name string, seed uint64) *Environment {
	t.Helper()
	e, err := New("arm/"+name, seed, Config{Profile: mujoco.Fast})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e.(*Environment)
}

// demonstrate plays an episode with the expert and returns the return and whether the task was done at its end.
func demonstrate(t testing.TB, e *Environment, stacks bool) (total float64, success bool) {
	t.Helper()
	step, err := e.Reset()
	if err != nil {
		t.Fatal(err)
	}
	for expert := (&planarExpert{scene: e.scene, stacks: stacks}); step.Type != env.Last; {
		if step, err = e.Step(expert.act()); err != nil {
			t.Fatal(err)
		}
		total += step.Reward
	}
	return total, e.Success()
}

// TestPlanarExpert lets the expert lift and stack from a hundred random beginnings each.
func TestPlanarExpert(t *testing.T) {
	for _, test := range []struct {
		task   string
		stacks bool
		least  float64 // mean return
	}{{"planar_lift", false, 150}, {"planar_stack", true, 120}, {"planar_lift_distractor", false, 150}, {"planar_stack_blue", true, 120}} {
		e := open(t, test.task, 1)
		solved, mean, least := 0, 0., math.Inf(1)
		for range 100 {
			total, success := demonstrate(t, e, test.stacks)
			if success {
				solved++
			}
			mean, least = mean+total/100, min(least, total)
		}
		t.Logf("%s: %d of 100, mean return %.1f, least %.1f", test.task, solved, mean, least)
		if solved < 95 || mean < test.least {
			t.Errorf("%s: %d of 100 solved, mean return %g, want 95 and %g", test.task, solved, mean, test.least)
		}
	}
}
