package control

import (
	"math/rand/v2"
	"slices"

	"github.com/reverie-rl/reverie/env"
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

// binding is a task on a certain simulation, with names resolved once.
type binding struct {
	observations []observation
	// initialise draws an episode's beginning. Before and after it the environment runs the
	// simulation's forward pass without actuators.
	initialise func(random *rand.Rand) error
	// reward is in [0, 1].
	reward func() float64
	// terminated tells whether the episode has come to its end; nil if only time ends it.
	terminated func() bool
	// drawn are the constants of the model that initialise draws anew.
	drawn [][]float64
	// goals are the constants of the model that reward or terminated reads and that differ between
	// episodes. All tasks of a body have the same.
	goals [][]float64
	// rebuild computes what else in the model follows from drawn, after drawn was put back; nil if
	// nothing does.
	rebuild func()
	// build draws, once, what an environment keeps for all its episodes; nil if there is no such thing.
	build func(random *rand.Rand)
	// built are the numbers that build draws.
	built [][]float64
}

// constants lists all that is drawn at random and is not part of the simulation's state.
func (b binding) constants() [][]float64 { return slices.Concat(b.drawn, b.built) }

// follow brings the model in line with drawn.
func (b binding) follow() {
	if b.rebuild != nil {
		b.rebuild()
	}
}

// observation is one named array.
type observation struct {
	name  string
	shape []int
	write func(into []float64)
}

// copied observes a part of the simulation as it is.
func copied(name string, from []float64) observation {
	return observation{name, []int{len(from)}, func(into []float64) { copy(into, from) }}
}

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
				e, err := newEnvironment(t, seed)
				if err != nil {
					return nil, err
				}
				return e, nil
			},
		})
	}
	return catalogue
}
