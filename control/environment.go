package control

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/mujoco"
)

// Environment is a task of the suite as an env.Environment, env.Snapshotter, env.Renderer, env.Viewer and
// env.Relabeller.
type Environment struct {
	task    task
	physics physics
	binding binding

	source *rand.PCG
	random *rand.Rand

	observations []env.Spec
	action       env.Spec
	observed     env.Observation // the memory of TimeStep.Observation
	control      []float64       // the action within its bounds

	substeps  int     // physics steps in a control step
	stepLimit float64 // control steps in an episode
	count     int     // control steps taken in this episode
	over      bool    // the next Step begins an episode

	physicsSpec env.PhysicsSpec
	judge       *Environment // where RewardOf looks at states; nil before the first

	compiled  [][]float64                         // binding.drawn as compiled
	renderers map[mujoco.Profile]*mujoco.Renderer // those that were asked for
	drawn     *mujoco.Model                       // what they draw: the model with a sky; nil before the first
	profile   mujoco.Profile                      // of Render
	backend   mujoco.Backend
}

// Config holds what can be chosen about an Environment beyond its task.
type Config struct {
	// Profile is how Render draws. View is always mujoco.Fast.
	Profile mujoco.Profile
	// Backend is what Render and View draw with.
	Backend mujoco.Backend
}

// New makes the environment of a task of Tasks, such as control/cartpole-swingup. All its
// randomness comes from seed.
func New(name string, seed uint64, config Config) (*Environment, error) {
	for _, t := range tasks() {
		if "control/"+t.name != name {
			continue
		}
		e, err := newEnvironment(t, seed)
		if err != nil {
			return nil, err
		}
		e.profile, e.backend = config.Profile, config.Backend
		return e, nil
	}
	_, err := Tasks().Find(name)
	return nil, fmt.Errorf("control: %w", err)
}

func newEnvironment(t task, seed uint64) (*Environment, error) {
	p, err := newPhysics(t.model())
	if err != nil {
		return nil, fmt.Errorf("control: task %s: %w", t.name, err)
	}
	substeps, err := substepsIn(t.interval, p.model.Options.Timestep)
	if err != nil {
		p.close()
		return nil, fmt.Errorf("control: task %s: %w", t.name, err)
	}
	const stream = 0x636f6e74726f6c // "control": a seed gives other numbers here than elsewhere
	e := &Environment{
		task: t, physics: p, binding: t.bind(p), source: rand.NewPCG(seed, stream),
		action: actionSpec(p.model), control: make([]float64, p.model.NU),
		substeps: substeps, over: true, renderers: map[mujoco.Profile]*mujoco.Renderer{},
		stepLimit: t.timeLimit / (p.model.Options.Timestep * float64(substeps)),
	}
	e.random = rand.New(e.source)
	e.physicsSpec = physicsSpecOf(t, p, e.binding)
	for _, o := range e.binding.observations {
		spec := env.Spec{Name: o.name, Shape: o.shape}
		e.observations = append(e.observations, spec)
		e.observed = append(e.observed, env.Array{Float64: make([]float64, spec.Size())})
	}
	for _, drawn := range e.binding.drawn {
		e.compiled = append(e.compiled, slices.Clone(drawn))
	}
	if e.binding.build != nil {
		e.binding.build(e.random)
	}
	return e, nil
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

// Action describes the controls, one for each actuator.
func (e *Environment) Action() env.Spec { return e.action }

// Interval is the time between two control steps, in seconds.
func (e *Environment) Interval() float64 {
	return e.physics.model.Options.Timestep * float64(e.substeps)
}

// PhysicsSteps is the number of steps of the simulator in a control step.
func (e *Environment) PhysicsSteps() int { return e.substeps }

// Reset begins an episode with a state drawn from the task's initial distribution.
func (e *Environment) Reset() (env.TimeStep, error) {
	if err := e.open(); err != nil {
		return env.TimeStep{}, err
	}
	e.over = true // until the episode has begun without an error
	e.physics.data.Reset()
	if err := e.physics.data.ForwardPassive(); err != nil {
		return env.TimeStep{}, e.failed("reset", err)
	}
	if err := e.binding.initialise(e.random); err != nil {
		return env.TimeStep{}, e.failed("reset", err)
	}
	if err := e.physics.data.ForwardPassive(); err != nil {
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
	if err := e.physics.data.Step(e.control, e.substeps); err != nil {
		e.over = true
		return step, e.failed("step", err)
	}
	e.count++
	step = env.TimeStep{Type: env.Mid, Reward: e.binding.reward(), Discount: 1, Observation: e.observe()}
	truncated := float64(e.count) >= e.stepLimit
	terminated := !truncated && e.binding.terminated != nil && e.binding.terminated()
	if e.over = truncated || terminated; e.over {
		step.Type = env.Last
	}
	if terminated {
		step.Discount = 0
	}
	return step, nil
}

// clip moves action within its bounds into control. It reports false if action is none.
func (e *Environment) clip(action []float64) bool {
	if len(action) != len(e.control) {
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
		e.control[i] = u
	}
	return true
}

// observe fills the arrays of the observation.
func (e *Environment) observe() env.Observation {
	for i, o := range e.binding.observations {
		o.write(e.observed[i].Float64)
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
	return e.physics.data.TimePlainLoop(controls, e.substeps)
}

// Close frees the simulations and the renderers.
func (e *Environment) Close() error {
	for _, renderer := range e.renderers {
		renderer.Close()
	}
	if e.drawn != nil {
		e.drawn.Close()
	}
	if e.physics.data != nil {
		e.physics.close()
	}
	var err error
	if e.judge != nil {
		err = e.judge.Close()
	}
	e.renderers, e.drawn, e.judge, e.physics, e.over = nil, nil, nil, physics{}, false
	return err
}

// open returns an error if the environment is closed.
func (e *Environment) open() error {
	if e.physics.data == nil {
		return fmt.Errorf("control: task %s: the environment is closed", e.task.name)
	}
	return nil
}

// failed says in which task and when err happened.
func (e *Environment) failed(what string, err error) error {
	return fmt.Errorf("control: task %s: %s %d: %w", e.task.name, what, e.count, err)
}
