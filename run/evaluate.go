package run

import (
	"fmt"
	"math"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
)

// Evaluation is the undiscounted returns of some episodes.
type Evaluation struct {
	Returns []float64
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
	step, err := environment.Reset()
	score := 0.0
	for count := 0; err == nil; count++ {
		score += step.Reward
		if err = visit(step); err != nil || step.Type == env.Last {
			break
		}
		if count == maxEpisode {
			return 0, fmt.Errorf("run: an episode of evaluation did not end after %d steps", maxEpisode)
		}
		agent.Flatten(observation, step.Observation)
		agent.Scale(action, policy.Act(observation, 0, true).Values, spec)
		step, err = environment.Step(action)
	}
	return score, err
}
