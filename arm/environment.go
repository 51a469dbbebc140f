package arm

import (
	"fmt"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/simulation"
)

// Environment is a task of the suite as an env.Environment, env.Snapshotter, env.Renderer, env.Viewer and
// env.Relabeller, and whether it is done.
type Environment struct {
	*simulation.Environment
	scene      scene
	objectives []objective
}

// Config holds what can be chosen about an Environment beyond its task.
type Config = simulation.Config

// New makes the environment of a task of Tasks, such as arm/planar_lift: an *Environment, or a *MultiTask if it
// is several tasks at once. All its randomness comes from seed.
func New(name string, seed uint64, config Config) (env.Environment, error) {
	for _, t := range tasks() {
		if "arm/"+t.name == name {
			return t.open(seed, config)
		}
	}
	_, err := Tasks().Find(name)
	return nil, fmt.Errorf("arm: %w", err)
}

// Tasks lists the suite's tasks. Without cgo their New returns mujoco.ErrUnavailable.
func Tasks() env.Catalogue {
	var catalogue env.Catalogue
	for _, t := range tasks() {
		catalogue = append(catalogue, env.Task{
			Name: "arm/" + t.name, Tags: t.tags(),
			New: func(seed uint64) (env.Environment, error) { return t.open(seed, Config{}) },
		})
	}
	return catalogue
}

// Model returns the MJCF text of a task of Tasks.
func Model(name string) (string, error) {
	for _, t := range tasks() {
		if "arm/"+t.name == name {
			return withSky(t.body.model(t.blocks())), nil
		}
	}
	_, err := Tasks().Find(name)
	return "", fmt.Errorf("arm: %w", err)
}

// open makes the environment of a task.
func (t task) open(seed uint64, config Config) (env.Environment, error) {
	shell, err := simulation.New(t.simulated(), seed, config)
	if err != nil {
		return nil, err
	}
	e := &Environment{Environment: shell, scene: t.scene(shell.Data()), objectives: t.objectives}
	if t.several() {
		return &MultiTask{e}, nil
	}
	return e, nil
}

// Success tells whether the task is done in the present state, whatever its reward is.
func (e *Environment) Success() bool { return e.Data() != nil && e.objectives[0].done(e.scene) }
