package planet

import (
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/world"
)

// window traces the inputs of an update: windows that all begin like episodes, without memory, so that
// every one has a state more than it has steps.
func (l *learner) window(t *grad.Tracer) world.Sequence {
	batch, steps := l.Batch, l.config.Window
	input := func(name string, shape ...int) *grad.Value { // [time, batch, ...]
		x := t.Input(name, append([]int{batch}, shape...)...)
		axes := []int{1, 0, 2}
		return x.Transpose(axes[:len(x.Shape())]...)
	}
	arrival := input("mask", steps).Pad(0, 1, 0) // with what came of each step, behind the first observation
	first := t.Value(grad.Scalar(1)).Broadcast(1, batch).Pad(0, 0, steps)
	return world.Sequence{
		Observation: input("observation", steps+1, l.Sizes.Observation),
		Action:      input("action", steps, l.Sizes.Action).Clip(-1, 1).Pad(0, 1, 0),
		Reward:      input("reward", steps).Pad(0, 1, 0),
		Discount:    input("discount", steps).Pad(0, 1, 0),
		First:       first,
		Known:       arrival.Add(first),
		Arrival:     arrival,
	}
}

// windowMemory is the memory of the inputs of the compiled update, for replay to fill.
func (l *learner) windowMemory() replay.Sequences {
	w := replay.NewSequences(replay.Layout{State: l.stateSize()}, l.Batch, l.config.Window)
	w.Observation, w.Action, w.Reward = l.Memory("observation"), l.Memory("action"), l.Memory("reward")
	w.Discount, w.Mask = l.Memory("discount"), l.Memory("mask")
	return w
}
