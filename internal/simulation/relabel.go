package simulation

import (
	"errors"
	"fmt"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/mujoco"
)

// The physics of a task are those of mujoco.Data, followed by the goals of its binding.

// PhysicsSpec implements env.Relabeller.
func (e *Environment) PhysicsSpec() env.PhysicsSpec { return e.physicsSpec }

// physicsSpecOf describes the physics of t on the simulation d.
func physicsSpecOf(t Task, d *mujoco.Data, b Binding) env.PhysicsSpec {
	spec := env.PhysicsSpec{Model: t.Body, Size: d.PhysicsSize()}
	for _, goal := range b.Goals {
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
		return fmt.Errorf("%s: %w", e.task.Name, err)
	}
	e.data.Physics(into)
	goals := into[e.data.PhysicsSize():]
	for _, goal := range e.binding.Goals {
		goals = goals[copy(goals, goal):]
	}
	return nil
}

// RewardOf implements env.Relabeller. What a task sets itself, the size of a target for instance, is
// what Reset makes of it. The first call makes a second simulation, in which this and all further
// calls look at states while the first one plays on.
func (e *Environment) RewardOf(physics []float64) (reward, discount float64, err error) {
	if err := e.look(physics); err != nil {
		return 0, 0, err
	}
	reward, discount = e.judge.binding.Reward(), 1
	if terminated := e.judge.binding.Terminated; terminated != nil && terminated() {
		discount = 0
	}
	return reward, discount, nil
}

// AllRewardsOf writes what Binding.Rewards holds where physics were left into into: RewardOf for a task of
// several.
func (e *Environment) AllRewardsOf(physics, into []float64) error {
	if want := len(e.binding.Rewards); len(into) != want {
		return fmt.Errorf("%s: there is room for %d rewards, the tasks are %d", e.task.Name, len(into), want)
	}
	if err := e.look(physics); err != nil {
		return err
	}
	e.judge.binding.Reward()
	copy(into, e.judge.binding.Rewards)
	return nil
}

// look puts the judge where a step has led that left these physics.
func (e *Environment) look(physics []float64) (err error) {
	if err := e.open(); err != nil {
		return err
	}
	if err := e.physicsSpec.CheckPhysics(physics); err != nil {
		return fmt.Errorf("%s: %w", e.task.Name, err)
	}
	if e.judge == nil {
		if e.judge, err = newJudge(e.task); err != nil {
			return err
		}
	}
	if err := e.judge.arrive(physics); err != nil {
		return fmt.Errorf("%s: relabelling: %w", e.task.Name, err)
	}
	return nil
}

// newJudge makes an environment whose constants are those of an episode. All that is random there is
// either overwritten by physics or nothing that a reward reads.
func newJudge(t Task) (*Environment, error) {
	judge, err := New(t, 0, Config{})
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
	size := e.data.PhysicsSize()
	goals := physics[size:]
	for _, goal := range e.binding.Goals {
		goals = goals[copy(goal, goals):]
	}
	return e.data.SetPhysics(physics[:size])
}
