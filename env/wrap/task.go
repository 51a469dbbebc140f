package wrap

import (
	"errors"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
)

// Task is task with wrapper around each of its environments.
func Task(task env.Task, wrapper func(env.Environment) (env.Environment, error)) env.Task {
	return seeded(task, func(inner env.Environment, _ uint64) (env.Environment, error) { return wrapper(inner) })
}

// seeded is Task for a wrapper that needs the seed of the environment.
func seeded(task env.Task, wrapper func(inner env.Environment, seed uint64) (env.Environment, error)) env.Task {
	newInner := task.New
	task.New = func(seed uint64) (env.Environment, error) {
		inner, err := newInner(seed)
		if err != nil {
			return nil, err
		}
		outer, err := wrapper(inner, seed)
		if err != nil {
			return nil, errors.Join(err, inner.Close())
		}
		return outer, nil
	}
	return task
}

// Drawn is task with the observation PixelsName, a picture of size x size pixels of the camera that
// Camera finds. Cameras may be several with commas between them: the pictures of the second and further ones are called
// PixelsName, an underscore, and the camera.
func Drawn(task env.Task, size int, cameras string) env.Task {
	name := PixelsName
	for i, camera := range strings.Split(cameras, ",") {
		if i > 0 {
			name = PixelsName + "_" + camera
		}
		task = drawnBy(task, name, size, camera)
	}
	return task
}

// drawnBy is task with the picture of one camera as the observation called name.
func drawnBy(task env.Task, name string, size int, camera string) env.Task {
	return Task(task, func(inner env.Environment) (env.Environment, error) {
		number, err := Camera(inner, camera)
		if err != nil {
			return nil, err
		}
		return newPixels(inner, name, number, size, size)
	})
}

// Repeated is task with each action applied times times.
func Repeated(task env.Task, times int) env.Task {
	return Task(task, func(inner env.Environment) (env.Environment, error) { return ActionRepeat(inner, times) })
}

// Velocities and States stand in the names that Hidden takes for what HideVelocities and HideStates leave out.
const (
	Velocities = "velocities"
	States     = "states"
)

// Hidden is task without the observations called names.
func Hidden(task env.Task, names ...string) env.Task {
	others := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == Velocities || name == States })
	if slices.Contains(names, Velocities) {
		name := task.Name
		task = Task(task, func(inner env.Environment) (env.Environment, error) { return HideVelocities(inner, name) })
	}
	if len(others) > 0 {
		task = Task(task, func(inner env.Environment) (env.Environment, error) { return Hide(inner, others...) })
	}
	if slices.Contains(names, States) {
		task = Task(task, HideStates)
	}
	return task
}

// Delayed is task with observations that come steps late.
func Delayed(task env.Task, steps int) env.Task {
	return Task(task, func(inner env.Environment) (env.Environment, error) { return Delay(inner, steps) })
}

// Flickering is task with observations that are zero with a probability.
func Flickering(task env.Task, probability float64) env.Task {
	return seeded(task, func(inner env.Environment, seed uint64) (env.Environment, error) {
		return Flicker(inner, probability, seed)
	})
}

// Innermost is the environment inside all wrappers of e: e itself if it has none. It has interfaces that
// wrappers do not offer.
func Innermost(e env.Environment) env.Environment {
	for {
		wrapper, ok := e.(layer)
		if !ok {
			return e
		}
		e = wrapper.wrapped()
	}
}
