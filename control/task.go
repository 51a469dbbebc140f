package control

import (
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/simulation"
)

// task describes one task of the suite.
type task struct {
	name  string // without the suite, as in "cartpole-swingup"
	tags  []string
	model func() string // MJCF
	// body says what moves, and how, where that is not all of model: tasks of equal bodies can take over
	// each other's physics. nil if it is model.
	body      func() string
	timeLimit float64 // length of an episode in seconds
	interval  float64 // control step in seconds; 0 for one physics step
	bind      func(physics) binding
}

// domain is what comes before the first hyphen of the name.
func (t task) domain() string {
	domain, _, _ := strings.Cut(t.name, "-")
	return domain
}

// binding is a task on a certain simulation.
type binding = simulation.Binding

// observation is one named array.
type observation = simulation.Observation

// copied observes a part of the simulation as it is.
func copied(name string, from []float64) observation { return simulation.Copied(name, from) }

// tasks lists all tasks, in the order of their names.
func tasks() []task {
	return slices.Concat(acrobotTasks(), ballInCupTasks(), cartpoleTasks(), cheetahTasks(),
		dogTasks(),
		fingerTasks(),
		fishTasks(),
		hopperTasks(), humanoidTasks(), humanoidCMUTasks(),
		lqrTasks(),
		manipulatorTasks(),
		pendulumTasks(), pointMassTasks(), quadrupedTasks(), reacherTasks(),
		stackerTasks(),
		swimmerTasks(), walkerTasks())
}

// Tasks lists the suite's tasks. Without cgo their New returns mujoco.ErrUnavailable.
func Tasks() env.Catalogue {
	var catalogue env.Catalogue
	for _, t := range tasks() {
		catalogue = append(catalogue, env.Task{
			Name: "control/" + t.name,
			Tags: t.tags,
			New: func(seed uint64) (env.Environment, error) {
				e, err := newEnvironment(t, seed, Config{})
				if err != nil {
					return nil, err
				}
				return e, nil
			},
		})
	}
	return catalogue
}
