package wrap

import (
	"errors"

	"github.com/reverie-rl/reverie/env"
)

// Task is task with wrapper around each of its environments.
func Task(task env.Task, wrapper func(env.Environment) (env.Environment, error)) env.Task {
	newInner := task.New
	task.New = func(seed uint64) (env.Environment, error) {
		inner, err := newInner(seed)
		if err != nil {
			return nil, err
		}
		outer, err := wrapper(inner)
		if err != nil {
			return nil, errors.Join(err, inner.Close())
		}
		return outer, nil
	}
	return task
}

// Drawn is task with the observation PixelsName, a picture of size x size pixels of the camera that
// Camera finds.
func Drawn(task env.Task, size int, camera string) env.Task {
	return Task(task, func(inner env.Environment) (env.Environment, error) {
		number, err := Camera(inner, camera)
		if err != nil {
			return nil, err
		}
		return Pixels(inner, number, size, size)
	})
}

// Repeated is task with each action applied times times.
func Repeated(task env.Task, times int) env.Task {
	return Task(task, func(inner env.Environment) (env.Environment, error) { return ActionRepeat(inner, times) })
}
