package control

import (
	"fmt"

	"github.com/reverie-rl/reverie/internal/simulation"
	"github.com/reverie-rl/reverie/mujoco"
)

// Environment is a task of the suite as an env.Environment, env.Snapshotter, env.Renderer, env.Viewer and
// env.Relabeller. State and SetState read and set the simulator's state, DefaultState is that of the model
// as it is written.
type Environment = simulation.Environment

// Config holds what can be chosen about an Environment beyond its task.
type Config = simulation.Config

// State is a copy of what the simulation holds at one moment.
type State = simulation.State

// New makes the environment of a task of Tasks, such as control/cartpole-swingup. All its
// randomness comes from seed.
func New(name string, seed uint64, config Config) (*Environment, error) {
	for _, t := range tasks() {
		if "control/"+t.name == name {
			return newEnvironment(t, seed, config)
		}
	}
	_, err := Tasks().Find(name)
	return nil, fmt.Errorf("control: %w", err)
}

func newEnvironment(t task, seed uint64, config Config) (*Environment, error) {
	body := t.model
	if t.body != nil {
		body = t.body
	}
	return simulation.New(simulation.Task{
		Name: "control/" + t.name, Stream: 0x636f6e74726f6c, // "control"
		Compile:   func() (*mujoco.Model, error) { return compile(t.model()) },
		Drawn:     func() (*mujoco.Model, error) { return compile(withSky(t.model())) },
		Body:      simulation.BodyName("control/"+t.domain(), body()),
		TimeLimit: t.timeLimit, Interval: t.interval,
		Bind: func(m *mujoco.Model, d *mujoco.Data) binding { return t.bind(physics{m, d}) },
	}, seed, config)
}
