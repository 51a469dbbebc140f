package realworld

import (
	"fmt"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/internal/rng"
)

// Faults of sensors and actuators strike each component by itself, with a probability at each step, and last for a number of steps.
type Faults struct {
	Observations     float64 `toml:"observations"` // probability
	ObservationSteps int     `toml:"observation_steps"`
	Actions          float64 `toml:"actions"` // probability
	ActionSteps      int     `toml:"action_steps"`
}

// fault is what strikes the components of a row.
type fault struct {
	probability float64
	steps       int64
	key         rng.Key
	left        []int64 // steps for which a component is at fault, from now on
	chance      []float64
}

func newFault(size int, probability float64, steps int, key rng.Key) *fault {
	return &fault{probability, int64(steps), key, make([]int64, size), make([]float64, size)}
}

// strike takes a step, and calls at for each component that is at fault. One that is struck is not struck again
// before it is well.
func (f *fault) strike(at func(component int)) {
	rng.Uniform(f.chance, f.key, 0)
	f.key.Step++
	for i, chance := range f.chance {
		if f.left[i] == 0 && chance < f.probability {
			f.left[i] = f.steps
		}
		if f.left[i] > 0 {
			f.left[i]--
			at(i)
		}
	}
}

func (f *fault) memory() []any { return []any{&f.key, f.left} }

// spoiler spoils a row in place.
type spoiler struct {
	kind    string
	memory  []any
	spoil   func(row []float64)
	forget  func()
	loosens func(*env.Spec) // of observations
}

// dropping sets components at fault to zero.
func dropping(what string, f *fault) spoiler {
	return spoiler{
		kind: "dropped " + what, memory: f.memory(), loosens: withZero,
		spoil:  func(row []float64) { f.strike(func(i int) { row[i] = 0 }) },
		forget: func() { clear(f.left) },
	}
}

// sticking lets components at fault keep the value that they had in the row before. In the first row they have their own.
func sticking(what string, f *fault) spoiler {
	before, known := make([]float64, len(f.left)), false
	return spoiler{
		kind: "stuck " + what, memory: append(f.memory(), before, &known), loosens: func(*env.Spec) {},
		spoil: func(row []float64) {
			if !known {
				copy(before, row)
				known = true
			}
			f.strike(func(i int) { row[i] = before[i] })
			copy(before, row)
		},
		forget: func() {
			clear(f.left)
			known = false
		},
	}
}

// spoiledActions lets s spoil actions.
func spoiledActions(inner env.Environment, s spoiler, h habits) (env.Environment, error) {
	spec := inner.Action()
	if spec.Kind != env.Float64 {
		return nil, fmt.Errorf("realworld: %s: the task takes actions of kind %v, want continuous ones (float64)", s.kind, spec.Kind)
	}
	spoiled := make([]float64, spec.Size())
	return wrap.Changed(inner, wrap.Change{
		Kind: s.kind, Memory: s.memory,
		Act: func(action []float64) []float64 {
			copy(spoiled, action)
			s.spoil(spoiled)
			return spoiled
		},
		Arrive: func(step *env.TimeStep) {
			if h.forgets(step) {
				s.forget()
			}
		},
	})
}

// spoiledObservations lets s spoil the numbers of observations, which read reads.
func spoiledObservations(inner env.Environment, read *sensors, s spoiler, h habits) (env.Environment, error) {
	return wrap.Changed(inner, wrap.Change{
		Kind: s.kind, Memory: s.memory, Observations: read.with(inner, s.loosens),
		Arrive: func(step *env.TimeStep) {
			if h.forgets(step) {
				s.forget()
			}
			step.Observation = read.read(step.Observation)
			s.spoil(read.row)
		},
	})
}

func droppedActions(f Faults, h habits) layer {
	return func(inner env.Environment) (env.Environment, error) {
		drop := newFault(inner.Action().Size(), f.Actions, f.ActionSteps, h.key(streamDroppedActions))
		return spoiledActions(inner, dropping("actions", drop), h)
	}
}

func stuckActions(f Faults, h habits) layer {
	return func(inner env.Environment) (env.Environment, error) {
		stick := newFault(inner.Action().Size(), f.Actions, f.ActionSteps, h.key(streamStuckActions))
		return spoiledActions(inner, sticking("actions", stick), h)
	}
}

func droppedObservations(f Faults, h habits) layer {
	return func(inner env.Environment) (env.Environment, error) {
		read := newSensors(inner)
		drop := newFault(len(read.row), f.Observations, f.ObservationSteps, h.key(streamDroppedObservations))
		return spoiledObservations(inner, read, dropping("observations", drop), h)
	}
}

func stuckObservations(f Faults, h habits) layer {
	return func(inner env.Environment) (env.Environment, error) {
		read := newSensors(inner)
		stick := newFault(len(read.row), f.Observations, f.ObservationSteps, h.key(streamStuckObservations))
		return spoiledObservations(inner, read, sticking("observations", stick), h)
	}
}
