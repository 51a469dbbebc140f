package wrap

import (
	"fmt"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/internal/snapshot"
)

type actionRepeat struct {
	base
	times   int
	taken   int       // control steps of the simulator in the latest step
	rewards []float64 // of all tasks or objectives, if there are several, in the latest step
	held    []bool    // the constraints that hold after each of the repetitions
}

// ActionRepeat applies each action times times, or until the episode ends. The reward of a step is
// the sum and its discount the product of those of the repetitions; so are the rewards of all tasks or objectives.
// A constraint is satisfied if it holds after every one.
func ActionRepeat(inner env.Environment, times int) (env.Environment, error) {
	const kind = "action repeat"
	if times < 1 {
		return nil, fmt.Errorf("wrap: %s: an action cannot be applied %d times, want 1 or more", kind, times)
	}
	return offer(&actionRepeat{base: base{Environment: inner, kind: kind}, times: times}), nil
}

// Repeat is the number of control steps of the simulator in one step of e: the product of all its
// ActionRepeat wrappers, 1 if it has none. The step that ends an episode may take fewer.
func Repeat(e env.Environment) int {
	if repeating, ok := e.(interface{ Repeat() int }); ok {
		return repeating.Repeat()
	}
	return 1
}

// Taken is the number of control steps of the simulator in the latest Step of e, if that did not begin
// an episode: Repeat, or fewer if it ended one.
func Taken(e env.Environment) int {
	if repeating, ok := e.(interface{ Taken() int }); ok {
		return repeating.Taken()
	}
	return 1
}

func (r *actionRepeat) Repeat() int { return r.times * Repeat(r.Environment) }
func (r *actionRepeat) Taken() int  { return r.taken }

func (r *actionRepeat) Step(action []float64) (env.TimeStep, error) {
	step, err := r.Environment.Step(action)
	r.taken = Taken(r.Environment)
	reward, discount := step.Reward, step.Discount
	r.rewards, r.held = append(r.rewards[:0], step.Rewards...), append(r.held[:0], step.Satisfied...)
	for i := 1; i < r.times && err == nil && step.Type == env.Mid; i++ {
		step, err = r.Environment.Step(action)
		r.taken += Taken(r.Environment)
		reward += step.Reward
		discount *= step.Discount
		r.merge(step)
	}
	step.Reward, step.Discount = reward, discount
	if step.Rewards != nil {
		step.Rewards = r.rewards
	}
	if step.Satisfied != nil {
		step.Satisfied = r.held
	}
	return step, err
}

// merge adds the rewards of one more repetition, and keeps the constraints that hold after it too.
func (r *actionRepeat) merge(step env.TimeStep) {
	for task, reward := range step.Rewards {
		r.rewards[task] += reward
	}
	for constraint, holds := range step.Satisfied {
		r.held[constraint] = r.held[constraint] && holds
	}
}

type timeLimit struct {
	base
	limit int64
	count int64 // steps taken in this episode
	over  bool  // the limit ended the episode, which the wrapped environment does not know
}

// TimeLimit cuts episodes off after limit steps of inner: a MID step becomes LAST and keeps its
// discount, so that it is a truncation. A LAST step stays what it is. Of two limits the smaller one
// counts.
func TimeLimit(inner env.Environment, limit int) (env.Environment, error) {
	const kind = "time limit"
	if limit < 1 {
		return nil, fmt.Errorf("wrap: %s: an episode cannot have %d steps, want 1 or more", kind, limit)
	}
	t := &timeLimit{base: base{Environment: inner, kind: kind}, limit: int64(limit)}
	t.memory = snapshot.Memory{&t.count, &t.over}
	return offer(t), nil
}

func (t *timeLimit) Reset() (env.TimeStep, error) { return t.counted(t.Environment.Reset()) }

func (t *timeLimit) Step(action []float64) (env.TimeStep, error) {
	if t.over {
		return t.Reset()
	}
	return t.counted(t.Environment.Step(action))
}

// counted counts step and cuts the episode off if it was the last allowed one.
func (t *timeLimit) counted(step env.TimeStep, err error) (env.TimeStep, error) {
	if err != nil {
		return step, err
	}
	t.count++
	if step.Type == env.First {
		t.count = 0
	}
	t.over = step.Type == env.Mid && t.count >= t.limit
	if t.over {
		step.Type = env.Last
	}
	return step, nil
}
