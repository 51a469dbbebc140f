package planning

import (
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/plan"
)

// target is a rollout whose best sequence has the sum of its start in every action.
type target struct {
	sum   float32
	seed  uint64
	calls int
}

func (r *target) Stand(start []float32, seed uint64) {
	r.sum, r.seed = 0, seed
	for _, x := range start {
		r.sum += x
	}
}

func (r *target) Score(actions, scores []float32) {
	r.calls++
	size := len(actions) / len(scores)
	for i := range scores {
		scores[i] = 0
		for _, a := range actions[i*size : (i+1)*size] {
			scores[i] -= (a - r.sum) * (a - r.sum)
		}
	}
}

func settings(planner string) Settings {
	return Settings{
		Planner: planner, Sizes: plan.Sizes{Horizon: 3, Action: 2}, Budget: plan.Budget{Samples: 400, Iterations: 8}, WarmStart: true,
		Elites: 20, InitialDeviation: 1, MinimumDeviation: 0.01, Temperature: 0.1, ExplorationDeviation: 0.5,
	}
}

func decider(t *testing.T, s Settings) (*Decider, *target) {
	t.Helper()
	rollout := &target{}
	d, err := New(s, rollout)
	if err != nil {
		t.Fatal(err)
	}
	return d, rollout
}

// Every planner finds the target to its own precision, leaves the plan moved by a step, and decides the same again.
func TestDecide(t *testing.T) {
	for planner, tolerance := range map[string]float64{CEM: 0.02, MPPI: 0.1, Shooting: 0.7} {
		d, rollout := decider(t, settings(planner))
		left := make([]float32, d.settings.StateSize())
		first := slices.Clone(d.Decide([]float32{0.1, 0.2}, left))
		for _, x := range slices.Concat(first, left) {
			if math.Abs(float64(x)-0.3) > tolerance {
				t.Errorf("%s: the action is %v and leaves %v, want 0.3 everywhere", planner, first, left)
			}
		}
		if rollout.calls != 8 || rollout.seed != SeedOf([]float32{0.1, 0.2}) {
			t.Errorf("%s: %d calls with the seed %d", planner, rollout.calls, rollout.seed)
		}
		if again := d.Decide([]float32{0.1, 0.2}, make([]float32, len(left))); !slices.Equal(again, first) {
			t.Errorf("%s: the action is %v and then %v", planner, first, again)
		}
	}
}

// With warm start one iteration more is made where the decisions before ended.
func TestWarmStart(t *testing.T) {
	s := settings(CEM)
	s.Budget.Iterations = 1
	d, _ := decider(t, s)
	left := make([]float32, d.settings.StateSize())
	for range 10 {
		d.Decide([]float32{0.3}, left)
	}
	if math.Abs(float64(left[0])-0.3) > 0.1 {
		t.Errorf("after ten decisions the plan is %v, want 0.3 everywhere", left)
	}
	s.WarmStart = false
	if s.StateSize() != 0 {
		t.Errorf("without warm start a decision leaves %d numbers", s.StateSize())
	}
}

// Log-densities by hand.
func TestExplore(t *testing.T) {
	action, noise := []float32{0}, make([]float32, 1)
	density := Explore(action, noise, 0.5, rng.Key{Seed: 1, Stream: 2, Step: 3})
	if want := -2*action[0]*action[0] - 0.2257914; math.Abs(float64(density-want)) > 1e-5 || action[0] == 0 {
		t.Errorf("noise of %v has the log-density %v, want %v", action[0], density, want)
	}
	d, _ := decider(t, settings(CEM))
	values, density := d.Explore(nil, nil, rng.Key{Seed: 1, Step: 2}, false)
	if math.Abs(float64(density)+1.3862944) > 1e-6 || slices.ContainsFunc(values, func(x float32) bool { return x < -1 || x > 1 }) {
		t.Errorf("the random action %v has the log-density %v, want -2 log 2", values, density)
	}
}

func TestUnknownPlanner(t *testing.T) {
	if _, err := New(settings("tree"), &target{}); err == nil || Known("tree") || !Known(CEM) {
		t.Errorf("the planner tree gives %v", err)
	}
}
