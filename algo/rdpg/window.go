package rdpg

import (
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/algo/internal/recurrent"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
)

// window is the inputs of an update: steps that follow each other, with the memory at the first.
type window struct {
	observation                *grad.Value // [batch, steps+1, observation]
	action                     *grad.Value // [batch, steps, action]
	reward, discount, mask     *grad.Value // [batch, steps]
	first                      *grad.Value // [batch]: the window begins with its episode
	policyMemory, criticMemory *grad.Value // [batch, numbers]: of each core before the first step
	history                    *grad.Value // [batch, steps+1, observation+action]: what the cores read
}

// steps is the length of the windows.
func (l *learner) steps() int { return l.config.BurnIn + l.config.Window }

// memorySize is how many numbers the cores remember together.
func (l *learner) memorySize() int { return l.policy.Core.StateSize() + l.critic.Core.StateSize() }

// window traces the inputs of an update.
func (l *learner) window(t *grad.Tracer) window {
	batch, steps, actions := l.Batch, l.steps(), l.Sizes.Action
	w := window{
		observation: t.Input("observation", batch, steps+1, l.Sizes.Observation),
		action:      t.Input("action", batch, steps, actions),
		reward:      t.Input("reward", batch, steps),
		discount:    t.Input("discount", batch, steps),
		mask:        t.Input("mask", batch, steps),
		first:       t.Input("first", batch),
	}
	memory, previous, _ := actor.SplitState(t.Input("state", batch, actor.StateSize(l.memorySize(), l.Sizes)), l.Sizes)
	size := l.policy.Core.StateSize()
	w.policyMemory, w.criticMemory = memory.Slice(1, 0, size), memory.Slice(1, size, l.memorySize())
	w.history = w.observation.Concat(2, previous.Reshape(batch, 1, actions).Concat(1, w.action.Clip(-1, 1)))
	return w
}

// windowMemory is the memory of the inputs of the compiled update, for replay to fill.
func (l *learner) windowMemory() replay.Sequences {
	return replay.Sequences{
		Observation: l.Memory("observation"), Action: l.Memory("action"), LogProbability: make([]float32, l.Batch*l.steps()),
		Reward: l.Memory("reward"), Discount: l.Memory("discount"),
		State: l.Memory("state"), First: l.Memory("first"), Mask: l.Memory("mask"),
	}
}

// counted is the share of each step in the losses, [batch, steps]: nothing for what is padding, and nothing for
// the burn-in, but for that of a window that begins with its episode, whose memory cannot be out of date.
func (l *learner) counted(t *grad.Tracer, w window) *grad.Value {
	burnt := t.Call("burnt", []int{1, l.steps()}, func(out []float64, _ [][]float64) {
		for i := range out {
			out[i] = 0
			if i >= l.config.BurnIn {
				out[i] = 1
			}
		}
	})
	counts := w.mask.Mul(burnt.Max(w.first.Reshape(l.Batch, 1)))
	return counts.Div(counts.Sum().Max(grad.Scalar(1)))
}

// outputs is what a core puts out along the windows, [batch, steps+1, core].
func (w window) outputs(t *grad.Tracer, core recurrent.Core, memory *grad.Value) *grad.Value {
	outputs, _ := core.Unroll(t, w.history, memory)
	return outputs
}
