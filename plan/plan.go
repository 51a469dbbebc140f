package plan

import (
	"fmt"
	"iter"
	"time"
)

// Rollout is a model of the world that stands in some state. How it gets there is its own affair:
// what a state is differs from model to model.
type Rollout interface {
	// Score writes the return of every sequence of actions [samples, horizon, action] from that state
	// into scores [samples]. A sequence that the model cannot follow has a return that is not finite.
	Score(actions, scores []float32)
}

// Planner looks for a sequence of actions with a high return. It is used by one goroutine at a time.
type Planner interface {
	// Plan asks rollout for the returns of sequences near start until budget is used up. It is an error
	// if budget or start make no sense, or if rollout does not offer what the planner needs.
	Plan(rollout Rollout, start Start, budget Budget) (Plan, error)
}

// Start is where a planner begins to look.
type Start struct {
	Nominal   []float32 // [horizon, action] the plan so far: zeros if there is none
	Proposals []float32 // [proposals, horizon, action] sequences of a policy, to be tried in every iteration
	Seed      uint64    // of the random numbers: every decision has its own
}

// Budget limits a plan.
type Budget struct {
	Samples    int           // sequences in an iteration
	Iterations int           // at most; 0 for as many as Time allows
	Time       time.Duration // after which no iteration begins but the first; 0 for no limit
}

// Validate returns an error that names the field, its value and what is allowed.
func (b Budget) Validate() error {
	switch {
	case b.Samples < 1:
		return fmt.Errorf("plan: the budget has %d samples, must be 1 or more", b.Samples)
	case b.Iterations < 0 || b.Time < 0:
		return fmt.Errorf("plan: the budget has %d iterations and a time of %v, must not be negative", b.Iterations, b.Time)
	case b.Iterations == 0 && b.Time == 0:
		return fmt.Errorf("plan: the budget has neither iterations nor a time: the plan would have no end")
	}
	return nil
}

// rounds counts iterations, from 0 on, until the budget is used up.
func (b Budget) rounds() iter.Seq[int] {
	begun := time.Now()
	return func(yield func(int) bool) {
		for i := 0; i == 0 || b.allows(i, time.Since(begun)); i++ {
			if !yield(i) {
				return
			}
		}
	}
}

// allows tells whether another iteration may begin.
func (b Budget) allows(made int, passed time.Duration) bool {
	return (b.Iterations == 0 || made < b.Iterations) && (b.Time == 0 || passed < b.Time)
}

// Plan is what a planner found.
type Plan struct {
	Actions    []float32 // [horizon, action], in the planner's memory until its next Plan
	Score      float32   // the highest return that was met; minus infinity if none was finite
	Iterations int       // that were made
}

// Sizes are those of a sequence.
type Sizes struct{ Horizon, Action int }

// Size is the number of elements of a sequence.
func (s Sizes) Size() int { return s.Horizon * s.Action }

// Shift moves actions [horizon, action] by one step: what was planned for the step after the first comes
// first, and the last action stands twice.
func (s Sizes) Shift(actions []float32) {
	copy(actions, actions[s.Action:])
}
