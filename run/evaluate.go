package run

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
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

// LongestEpisode is the number of steps after which an evaluation or a film cuts an episode off that
// has not ended by itself: some tasks have no time limit.
const LongestEpisode = 10_000

// Episodes says what to play.
type Episodes struct {
	Count   int
	Seed    uint64 // of the start states
	Longest int    // steps after which an episode is cut off; 0 stands for LongestEpisode
}

// newEnvironment makes an environment of task whose episodes have an end.
func (e Episodes) newEnvironment(task env.Task, seed uint64) (env.Environment, error) {
	return wrap.Task(task, func(inner env.Environment) (env.Environment, error) {
		return wrap.TimeLimit(inner, cmp.Or(e.Longest, LongestEpisode))
	}).New(seed)
}

// Evaluate plays episodes of task with the deterministic policy in an environment of its own. The return
// of an episode that was cut off is that of its steps so far.
func Evaluate(task env.Task, policy agent.Policy, episodes Episodes) (Evaluation, error) {
	environment, err := episodes.newEnvironment(task, episodes.Seed)
	if err != nil {
		return Evaluation{}, err
	}
	evaluation, err := playEpisodes(environment, policy, episodes.Count, func(env.TimeStep) error { return nil })
	return evaluation, errors.Join(err, environment.Close())
}

// playEpisodes plays with the deterministic policy and shows every time step to visit.
func playEpisodes(environment env.Environment, policy agent.Policy, count int, visit func(env.TimeStep) error) (Evaluation, error) {
	var result Evaluation
	for range count {
		score, err := playEpisode(environment, policy, visit)
		if err != nil {
			return result, err
		}
		result.Returns = append(result.Returns, score)
	}
	return result, nil
}

// playEpisode plays one episode with the deterministic policy, shows every time step to visit, and
// returns the return.
func playEpisode(environment env.Environment, policy agent.Policy, visit func(env.TimeStep) error) (float64, error) {
	sizes, err := agent.SizesOf(environment)
	if err != nil {
		return 0, err
	}
	spec := environment.Action()
	observation, action := make([]float32, sizes.Observation), make([]float64, sizes.Action)
	state := make([]float32, policy.StateSize())
	score := 0.0
	step, err := environment.Reset()
	for count := 0; ; count++ {
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
		chosen := policy.Act(observation, state, 0, true)
		copy(state, chosen.State)
		agent.Scale(action, chosen.Values, spec)
		step, err = environment.Step(action)
	}
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
