package realworld

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"regexp"
	"strings"

	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/mujoco"
)

// Perturb changes a constant of the model from one episode to another.
type Perturb struct {
	Enabled bool `toml:"enabled"`
	// Parameter is one of Parameters, the first of which "" stands for, or an attribute of an element of the
	// MJCF text, as in joint/hinge_1/damping; that one needs all four numbers.
	Parameter string `toml:"parameter"`
	Scheduler string `toml:"scheduler"` // one of Schedulers
	Period    int    `toml:"period"`    // episodes between changes; the first episode begins with one
	// Start, Minimum, Maximum and Deviation replace the parameter's own.
	Start     *float64 `toml:"start"`
	Minimum   *float64 `toml:"minimum"`
	Maximum   *float64 `toml:"maximum"`
	Deviation *float64 `toml:"deviation"`
}

var attributePath = regexp.MustCompile(`^\w+/[^/]+/\w+$`)

// parameter is what is perturbed in the models of a domain, with the numbers of p.
func (p Perturb) parameter(domain string) (Parameter, error) {
	known := Parameters(domain)
	var names []string
	chosen := Parameter{Name: p.Parameter}
	for i, one := range known {
		names = append(names, one.Name)
		if p.Parameter == one.Name || p.Parameter == "" && i == 0 {
			chosen = one
		}
	}
	if chosen.replacements == nil {
		if !attributePath.MatchString(p.Parameter) {
			return chosen, fmt.Errorf("realworld: perturb.parameter is %q; %s has %s, and any attribute of its model, as in joint/NAME/damping", p.Parameter, domain, strings.Join(append(names, "no others"), ", "))
		}
		if p.Start == nil || p.Minimum == nil || p.Maximum == nil || p.Deviation == nil {
			return chosen, fmt.Errorf("realworld: perturb.parameter %q is none of the suite's and has no defaults: set perturb.start, perturb.minimum, perturb.maximum and perturb.deviation", p.Parameter)
		}
	}
	for _, field := range []struct{ to, from *float64 }{
		{&chosen.Start, p.Start}, {&chosen.Minimum, p.Minimum}, {&chosen.Maximum, p.Maximum}, {&chosen.Deviation, p.Deviation},
	} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
	return chosen, chosen.check()
}

// check returns an error unless the numbers of a parameter fit each other.
func (p Parameter) check() error {
	for name, x := range map[string]float64{"start": p.Start, "minimum": p.Minimum, "maximum": p.Maximum, "deviation": p.Deviation} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("realworld: perturb.%s is %g, must be finite", name, x)
		}
	}
	if !(p.Minimum <= p.Start && p.Start <= p.Maximum) || p.Deviation < 0 {
		return fmt.Errorf("realworld: perturb of %s: start %g must lie in [minimum, maximum] = [%g, %g], and the deviation %g must not be negative", p.Name, p.Start, p.Minimum, p.Maximum, p.Deviation)
	}
	return nil
}

// perturbed is a task of the control suite whose model changes between episodes.
type perturbed struct {
	*control.Environment
	task      string
	parameter Parameter
	schedule  schedule
	period    uint64
	seed      uint64
	compiled  float64 // the value that the model was compiled with
	episodes  uint64  // that were begun
	over      bool    // the next Step begins an episode
}

// newPerturbed makes the task of that name with the dynamics of p.
func newPerturbed(task string, p Perturb, parameter Parameter, corrected bool, h habits) (env.Environment, error) {
	e := &perturbed{
		task: task, parameter: parameter, period: uint64(p.Period), seed: h.seed, over: true,
		schedule: schedule{
			scheduler: p.Scheduler, start: parameter.Start, minimum: parameter.Minimum, maximum: parameter.Maximum, deviation: parameter.Deviation,
			corrected: corrected, key: h.key(streamPerturb), value: parameter.Start, sign: 1,
		},
	}
	var err error
	e.Environment, err = e.compile(parameter.Start)
	e.compiled = parameter.Start
	if err != nil {
		return nil, err
	}
	return narrowed(e), nil
}

// narrowed hides what does not hold of a perturbed task: its rewards cannot be computed from physics, which do
// not tell the model.
func narrowed(e *perturbed) env.Environment {
	return struct {
		env.Environment
		env.Snapshotter
		env.Renderer
		env.Viewer
		env.Paced
		simulated
	}{e, e, e, e, e, e}
}

// compile makes the task with a value of the parameter. Each episode's instance has a seed of its own.
func (e *perturbed) compile(value float64) (*control.Environment, error) {
	return control.NewVariant(e.task, rng.Mix(e.seed, e.episodes), control.Config{}, control.Variant{
		Level: true,
		Edit:  func(mjcf string) (string, error) { return e.parameter.edit(mjcf, value, e.schedule.corrected) },
	})
}

// Data is the present simulation.
func (e *perturbed) Data() *mujoco.Data { return e.Environment.Data() }

// Reset begins an episode, with another model if a period is over.
func (e *perturbed) Reset() (env.TimeStep, error) {
	if e.Data() == nil {
		return e.Environment.Reset() // which says that it is closed
	}
	if e.episodes%e.period == 0 {
		e.schedule.advance()
		if err := e.exchange(e.schedule.value); err != nil {
			return env.TimeStep{}, err
		}
	}
	e.episodes++
	return e.followed(e.Environment.Reset())
}

// exchange puts a task of another model in the place of the present one.
func (e *perturbed) exchange(value float64) error {
	next, err := e.compile(value)
	if err != nil {
		return err
	}
	err = e.Environment.Close()
	e.Environment, e.compiled = next, value
	return err
}

// Step begins an episode after the last step of one.
func (e *perturbed) Step(action []float64) (env.TimeStep, error) {
	if e.over {
		return e.Reset()
	}
	if err := e.Action().CheckAction(action); err != nil {
		return env.TimeStep{}, err
	}
	return e.followed(e.Environment.Step(action))
}

func (e *perturbed) followed(step env.TimeStep, err error) (env.TimeStep, error) {
	e.over = err != nil || step.Type == env.Last
	return step, err
}

// perturbation is the saved state of a perturbed task. A CRC-32 of its JSON text follows that.
type perturbation struct {
	Task                  string
	Parameter             string
	Value, Sign, Compiled float64
	Seed, Episodes        uint64
	Key                   rng.Key
	Over                  bool
	Simulation            []byte
}

// Save returns the state of the schedule and of the simulation.
func (e *perturbed) Save() ([]byte, error) {
	simulation, err := e.Environment.Save()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(perturbation{
		e.task, e.parameter.Name, e.schedule.value, e.schedule.sign, e.compiled, e.seed, e.episodes, e.schedule.key, e.over, simulation,
	})
	return binary.LittleEndian.AppendUint32(text, crc32.ChecksumIEEE(text)), err
}

// Restore compiles the model that was saved, if it is another one, and takes the state back.
func (e *perturbed) Restore(state []byte) error {
	saved, err := e.read(state)
	if err != nil {
		return fmt.Errorf("realworld: restoring a snapshot of %s: %w", e.task, err)
	}
	if saved.Compiled == e.compiled {
		if err := e.Environment.Restore(saved.Simulation); err != nil {
			return err
		}
	} else if err := e.restoreInto(saved); err != nil {
		return err
	}
	e.schedule.value, e.schedule.sign, e.schedule.key = saved.Value, saved.Sign, saved.Key
	e.seed, e.episodes, e.over = saved.Seed, saved.Episodes, saved.Over
	return nil
}

// restoreInto restores the simulation in a task of another model.
func (e *perturbed) restoreInto(saved perturbation) error {
	next, err := e.compile(saved.Compiled)
	if err != nil {
		return err
	}
	if err := next.Restore(saved.Simulation); err != nil {
		return errors.Join(err, next.Close())
	}
	err = e.Environment.Close()
	e.Environment, e.compiled = next, saved.Compiled
	return err
}

// read opens a snapshot.
func (e *perturbed) read(state []byte) (saved perturbation, err error) {
	end := len(state) - 4
	if end < 0 || crc32.ChecksumIEEE(state[:end]) != binary.LittleEndian.Uint32(state[end:]) {
		return saved, errors.New("it is damaged: its checksum does not fit")
	}
	if err := json.Unmarshal(state[:end], &saved); err != nil {
		return saved, err
	}
	if saved.Task != e.task || saved.Parameter != e.parameter.Name {
		return saved, fmt.Errorf("it is of %s with another %s", saved.Task, saved.Parameter)
	}
	return saved, nil
}
