// Package env is the contract between an agent and the world it acts in.
//
// The meaning is dm_env's. An episode is a sequence of time steps FIRST, MID, ..., LAST. The
// reward and the discount of a time step belong to the transition that led to it. A LAST step
// with discount 0 ended because the task ended (termination: there is no future to value); a LAST
// step with discount 1 was cut off (truncation: the future is there, but was not played).
//
// Package env/envtest checks any implementation against this contract.
package env

import (
	"image"
	"slices"
)

// StepType tells where in its episode a time step stands.
type StepType uint8

// The three positions of a time step in an episode.
const (
	First StepType = iota // the first step: it has an observation, no reward and no discount
	Mid                   // neither the first nor the last
	Last                  // the last step: the next call of Step begins a new episode
)

// String gives the name that papers and logs use: FIRST, MID or LAST.
func (t StepType) String() string { return [...]string{"FIRST", "MID", "LAST"}[t] }

// TimeStep is what an environment returns for one step.
type TimeStep struct {
	Type StepType
	// Reward of the transition that led here; 0 and without meaning at FIRST.
	Reward float64
	// Rewards of all tasks of a MultiTask for the same transition, in the order of its Tasks, or of the
	// objectives of a MultiObjective; nil at FIRST and of other environments. It is the environment's own
	// memory, as Observation is.
	Rewards []float64
	// Satisfied tells which constraints of a Constrained hold where this step led, in the order of its
	// Constraints; nil of other environments. It is the environment's own memory.
	Satisfied []bool
	// Discount in [0, 1] of what follows this step; 1 and without meaning at FIRST.
	Discount float64
	// Observation holds one array for each spec of Environment.Observations, in that order. It is
	// the environment's own memory, valid until the next Reset or Step; Clone keeps it.
	Observation Observation
}

// Terminated reports whether the task ended: nothing follows and nothing is to be bootstrapped.
func (t TimeStep) Terminated() bool { return t.Type == Last && t.Discount == 0 }

// Truncated reports whether the episode was cut off, so that its value goes on beyond this step.
func (t TimeStep) Truncated() bool { return t.Type == Last && t.Discount != 0 }

// Restart is the first step of an episode.
func Restart(observation Observation) TimeStep {
	return TimeStep{Type: First, Discount: 1, Observation: observation}
}

// Transition is a step inside an episode.
func Transition(reward float64, observation Observation) TimeStep {
	return TimeStep{Type: Mid, Reward: reward, Discount: 1, Observation: observation}
}

// Termination is the last step of an episode whose task has ended.
func Termination(reward float64, observation Observation) TimeStep {
	return TimeStep{Type: Last, Reward: reward, Discount: 0, Observation: observation}
}

// Truncation is the last step of an episode that was cut off, by a time limit for instance.
func Truncation(reward float64, observation Observation) TimeStep {
	return TimeStep{Type: Last, Reward: reward, Discount: 1, Observation: observation}
}

// Array is the value of one named observation. The spec's Kind says which field is in use.
type Array struct {
	Float64 []float64 // Kind Float64
	Uint8   []uint8   // Kind Uint8: images, [height, width, channel]
}

// Observation is one Array for each observation spec of an environment, in the same order.
type Observation []Array

// Clone returns a copy that shares no memory with o.
func (o Observation) Clone() Observation {
	clone := make(Observation, len(o))
	for i, array := range o {
		clone[i] = Array{Float64: slices.Clone(array.Float64), Uint8: slices.Clone(array.Uint8)}
	}
	return clone
}

// Environment is a task to act in. It is used by one goroutine at a time.
type Environment interface {
	// Observations describes the arrays of every TimeStep.Observation. Names are unique.
	Observations() []Spec
	// Action describes what Step takes: one array of Kind Float64, or of Kind Int for discrete
	// actions, whose values Step receives as whole numbers.
	Action() Spec
	// Reset begins a new episode and returns its FIRST step.
	Reset() (TimeStep, error)
	// Step applies action for one control interval. On a new environment, and right after a LAST
	// step, it ignores action and is Reset. An action of the wrong size or with a NaN or infinite
	// element is an error that names the element, and changes nothing.
	Step(action []float64) (TimeStep, error)
	// Close frees what the environment holds.
	Close() error
}

// TaskName is the name of the observation by which a MultiTask tells the task that is played.
const TaskName = "task"

// MultiTask is an Environment that is several tasks of one body. Every episode draws the task that is
// played from the seed: Reward is that task's element of Rewards, and it is that task which ends the
// episode. The last observation of numbers is called TaskName, of Kind Float64 and shape [len(Tasks())]:
// a one-hot row, which is 1 at the task that is played and 0 elsewhere. A MultiTask that is a Relabeller
// is a MultiRelabeller.
type MultiTask interface {
	Environment
	// Tasks lists the names of the tasks, two or more, each once.
	Tasks() []string
}

// TaskPlace is the place, among the observations of a MultiTask, of the one that tells the task: that of the last
// observation of numbers, -1 if there is none.
func TaskPlace(specs []Spec) int {
	last := -1
	for place, spec := range specs {
		if spec.Kind == Float64 {
			last = place
		}
	}
	return last
}

// Snapshotter is an Environment whose whole state (simulator, random stream, step count) can be
// saved and later restored, in the same or in another instance of the same task. What follows a
// Restore equals, bit for bit, what followed the Save.
type Snapshotter interface {
	Save() ([]byte, error)
	Restore(state []byte) error
}

// Renderer is an Environment that can draw itself.
type Renderer interface {
	// Render draws the present state as seen by the task's camera number camera.
	Render(camera, width, height int) (*image.RGBA, error)
}

// Viewer is an Environment that draws what an agent sees: plainer pictures than a Renderer's, many
// times faster.
type Viewer interface {
	// Cameras lists the names of the task's cameras, by their numbers; nameless ones are "".
	Cameras() []string
	// View writes what camera number camera sees into picture, [height, width, 3] in red, green and
	// blue.
	View(camera, width, height int, picture []uint8) error
}

// Paced is an Environment whose steps last a known time.
type Paced interface {
	// Interval is the time between two steps, in seconds.
	Interval() float64
}
