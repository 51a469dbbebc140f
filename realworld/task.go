package realworld

import (
	"errors"
	"fmt"
	"strings"

	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
)

const controlSuite = "control/"

// challenge is a Spec for a certain task.
type challenge struct {
	Spec
	task        string // with the suite
	parameter   Parameter
	constraints []Constraint
}

// newChallenge looks up what spec names for a task, or says what there is not.
func newChallenge(task string, spec Spec) (challenge, error) {
	c := challenge{Spec: spec, task: task}
	if err := spec.Validate(); err != nil {
		return c, err
	}
	name, controlled := strings.CutPrefix(task, controlSuite)
	if !controlled && (spec.Perturb.Enabled || spec.Safety.Enabled) {
		return c, fmt.Errorf("realworld: %s: perturb and safety are for the tasks of %s; leave them out", task, controlSuite)
	}
	domain, variant, _ := strings.Cut(name, "-")
	var err error
	if spec.Perturb.Enabled {
		if c.parameter, err = spec.Perturb.parameter(domain); err != nil {
			return c, fmt.Errorf("%s: %w", task, err)
		}
	}
	if spec.Safety.Enabled {
		c.constraints, err = spec.Safety.choose(domain, variant, spec.Corrected)
	}
	return c, err
}

// Task is base with the challenges of spec around it. It is an error if spec has a setting that cannot be, or a challenge
// that base cannot have.
func Task(base env.Task, spec Spec) (env.Task, error) {
	c, err := newChallenge(base.Name, spec)
	if err != nil {
		return env.Task{}, err
	}
	task := base
	task.New = func(seed uint64) (env.Environment, error) {
		h := habits{seed, spec.Carry}
		e, err := c.inner(base, h)
		if err != nil {
			return nil, err
		}
		for _, around := range c.layers(h) {
			outer, err := around(e)
			if err != nil {
				return nil, errors.Join(err, e.Close())
			}
			e = outer
		}
		return e, nil
	}
	return task, nil
}

// inner makes the task that the layers go around.
func (c challenge) inner(base env.Task, h habits) (env.Environment, error) {
	if c.Perturb.Enabled {
		return newPerturbed(base.Name, c.Perturb, c.parameter, c.Corrected, h)
	}
	if !strings.HasPrefix(base.Name, controlSuite) {
		return base.New(h.seed)
	}
	e, err := control.NewVariant(base.Name, h.seed, control.Config{}, control.Variant{Level: true})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// layers lists the challenges, the innermost first. An action meets them from the last to the first, a time step
// from the first to the last.
func (c challenge) layers(h habits) []layer {
	var layers []layer
	add := func(wanted bool, l layer) {
		if wanted {
			layers = append(layers, l)
		}
	}
	objective := len(c.Objectives.Names) > 0
	add(c.Safety.Enabled, watched(c.constraints, c.Safety.Coefficient))
	add(objective, objectives(c.Objectives))

	add(c.Repetition.Actions > 0, repeatedActions(c.Repetition, h))
	add(c.Stuck.Actions > 0, stuckActions(c.Stuck, h))
	add(c.Dropped.Actions > 0, droppedActions(c.Dropped, h))
	add(c.Gaussian.Actions > 0, gaussianActions(c.Gaussian.Actions, h))
	add(c.Delay.Actions > 0, delayedActions(c.Delay.Actions, h))

	add(c.Gaussian.Observations > 0, gaussianObservations(c.Gaussian.Observations, h))
	add(c.Dropped.Observations > 0, droppedObservations(c.Dropped, h))
	add(c.Stuck.Observations > 0, stuckObservations(c.Stuck, h))
	add(c.Safety.Enabled && c.Safety.Observed, observedConstraints)
	add(c.Delay.Observations > 0, delayedObservations(c.Delay.Observations, h))
	add(c.Dummies > 0, dummies(c.Dummies, h))
	add(objective && c.Objectives.Observed, observedObjectives)
	add(c.Delay.Rewards > 0, delayedRewards(c.Delay.Rewards, h))
	return layers
}
