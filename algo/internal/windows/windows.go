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
	s := Sampled(t, l, steps)
	s.Action = s.Action.Clip(-1, 1)
	return s
}

// Sampled is Input with actions as policies sampled them, which may be beyond the bounds.
func Sampled(t *grad.Tracer, l *offpolicy.Learner, steps int) world.Sequence {
	batch := l.Batch
	input := func(name string, shape ...int) *grad.Value { // [time, batch, ...]
		x := t.Input(name, append([]int{batch}, shape...)...)
		axes := []int{1, 0, 2}
		return x.Transpose(axes[:len(x.Shape())]...)
	}
	arrival := input("mask", steps).Pad(0, 1, 0) // with what came of each step, behind the first observation
	first := t.Value(grad.Scalar(1)).Broadcast(1, batch).Pad(0, 0, steps)
	return world.Sequence{
		Observation: observation.Input(t, l.Sizes, batch, steps+1).Transpose(1, 0, 2),
		Action:      input("action", steps, l.Sizes.Action).Pad(0, 1, 0),
		Reward:      input("reward", steps).Pad(0, 1, 0),
		Discount:    input("discount", steps).Pad(0, 1, 0),
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
