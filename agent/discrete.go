package agent

import (
	"fmt"

	"github.com/reverie-rl/reverie/env"
)

// Actions says what actions an algorithm can choose.
type Actions uint8

// The kinds of actions.
const (
	Continuous Actions = iota // rows of numbers, where [-1, 1] is what the task allows
	Discrete                  // one of some choices: rows are one-hot
	AnyActions                // either
)

// Fits returns an error if the algorithm cannot choose actions of a task of these sizes.
func (a Algorithm) Fits(sizes Sizes) error {
	switch {
	case sizes.Discrete && a.Actions == Continuous:
		return fmt.Errorf("%s chooses continuous actions alone, and those of the task are discrete: one of %d choices", a.Name, sizes.Action)
	case !sizes.Discrete && a.Actions == Discrete:
		return fmt.Errorf("%s chooses discrete actions alone, and those of the task are continuous: %d numbers", a.Name, sizes.Action)
	}
	return nil
}

// actionSizes sets the width of a row of spec's actions: the number of choices, if they are discrete.
func (s *Sizes) actionSizes(spec env.Spec) error {
	switch {
	case spec.Kind == env.Float64:
		s.Action = spec.Size()
		return nil
	case spec.Kind != env.Int || spec.Size() != 1 || !spec.Bounded():
		return fmt.Errorf("agent: the task takes actions of kind %v and shape %v; agents choose numbers (float64), or one whole number (int) within bounds", spec.Kind, spec.Shape)
	}
	s.Action, s.Discrete = int(spec.Maximum[0]-spec.Minimum[0])+1, true
	return nil
}

// choice is the place of the largest of row, the first of them if there are several.
func choice(row []float32) int {
	best := 0
	for i, x := range row {
		if x > row[best] {
			best = i
		}
	}
	return best
}
