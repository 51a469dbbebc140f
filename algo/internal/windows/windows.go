// Package windows is what updates read that fit a world.Model: windows of replay.
package windows

import (
	"github.com/reverie-rl/reverie/algo/internal/observation"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/world"
)

// Input traces windows of so many steps as inputs of l's update. All begin like episodes, without memory, so that
// every one has a state more than it has steps. Actions are clipped to the bounds of the task.
func Input(t *grad.Tracer, l *offpolicy.Learner, steps int) world.Sequence {
	s := sequence(t, l, steps)
	s.Action, s.Reward = s.Action.Clip(-1, 1), input(t, l, "reward", steps).Pad(0, 1, 0)
	return s
}

// Samples are windows as they were sampled.
type Samples struct {
	world.Sequence             // actions may be beyond the bounds
	Rewards        *grad.Value // of all tasks of the environment, [time, batch, tasks]; nil if it is one
}

// Sampled is Input with actions as policies sampled them and with the rewards of all tasks.
func Sampled(t *grad.Tracer, l *offpolicy.Learner, steps int) Samples {
	s := Samples{Sequence: sequence(t, l, steps)}
	if l.Sizes.Tasks == 0 {
		s.Reward = input(t, l, "reward", steps).Pad(0, 1, 0)
		return s
	}
	rewards := input(t, l, "reward", steps, 1+l.Sizes.Tasks).Pad(0, 1, 0)
	s.Reward = rewards.Slice(2, 0, 1).Reshape(steps+1, l.Batch)
	s.Rewards = rewards.Slice(2, 1, 1+l.Sizes.Tasks)
	return s
}

// input declares an array of windows, [batch, ...], and puts time first.
func input(t *grad.Tracer, l *offpolicy.Learner, name string, shape ...int) *grad.Value {
	x := t.Input(name, append([]int{l.Batch}, shape...)...)
	axes := []int{1, 0, 2}
	return x.Transpose(axes[:len(x.Shape())]...)
}

// sequence traces all of windows but the rewards.
func sequence(t *grad.Tracer, l *offpolicy.Learner, steps int) world.Sequence {
	arrival := input(t, l, "mask", steps).Pad(0, 1, 0) // with what came of each step, behind the first observation
	first := t.Value(grad.Scalar(1)).Broadcast(1, l.Batch).Pad(0, 0, steps)
	return world.Sequence{
		Observation: observation.Input(t, l.Sizes, l.Batch, steps+1).Transpose(1, 0, 2),
		Action:      input(t, l, "action", steps, l.Sizes.Action).Pad(0, 1, 0),
		Discount:    input(t, l, "discount", steps).Pad(0, 1, 0),
		First:       first,
		Known:       arrival.Add(first),
		Arrival:     arrival,
	}
}

// Memory is that of these inputs in l's compiled update, for replay to fill. The states of experience have so many
// numbers, which no update reads.
func Memory(l *offpolicy.Learner, steps, state int) replay.Sequences {
	w := replay.NewSequences(replay.Layout{State: state}, l.Batch, steps)
	seen := l.Seen()
	w.Observation, w.Image = seen.Numbers, seen.Image
	w.Action, w.Reward = l.Memory("action"), l.Memory("reward")
	w.Discount, w.Mask = l.Memory("discount"), l.Memory("mask")
	return w
}
