package run

import (
	"errors"
	"fmt"
	"math"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
)

// Evaluation is the undiscounted returns of some episodes.
type Evaluation struct {
	Returns []float64 `json:"returns"`
}

// Mean is the average return.
func (e Evaluation) Mean() float64 {
	sum := 0.0
	for _, r := range e.Returns {
		sum += r
	}
	return sum / float64(len(e.Returns))
}

// Deviation is the standard deviation of the returns, with n in the denominator.
func (e Evaluation) Deviation() float64 {
	mean, sum := e.Mean(), 0.0
	for _, r := range e.Returns {
		sum += (r - mean) * (r - mean)
	}
	return math.Sqrt(sum / float64(len(e.Returns)))
}

// Evaluate plays episodes of task with the deterministic policy in an environment of its own.
func Evaluate(task env.Task, policy agent.Policy, episodes int, seed uint64) (Evaluation, error) {
	var result Evaluation
	environment, err := task.New(seed)
	if err != nil {
		return result, err
	}
	defer environment.Close()
	for range episodes {
		score, err := playEpisode(environment, policy, func(env.TimeStep) error { return nil })
		if err != nil {
			return result, err
		}
		result.Returns = append(result.Returns, score)
	}
	return result, nil
}

// maxEpisode ends an evaluation on a task whose episodes have no end.
const maxEpisode = 100_000

// playEpisode plays one episode with the deterministic policy, shows every time step to visit, and
// returns the return.
func playEpisode(environment env.Environment, policy agent.Policy, visit func(env.TimeStep) error) (float64, error) {
	sizes, err := agent.SizesOf(environment)
	if err != nil {
		return 0, err
	}
	spec := environment.Action()
	observation, action := make([]float32, sizes.Observation), make([]float64, sizes.Action)
	score := 0.0
	step, err := environment.Reset()
	for count := 0; count < maxEpisode; count++ {
		if err == nil {
			agent.Flatten(observation, step.Observation)
			err = errors.Join(checkFinite(step.Reward, observation), visit(step))
		}
		if err != nil {
			return 0, fmt.Errorf("step %d of an episode: %w", count, err)
		}
		score += step.Reward
		if step.Type == env.Last {
			return score, nil
		}
		agent.Scale(action, policy.Act(observation, 0, true).Values, spec)
		step, err = environment.Step(action)
	}
	return 0, fmt.Errorf("an episode did not end after %d steps", maxEpisode)
}

// checkFinite tells which number of a time step is not finite.
func checkFinite(reward float64, observation []float32) error {
	if reward-reward != 0 {
		return fmt.Errorf("reward is %v", reward)
	}
	for i, x := range observation {
		if x-x != 0 {
			return fmt.Errorf("observation[%d] is %v", i, x)
		}
	}
	return nil
}
