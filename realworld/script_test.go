package realworld

import (
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// script is an environment that observes and rewards the number of the step, in episodes of length steps, and
// remembers the actions that it was given.
type script struct {
	length  int
	time    int
	over    bool
	seen    []float64
	actions [][]float64
}

func newScript(length int) *script {
	return &script{length: length, over: true, seen: make([]float64, 2)}
}

func (s *script) Observations() []env.Spec {
	return []env.Spec{{Name: "time", Shape: []int{2}, Minimum: []float64{0, 1}, Maximum: []float64{1e6, 1e6}}}
}

func (s *script) Action() env.Spec {
	return env.Spec{Name: "action", Shape: []int{2}, Minimum: []float64{-10, -10}, Maximum: []float64{10, 30}}
}

func (s *script) Close() error { return nil }

func (s *script) observe() env.Observation {
	s.seen[0], s.seen[1] = float64(s.time), 10*float64(s.time)+1
	return env.Observation{{Float64: s.seen}}
}

func (s *script) Reset() (env.TimeStep, error) {
	s.time, s.over = 0, false
	return env.Restart(s.observe()), nil
}

func (s *script) Step(action []float64) (env.TimeStep, error) {
	if s.over {
		return s.Reset()
	}
	s.actions = append(s.actions, append([]float64(nil), action...))
	s.time++
	if s.over = s.time >= s.length; s.over {
		return env.Truncation(100*float64(s.time), s.observe()), nil
	}
	return env.Transition(100*float64(s.time), s.observe()), nil
}

// challenged is inner with the challenges of spec.
func challenged(t *testing.T, inner env.Environment, spec Spec, seed uint64) env.Environment {
	t.Helper()
	task, err := Task(env.Task{Name: "test/script", New: func(uint64) (env.Environment, error) { return inner, nil }}, spec)
	if err != nil {
		t.Fatal(err)
	}
	e, err := task.New(seed)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// play takes count steps with the actions (i, i ...), where i counts from 1, and returns the steps. The first begins an episode.
func play(t *testing.T, e env.Environment, count int) []env.TimeStep {
	t.Helper()
	var steps []env.TimeStep
	for i := range count {
		step, err := e.Step(slices.Repeat([]float64{float64(i)}, e.Action().Size()))
		if err != nil {
			t.Fatal(err)
		}
		step.Observation = step.Observation.Clone()
		step.Rewards = append([]float64(nil), step.Rewards...)
		step.Satisfied = append([]bool(nil), step.Satisfied...)
		steps = append(steps, step)
	}
	return steps
}

// firsts are the first numbers of rows.
func firsts(rows [][]float64) []float64 {
	var numbers []float64
	for _, row := range rows {
		numbers = append(numbers, row[0])
	}
	return numbers
}

// observed are the numbers at place of the observation of each step.
func observed(steps []env.TimeStep, observation, place int) []float64 {
	var numbers []float64
	for _, step := range steps {
		numbers = append(numbers, step.Observation[observation].Float64[place])
	}
	return numbers
}

// rewarded are the rewards of all steps.
func rewarded(steps []env.TimeStep) []float64 {
	var numbers []float64
	for _, step := range steps {
		numbers = append(numbers, step.Reward)
	}
	return numbers
}
