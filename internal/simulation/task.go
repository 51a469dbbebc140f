package simulation

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/mujoco"
)

// Task describes a task of a suite.
type Task struct {
	Name string // with the suite, as in control/cartpole-swingup
	// Stream keeps seeds apart: a seed gives other numbers in another suite.
	Stream uint64
	// Compile compiles the model, and Drawn the same model with what it has only where it is drawn.
	Compile, Drawn func() (*mujoco.Model, error)
	// Body names what moves, and how, as BodyName does: tasks of equal bodies can take over each other's
	// physics.
	Body      string
	TimeLimit float64 // length of an episode in seconds
	Interval  float64 // control step in seconds; 0 for one physics step
	Bind      func(*mujoco.Model, *mujoco.Data) Binding
}

// BodyName names a body that an MJCF text describes, as in control/walker@0e4c75b1.
func BodyName(family, mjcf string) string {
	hash := sha256.Sum256([]byte(mjcf))
	return fmt.Sprintf("%s@%x", family, hash[:4])
}

// Binding is a task on a certain simulation, with names resolved once.
type Binding struct {
	Observations []Observation
	// Controller turns actions into controls; nil if an action is the control of each actuator.
	Controller *Controller
	// Initialise draws an episode's beginning. Before and after it the environment runs the
	// simulation's forward pass without actuators.
	Initialise func(random *rand.Rand) error
	// Hold makes actuators that have a state hold the positions that were set from outside; nil if there
	// are none.
	Hold func()
	// Reward is that of the present state.
	Reward func() float64
	// Rewards is where Reward leaves the rewards of all tasks of an env.MultiTask; nil for other tasks.
	Rewards []float64
	// Terminated tells whether the episode has come to its end; nil if only time ends it.
	Terminated func() bool
	// Drawn are the constants of the model that Initialise draws anew.
	Drawn [][]float64
	// Goals are the constants of the model that Reward or Terminated reads and that differ between
	// episodes. All tasks of a body have the same.
	Goals [][]float64
	// Rebuild computes what else in the model follows from Drawn, after Drawn was put back; nil if
	// nothing does.
	Rebuild func()
	// Paint gives the model the looks of the present state before a picture is drawn; nil if they never
	// change. They follow from Drawn and the state.
	Paint func()
	// Build draws, once, what an environment keeps for all its episodes; nil if there is no such thing.
	Build func(random *rand.Rand)
	// Built are the numbers that Build draws.
	Built [][]float64
}

// Controller turns an action into controls of actuators. What it remembers is in the simulation's state
// or in Binding.Drawn.
type Controller struct {
	Action env.Spec
	// Control writes the controls for an action within its bounds. They hold for PhysicsSteps steps of
	// the simulator, or for a whole control step if that is 0.
	Control      func(action, controls []float64)
	PhysicsSteps int
}

// Observation is one named array.
type Observation struct {
	Name  string
	Shape []int
	Write func(into []float64)
}

// Copied observes a part of the simulation as it is.
func Copied(name string, from []float64) Observation {
	return Observation{name, []int{len(from)}, func(into []float64) { copy(into, from) }}
}

// Row is the part of array, which has width numbers for each element of a kind, that belongs to the
// element called name. Names are constants of our own models, so an unknown one is a mistake in the
// program.
func Row[T any](m *mujoco.Model, array []T, width int, kind mujoco.Object, name string) []T {
	id, err := m.ID(kind, name)
	if err != nil {
		panic(err)
	}
	return array[id*width : (id+1)*width : (id+1)*width]
}

// constants lists all that is drawn at random and is not part of the simulation's state.
func (b Binding) constants() [][]float64 { return slices.Concat(b.Drawn, b.Built) }

// follow brings the model in line with Drawn.
func (b Binding) follow() {
	if b.Rebuild != nil {
		b.Rebuild()
	}
}
