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
	Returns []float64    `json:"returns"`
	Tasks   []TaskReturn `json:"tasks,omitempty"` // of an env.MultiTask, those that were played
	// Violations has all constraints of an env.Constrained, and Objectives all of an env.MultiObjective.
	Violations []Violation       `json:"violations,omitempty"`
	Objectives []ObjectiveReturn `json:"objectives,omitempty"`
}

// TaskReturn is what episodes of one of several tasks came to.
type TaskReturn struct {
	Name     string  `json:"name"`
	Episodes int     `json:"episodes"`
	Mean     float64 `json:"mean"` // return
}

// byTask averages the returns of episodes that played tasks in turn.
func byTask(tasks []string, returns []float64) []TaskReturn {
	scores := make([]TaskReturn, min(len(tasks), len(returns)))
	for i, r := range returns {
		score := &scores[i%len(tasks)]
		score.Name = tasks[i%len(tasks)]
		score.Episodes++
		score.Mean += (r - score.Mean) / float64(score.Episodes)
	}
	return scores
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
	Workers int    // of a policy that tries actions out; 0 stands for 1, and results do not depend on it
}

// limited is task with episodes that have an end.
func (e Episodes) limited(task env.Task) env.Task {
	return wrap.Task(task, func(inner env.Environment) (env.Environment, error) {
		return wrap.TimeLimit(inner, cmp.Or(e.Longest, LongestEpisode))
	})
}

// Evaluate plays episodes of task with the deterministic policy in an environment of its own. The return
// of an episode that was cut off is that of its steps so far.
func Evaluate(task env.Task, policy agent.Policy, episodes Episodes) (Evaluation, error) {
	return evaluate(task, policy, episodes, func(env.TimeStep, []float32) error { return nil })
}

// evaluate is Evaluate, and shows every time step and the action that led to it to visit.
func evaluate(task env.Task, policy agent.Policy, episodes Episodes, visit visitor) (Evaluation, error) {
	task = episodes.limited(task)
	environment, err := task.New(episodes.Seed)
	if err != nil {
		return Evaluation{}, err
	}
	evaluation, err := episodes.play(task, environment, policy, visit)
	return evaluation, errors.Join(err, environment.Close())
}

// visitor sees the time steps of an episode, each with the action in canonical units, not clipped, that led to
// it. Both are valid until it returns; nothing led to the first.
type visitor func(step env.TimeStep, action []float32) error

// play plays in environment, which is one of task, with the deterministic policy and shows every time step
// to visit.
func (e Episodes) play(task env.Task, environment env.Environment, policy agent.Policy, visit visitor) (result Evaluation, err error) {
	actor, err := enter(policy, task, environment, max(e.Workers, 1))
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, actor.leave()) }()
	counted := newTally(environment)
	count := func(step env.TimeStep, action []float32) error {
		counted.add(step)
		return visit(step, action)
	}
	for i := range e.Count {
		score, err := playEpisode(environment, i, actor, count)
		if err != nil {
			return result, err
		}
		result.Returns = append(result.Returns, score)
	}
	if several, ok := environment.(env.MultiTask); ok {
		result.Tasks = byTask(several.Tasks(), result.Returns)
	}
	counted.finish(&result)
	return result, nil
}

// begin begins episode number i. Several tasks are played in turn, so that each has its share: episodes are drawn
// until one asks for the task whose turn it is, which starts as its episodes do.
func begin(environment env.Environment, i int) (env.TimeStep, error) {
	several, ok := environment.(env.MultiTask)
	if !ok {
		return environment.Reset()
	}
	place, tasks := env.TaskPlace(several.Observations()), several.Tasks()
	turn, most := i%len(tasks), 100*len(tasks)
	for range most {
		step, err := environment.Reset()
		if err != nil || step.Observation[place].Float64[turn] == 1 {
			return step, err
		}
	}
	return env.TimeStep{}, fmt.Errorf("none of %d episodes plays the task %s", most, tasks[turn])
}

// playEpisode plays episode number i with the deterministic policy, shows every time step to visit, and
// returns the return.
func playEpisode(environment env.Environment, i int, actor *actor, visit visitor) (float64, error) {
	sizes, err := agent.SizesOf(environment)
	if err != nil {
		return 0, err
	}
	spec := environment.Action()
	observation, action := agent.NewObservation(sizes), make([]float64, spec.Size())
	state := make([]float32, actor.policy.StateSize())
	score := 0.0
	var chosen agent.Action
	step, err := begin(environment, i)
	for count := 0; ; count++ {
		if err == nil {
			sizes.Flatten(observation, step.Observation)
			err = errors.Join(checkFinite(step.Reward, observation.Numbers), visit(step, chosen.Values))
		}
		if err != nil {
			return 0, fmt.Errorf("step %d of an episode: %w", count, err)
		}
		score += step.Reward
		if step.Type == env.Last {
			return score, nil
		}
		if chosen, err = actor.act(observation, state, 0, true); err != nil {
			continue // to where it is reported
		}
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
