package wrap

import (
	"fmt"

	"github.com/reverie-rl/reverie/env"
)

// Delay shows at each time step what was observed steps of inner before, and the first observation of an
// episode until there is an older one. Rewards, ends of episodes and which of several tasks is played are not
// delayed.
func Delay(inner env.Environment, steps int) (env.Environment, error) {
	const kind = "delay"
	if steps < 1 {
		return nil, fmt.Errorf("wrap: %s: observations cannot be delayed by %d steps, want 1 or more", kind, steps)
	}
	stack, err := FrameStack(inner, steps+1)
	told := taskPlace(inner)
	if err != nil {
		return nil, err
	}
	o := &observer{base: base{Environment: stack, kind: kind}, specs: inner.Observations()}
	shown := make(env.Observation, len(o.specs))
	o.observe = func(step env.TimeStep) (env.Observation, error) {
		for i, frames := range step.Observation {
			if shown[i] = frames; i != told {
				shown[i] = env.Array{Float64: oldest(frames.Float64, steps), Uint8: oldest(frames.Uint8, steps)}
			}
		}
		return shown, nil
	}
	return offerObserver(o)
}

// oldest is the first frame of a stack that holds newer ones behind it.
func oldest[T any](frames []T, newer int) []T { return frames[:len(frames)/(newer+1)] }
