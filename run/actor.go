package run

import (
	"fmt"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
)

// actor is a policy in the environment that it acts in.
type actor struct {
	policy agent.Policy
	// simulating is the policy, and environment where it acts, if it has to be told.
	simulating  agent.Simulating
	environment env.Snapshotter
}

// enter lets policy act in environment, which is one of task. What it tries out it does with so many workers.
func enter(policy agent.Policy, task env.Task, environment env.Environment, workers int) (*actor, error) {
	outside, ok := policy.(agent.Simulating)
	if !ok {
		return &actor{policy: policy}, nil
	}
	saving, ok := environment.(env.Snapshotter)
	if !ok {
		return nil, fmt.Errorf("the agent tries its actions out in copies of the environment, and %s cannot be copied: it does not save its state", task.Name)
	}
	inside, err := outside.In(task, workers)
	return &actor{policy: inside, simulating: inside, environment: saving}, err
}

// act chooses an action, after telling the policy where it is.
func (a *actor) act(observation agent.Observation, state []float32, occasion uint64, deterministic bool) (agent.Action, error) {
	if a.simulating != nil {
		snapshot, err := a.environment.Save()
		if err == nil {
			err = a.simulating.Stand(snapshot)
		}
		if err != nil {
			return agent.Action{}, err
		}
	}
	return a.policy.Act(observation, state, occasion, deterministic), nil
}

// leave ends what enter began.
func (a *actor) leave() error {
	if a == nil || a.simulating == nil {
		return nil
	}
	return a.simulating.Close()
}
