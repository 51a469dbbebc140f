package control

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Variant is how another suite has a task of this one.
type Variant struct {
	// Edit changes the MJCF text of the task before it is compiled; nil changes nothing. Names that the
	// task looks up must stay.
	Edit func(mjcf string) (string, error)
	// Level lets quadruped-run and quadruped-walk begin with an upright torso that faces any way, instead
	// of one that is turned any way.
	Level bool
}

// NewVariant makes a variant of the environment of a task of Tasks. It is an error of mujoco if the edited
// text does not compile.
func NewVariant(name string, seed uint64, config Config, v Variant) (*Environment, error) {
	for _, t := range tasks() {
		if "control/"+t.name == name {
			varied, err := v.of(t)
			if err != nil {
				return nil, fmt.Errorf("control: %s: %w", name, err)
			}
			return newEnvironment(varied, seed, config)
		}
	}
	_, err := Tasks().Find(name)
	return nil, fmt.Errorf("control: %w", err)
}

// of is the variant of t.
func (v Variant) of(t task) (task, error) {
	if v.Edit != nil {
		text, err := v.Edit(t.model())
		if err != nil {
			return t, err
		}
		t.model, t.body = func() string { return text }, nil
	}
	if v.Level && (t.name == "quadruped-run" || t.name == "quadruped-walk") {
		bind := t.bind
		t.bind = func(p physics) binding {
			b := bind(p)
			b.Initialise = newQuadruped(p).dropLevel
			return b
		}
	}
	return t, nil
}

// dropLevel lands the quadruped in the middle, upright and facing any way.
func (q quadruped) dropLevel(random *rand.Rand) error {
	sin, cos := math.Sincos(uniform(random, 0, 2*math.Pi) / 2)
	return q.land([]float64{cos, 0, 0, sin}, 0, 0)
}
