package wrap

import (
	"fmt"
	"slices"

	"github.com/reverie-rl/reverie/env"
)

type frameStack struct {
	observer
	places []int // of the observations that are stacked
	stacks []env.Array
	shown  env.Observation
}

// FrameStack shows, instead of each observation called names, or of all if none is named (but which of several
// tasks is played), its values at the latest frames steps along a new first axis, the newest at the end. At FIRST all of them are
// the first frame.
func FrameStack(inner env.Environment, frames int, names ...string) (env.Environment, error) {
	const kind = "frame stack"
	if frames < 1 {
		return nil, fmt.Errorf("wrap: %s: a stack of %d frames, want 1 or more", kind, frames)
	}
	if len(names) == 0 {
		names = changeable(inner)
	}
	places, err := find(kind, inner.Observations(), names)
	if err != nil {
		return nil, err
	}
	f := &frameStack{places: places}
	f.base = base{Environment: inner, kind: kind}
	f.specs = slices.Clone(inner.Observations())
	f.shown = make(env.Observation, len(f.specs))
	f.observe = f.stack
	for _, place := range places {
		f.add(&f.specs[place], frames)
	}
	return offerObserver(f)
}

// add makes the memory of a stack of frames, and describes it in spec.
func (f *frameStack) add(spec *env.Spec, frames int) {
	spec.Shape = append([]int{frames}, spec.Shape...)
	if spec.Minimum != nil {
		spec.Minimum, spec.Maximum = slices.Repeat(spec.Minimum, frames), slices.Repeat(spec.Maximum, frames)
	}
	if spec.Kind == env.Uint8 {
		stack := make([]uint8, spec.Size())
		f.stacks, f.memory = append(f.stacks, env.Array{Uint8: stack}), append(f.memory, stack)
		return
	}
	stack := make([]float64, spec.Size())
	f.stacks, f.memory = append(f.stacks, env.Array{Float64: stack}), append(f.memory, stack)
}

func (f *frameStack) stack(step env.TimeStep) (env.Observation, error) {
	copy(f.shown, step.Observation)
	for i, place := range f.places {
		push(f.stacks[i].Float64, f.shown[place].Float64, step.Type)
		push(f.stacks[i].Uint8, f.shown[place].Uint8, step.Type)
		f.shown[place] = f.stacks[i]
	}
	return f.shown, nil
}

// push moves the frames of stack up and puts frame at the end, or everywhere at FIRST.
func push[T any](stack, frame []T, position env.StepType) {
	if position != env.First {
		copy(stack, stack[len(frame):])
		copy(stack[len(stack)-len(frame):], frame)
		return
	}
	for ; len(stack) > 0; stack = stack[len(frame):] {
		copy(stack, frame)
	}
}
