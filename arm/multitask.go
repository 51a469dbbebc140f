package arm

import "fmt"

// MultiTask is a task that is several at once: an env.MultiTask and env.MultiRelabeller beside what an
// Environment is.
type MultiTask struct{ *Environment }

// Tasks implements env.MultiTask.
func (e *MultiTask) Tasks() []string {
	var names []string
	for _, o := range e.objectives {
		names = append(names, o.name)
	}
	return names
}

// Success tells of each of Tasks whether it is done in the present state.
func (e *MultiTask) Success() []bool {
	done := make([]bool, len(e.objectives))
	for i, o := range e.objectives {
		done[i] = e.Data() != nil && o.done(e.scene)
	}
	return done
}

// RewardOf implements env.Relabeller, for the task that was played. A single task of the body that is among
// Tasks has played that one, any other task the first.
func (e *MultiTask) RewardOf(physics []float64) (reward, discount float64, err error) {
	if _, err := e.playedIn(physics); err != nil {
		return 0, 0, err
	}
	return e.Environment.RewardOf(physics)
}

// RewardsOf implements env.MultiRelabeller.
func (e *MultiTask) RewardsOf(physics, into []float64) (task int, err error) {
	if task, err = e.playedIn(physics); err != nil {
		return 0, err
	}
	return task, e.AllRewardsOf(physics, into)
}

// playedIn is the task that was played where physics come from: their last number, the goal of the binding.
func (e *MultiTask) playedIn(physics []float64) (int, error) {
	if err := e.PhysicsSpec().CheckPhysics(physics); err != nil {
		return 0, fmt.Errorf("arm: %w", err)
	}
	played := physics[len(physics)-1]
	task := int(played)
	if float64(task) != played || task < 0 || task >= len(e.objectives) {
		return 0, fmt.Errorf("arm: the physics are of task %v, want one of the %d tasks", played, len(e.objectives))
	}
	return task, nil
}
