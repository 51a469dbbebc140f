package simulation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/mujoco"
)

// Environment is a task as an env.Environment, env.Snapshotter, env.Renderer, env.Viewer and
// env.Relabeller.
type Environment struct {
	task    Task
	config  Config
	model   *mujoco.Model
	data    *mujoco.Data // nil when closed
	binding Binding

	source *rand.PCG
	random *rand.Rand

	observations []env.Spec
	action       env.Spec
	observed     env.Observation // the memory of TimeStep.Observation
	clipped      []float64       // the action within its bounds
	controls     []float64       // what Controller makes of it; clipped itself if there is none

	substeps  int     // physics steps in a control step
	held      int     // physics steps between two calls of Controller
	stepLimit float64 // control steps in an episode
	count     int     // control steps taken in this episode
	over      bool    // the next Step begins an episode

	physicsSpec env.PhysicsSpec
	judge       *Environment // where RewardOf looks at states; nil before the first

	compiled  [][]float64                         // binding.Drawn as compiled
	renderers map[mujoco.Profile]*mujoco.Renderer // those that were asked for
	drawn     *mujoco.Model                       // what they draw: Task.Drawn; nil before the first
}

// Config holds what can be chosen about an Environment beyond its task.
type Config struct {
	// Profile is how Render draws. View is always mujoco.Fast.
	Profile mujoco.Profile
	// Backend is what Render and View draw with.
	Backend mujoco.Backend
}

// New makes the environment of a task. All its randomness comes from seed.
func New(t Task, seed uint64, config Config) (*Environment, error) {
	model, data, err := newData(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	e := &Environment{
		task: t, config: config, model: model, data: data, binding: t.Bind(model, data),
		source: rand.NewPCG(seed, t.Stream), over: true, renderers: map[mujoco.Profile]*mujoco.Renderer{},
	}
	if err := e.divideTime(); err != nil {
		data.Close()
		model.Close()
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	e.random = rand.New(e.source)
	e.physicsSpec = physicsSpecOf(t, data, e.binding)
	e.takeActions()
	for _, o := range e.binding.Observations {
		spec := env.Spec{Name: o.Name, Shape: o.Shape}
		e.observations = append(e.observations, spec)
		e.observed = append(e.observed, env.Array{Float64: make([]float64, spec.Size())})
	}
	for _, drawn := range e.binding.Drawn {
		e.compiled = append(e.compiled, slices.Clone(drawn))
	}
	if e.binding.Build != nil {
		e.binding.Build(e.random)
	}
	return e, nil
}

// newData compiles the model of a task and makes a simulation of it.
func newData(t Task) (*mujoco.Model, *mujoco.Data, error) {
	model, err := t.Compile()
	if err != nil {
		return nil, nil, err
	}
	data, err := mujoco.NewData(model)
	if err != nil {
		model.Close()
		return nil, nil, err
	}
	return model, data, nil
}

// divideTime counts the physics steps of a control step and the control steps of an episode.
func (e *Environment) divideTime() (err error) {
	timestep := e.model.Options.Timestep
	if e.substeps, err = substepsIn(e.task.Interval, timestep); err != nil {
		return err
	}
	e.stepLimit, e.held = e.task.TimeLimit/(timestep*float64(e.substeps)), e.substeps
	if c := e.binding.Controller; c != nil && c.PhysicsSteps != 0 {
		e.held = c.PhysicsSteps
	}
	if e.held < 1 || e.substeps%e.held != 0 {
		return fmt.Errorf("controls that hold for %d physics steps, in a control step of %d", e.held, e.substeps)
	}
	return nil
}

// takeActions makes room for actions and controls.
func (e *Environment) takeActions() {
	e.action = actionSpec(e.model)
	if e.binding.Controller != nil {
		e.action = e.binding.Controller.Action
		e.controls = make([]float64, e.model.NU)
	}
	e.clipped = make([]float64, e.action.Size())
	if e.binding.Controller == nil {
		e.controls = e.clipped
	}
}

// substepsIn is the number of physics steps in a control step, which must be a whole one.
func substepsIn(interval, timestep float64) (int, error) {
	if interval == 0 {
		return 1, nil
	}
	substeps := math.Round(interval / timestep)
	if substeps < 1 || math.Abs(interval/timestep-substeps) > 1e-8 {
		return 0, fmt.Errorf("a control step of %g s is not a whole number of physics steps of %g s", interval, timestep)
	}
	return int(substeps), nil
}

// actionSpec has one element for each actuator, with MuJoCo's widest bounds where it has none.
func actionSpec(m *mujoco.Model) env.Spec {
	const widest = 1e10
	spec := env.Spec{Name: "action", Shape: []int{m.NU}}
	for i, limited := range m.ActuatorCtrlLimited {
		low, high := -widest, widest
		if limited != 0 {
			low, high = m.ActuatorCtrlRange[2*i], m.ActuatorCtrlRange[2*i+1]
		}
		spec.Minimum = append(spec.Minimum, low)
		spec.Maximum = append(spec.Maximum, high)
	}
	return spec
}

// Observations describes the task's observations, all float64.
func (e *Environment) Observations() []env.Spec { return e.observations }

// Action describes what Step takes: controls, one for each actuator, or what the task's Controller takes.
func (e *Environment) Action() env.Spec { return e.action }

// Data is the simulation, to look into. It is nil after Close.
func (e *Environment) Data() *mujoco.Data { return e.data }

// Interval is the time between two control steps, in seconds.
func (e *Environment) Interval() float64 {
	return e.model.Options.Timestep * float64(e.substeps)
}

// PhysicsSteps is the number of steps of the simulator in a control step.
func (e *Environment) PhysicsSteps() int { return e.substeps }

// Reset begins an episode with a state drawn from the task's initial distribution.
func (e *Environment) Reset() (env.TimeStep, error) {
	if err := e.open(); err != nil {
		return env.TimeStep{}, err
	}
	e.over = true // until the episode has begun without an error
	e.data.Reset()
	if err := e.data.ForwardPassive(); err != nil {
		return env.TimeStep{}, e.failed("reset", err)
	}
	if err := e.binding.Initialise(e.random); err != nil {
		return env.TimeStep{}, e.failed("reset", err)
	}
	if err := e.data.ForwardPassive(); err != nil {
		return env.TimeStep{}, e.failed("reset", err)
	}
	e.count, e.over = 0, false
	return env.Restart(e.observe()), nil
}

// Step applies action, clipped to its bounds, for one control step. If the physics breaks down, the
// error wraps a *mujoco.Warning and the next Step begins a new episode.
func (e *Environment) Step(action []float64) (step env.TimeStep, err error) {
	if e.over {
		return e.Reset()
	}
	if err := e.open(); err != nil {
		return step, err
	}
	if !e.clip(action) {
		return step, e.action.CheckAction(action)
	}
	if err := e.advance(); err != nil {
		e.over = true
		return step, e.failed("step", err)
	}
	e.count++
	step = env.TimeStep{
		Type: env.Mid, Reward: e.binding.Reward(), Rewards: e.binding.Rewards, Discount: 1, Observation: e.observe(),
	}
	truncated := float64(e.count) >= e.stepLimit
	terminated := !truncated && e.binding.Terminated != nil && e.binding.Terminated()
	if e.over = truncated || terminated; e.over {
		step.Type = env.Last
	}
	if terminated {
		step.Discount = 0
	}
	return step, nil
}

// advance applies the clipped action for one control step.
func (e *Environment) advance() error {
	if e.binding.Controller == nil {
		return e.data.Step(e.controls, e.substeps)
	}
	for done := 0; done < e.substeps; done += e.held {
		e.binding.Controller.Control(e.clipped, e.controls)
		if err := e.data.Step(e.controls, e.held); err != nil {
			return err
		}
	}
	return nil
}

// clip moves action within its bounds into clipped. It reports false if action is none.
func (e *Environment) clip(action []float64) bool {
	if len(action) != len(e.clipped) {
		return false
	}
	minimum, maximum := e.action.Minimum[:len(action)], e.action.Maximum[:len(action)]
	for i, u := range action {
		if u-u != 0 { // not finite
			return false
		}
		if u < minimum[i] {
			u = minimum[i]
		} else if u > maximum[i] {
			u = maximum[i]
		}
		e.clipped[i] = u
	}
	return true
}

// observe fills the arrays of the observation.
func (e *Environment) observe() env.Observation {
	for i, o := range e.binding.Observations {
		o.Write(e.observed[i].Float64)
	}
	return e.observed
}

// TimePlainLoop measures a loop in C over the task's physics, which applies controls, as many numbers
// for each control step as the task has actuators, without observations and rewards: the yardstick for
// Step. It begins at DefaultState. The episode is over after it.
func (e *Environment) TimePlainLoop(controls []float64) (time.Duration, error) {
	if err := e.open(); err != nil {
		return 0, err
	}
	e.over = true
	return e.data.TimePlainLoop(controls, e.substeps)
}

// Close frees the simulations and the renderers.
func (e *Environment) Close() error {
	for _, renderer := range e.renderers {
		renderer.Close()
	}
	if e.drawn != nil {
		e.drawn.Close()
	}
	if e.data != nil {
		e.data.Close()
		e.model.Close()
	}
	var err error
	if e.judge != nil {
		err = e.judge.Close()
	}
	e.renderers, e.drawn, e.judge, e.model, e.data, e.over = nil, nil, nil, nil, nil, false
	return err
}

// open returns an error if the environment is closed.
func (e *Environment) open() error {
	if e.data == nil {
		return fmt.Errorf("%s: the environment is closed", e.task.Name)
	}
	return nil
}

// failed says in which task and when err happened.
func (e *Environment) failed(what string, err error) error {
	return fmt.Errorf("%s: %s %d: %w", e.task.Name, what, e.count, err)
}
