package control

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/reverie-rl/reverie/env"
)

// The physics of a task are those of mujoco.Data, followed by the goals of its binding.

// PhysicsSpec implements env.Relabeller.
func (e *Environment) PhysicsSpec() env.PhysicsSpec { return e.physicsSpec }

// physicsSpecOf describes the physics of t on the simulation p.
func physicsSpecOf(t task, p physics, b binding) env.PhysicsSpec {
	body := t.model
	if t.body != nil {
		body = t.body
	}
	domain, _, _ := strings.Cut(t.name, "-")
	hash := sha256.Sum256([]byte(body()))
	spec := env.PhysicsSpec{Model: fmt.Sprintf("control/%s@%x", domain, hash[:4]), Size: p.data.PhysicsSize()}
	for _, goal := range b.goals {
		spec.Size += len(goal)
	}
	return spec
}

// Physics implements env.Relabeller.
func (e *Environment) Physics(into []float64) error {
	if err := e.open(); err != nil {
		return err
	}
	if err := e.physicsSpec.CheckSize(into); err != nil {
		return fmt.Errorf("control: task %s: %w", e.task.name, err)
	}
	e.physics.data.Physics(into)
	goals := into[e.physics.data.PhysicsSize():]
	for _, goal := range e.binding.goals {
		goals = goals[copy(goals, goal):]
	}
	return nil
}

// RewardOf implements env.Relabeller. What a task sets itself, the size of a target for instance, is
// what Reset makes of it. The first call makes a second simulation, in which this and all further
// calls look at states while the first one plays on.
func (e *Environment) RewardOf(physics []float64) (reward, discount float64, err error) {
	if err := e.open(); err != nil {
		return 0, 0, err
	}
	if err := e.physicsSpec.CheckPhysics(physics); err != nil {
		return 0, 0, fmt.Errorf("control: task %s: %w", e.task.name, err)
	}
	if e.judge == nil {
		if e.judge, err = newJudge(e.task); err != nil {
			return 0, 0, err
		}
	}
	if err := e.judge.arrive(physics); err != nil {
		return 0, 0, fmt.Errorf("control: task %s: relabelling: %w", e.task.name, err)
	}
	reward, discount = e.judge.binding.reward(), 1
	if terminated := e.judge.binding.terminated; terminated != nil && terminated() {
		discount = 0
	}
	return reward, discount, nil
}

// newJudge makes an environment whose constants are those of an episode. All that is random there is
// either overwritten by physics or nothing that a reward reads.
func newJudge(t task) (*Environment, error) {
	judge, err := newEnvironment(t, 0)
	if err != nil {
		return nil, err
	}
	if _, err := judge.Reset(); err != nil {
		return nil, errors.Join(err, judge.Close())
	}
	return judge, nil
}

// arrive puts the simulation where a step has led that left these physics.
func (e *Environment) arrive(physics []float64) error {
	size := e.physics.data.PhysicsSize()
	goals := physics[size:]
	for _, goal := range e.binding.goals {
		goals = goals[copy(goal, goals):]
	}
	return e.physics.data.SetPhysics(physics[:size])
}
