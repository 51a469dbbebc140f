package dataset

import (
	"errors"
	"fmt"
	"math"

	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// End is how an episode ended.
type End byte

// The ways in which episodes end.
const (
	Terminated End = stream.Terminated // by the task: the last discount is 0
	Truncated  End = stream.Truncated  // by a time limit: the last discount is above 0
	Cut        End = stream.Cut        // given up, or what follows is missing
)

// String is the word for it.
func (e End) String() string { return [...]string{"", "terminated", "truncated", "cut"}[e] }

// Episode is an episode of one step or more, in memory.
type Episode struct {
	ID      string // WRITER/NUMBER, where the writer's row NUMBER, of 12 digits, is the first one
	Schema  stream.Schema
	Rows    *replay.Rows // T steps and the final observation, whose action and what follows it are 0
	Physics []float64    // [T + 1, Schema.Physics.Size]
	End     End
}

// Steps is the number of actions.
func (e *Episode) Steps() int { return e.Rows.Len() - 1 }

// Whole tells whether nothing of the episode is missing.
func (e *Episode) Whole() bool { return e.End != Cut && e.Rows.Step[0] == 0 }

// Returns are the undiscounted sums of the rewards, one for each reward in a step.
func (e *Episode) Returns() []float64 {
	width := e.Schema.Layout.Reward
	sums := make([]float64, width)
	for i, reward := range e.Rows.Reward[:e.Steps()*width] {
		sums[i%width] += float64(reward)
	}
	return sums
}

// episodeID is the identity of the episode that begins at a row of a writer.
func episodeID(writer string, row int64) string { return fmt.Sprintf("%s/%012d", writer, row) }

// faults reports what is wrong with the numbers of an episode, row by row.
func (e *Episode) faults(c *columns, report func(row int, reason error)) {
	if err := e.checkSizes(); err != nil {
		report(0, err)
		return
	}
	for i := range e.Rows.Len() {
		if err := errors.Join(e.checkFinite(c, i), e.checkOrder(i)); err != nil {
			report(i, err)
		}
	}
}

// checkSizes tells whether an array has a wrong number of elements.
func (e *Episode) checkSizes() error {
	rows, layout := e.Rows.Len(), e.Schema.Layout
	if rows < 2 {
		return fmt.Errorf("the episode has no step: %d rows, want 2 or more", rows)
	}
	for _, array := range [...]struct {
		name       string
		got, width int
	}{
		{"observation", len(e.Rows.Observation), layout.Observation}, {"action", len(e.Rows.Action), layout.Action},
		{"reward", len(e.Rows.Reward), layout.Reward}, {"discount", len(e.Rows.Discount), 1},
		{"log_probability", len(e.Rows.LogProbability), 1}, {"version", len(e.Rows.Version), 1},
		{"state", len(e.Rows.State), layout.State}, {"image", len(e.Rows.Image), layout.Image},
		{"physics", len(e.Physics), e.Schema.Physics.Size},
	} {
		if array.got != rows*array.width {
			return fmt.Errorf("%s has %d elements in %d rows, want %d", array.name, array.got, rows, rows*array.width)
		}
	}
	return nil
}

// checkFinite tells which number of row i is not finite.
func (e *Episode) checkFinite(c *columns, i int) error {
	for _, v := range c.vectors {
		for j, x := range v.at(e.Rows, i) {
			if x-x != 0 {
				return fmt.Errorf("%s is %v, must be finite", v.element(j), x)
			}
		}
	}
	size := e.Schema.Physics.Size
	for j, x := range e.Physics[i*size : (i+1)*size] {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("physics[%d] is %v, must be finite", j, x)
		}
	}
	return nil
}

// checkOrder tells what of row i contradicts the row before or how the episode ends.
func (e *Episode) checkOrder(i int) error {
	steps, discount := e.Rows.Step, e.Rows.Discount[i]
	switch final := i == e.Steps(); {
	case i > 0 && steps[i] != steps[i-1]+1:
		return fmt.Errorf("step is %d after %d, must count up by one", steps[i], steps[i-1])
	case steps[i] < 0:
		return fmt.Errorf("step is %d, must not be negative", steps[i])
	case final:
		return nil
	case !(discount >= 0 && discount <= 1):
		return fmt.Errorf("discount is %v, must be in [0, 1]", discount)
	case i < e.Steps()-1 && discount == 0:
		return errors.New("discount is 0, but the episode goes on")
	case i == e.Steps()-1 && e.End == Terminated && discount != 0:
		return fmt.Errorf("the episode is terminal, but its last discount is %v, not 0", discount)
	case i == e.Steps()-1 && e.End == Truncated && discount == 0:
		return errors.New("the episode is truncated, but its last discount is 0")
	}
	return nil
}

// extend adds rows, and the physics there.
func (e *Episode) extend(more *replay.Rows, physics []float64) {
	rows := e.Rows
	rows.Observation = append(rows.Observation, more.Observation...)
	rows.Action = append(rows.Action, more.Action...)
	rows.Reward = append(rows.Reward, more.Reward...)
	rows.LogProbability = append(rows.LogProbability, more.LogProbability...)
	rows.Discount = append(rows.Discount, more.Discount...)
	rows.Step = append(rows.Step, more.Step...)
	rows.Version = append(rows.Version, more.Version...)
	rows.Image = append(rows.Image, more.Image...)
	rows.State = append(rows.State, more.State...)
	e.Physics = append(e.Physics, physics...)
}

// makeFinal makes row i an observation alone: nothing was done there.
func makeFinal(layout replay.Layout, rows *replay.Rows, i int) {
	rows.SetObservation(layout, i, rows.Observation[i*layout.Observation:(i+1)*layout.Observation], rows.Step[i])
}
