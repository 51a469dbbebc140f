package realworld

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/mujoco"
)

// Safety watches constraints of the body.
type Safety struct {
	Enabled  bool `toml:"enabled"`
	Observed bool `toml:"observed"` // as the observation "constraints": 1 where one is satisfied, 0 where it is not
	// Coefficient in [0, 1] scales the limits: with less, they are harder to keep.
	Coefficient float64 `toml:"coefficient"`
	// Constraints names those that are watched, in that order; all of the domain if it is empty, but ActionRate,
	// which has to be asked for.
	Constraints []string `toml:"constraints"`
	// Limits replaces numbers that Constraint.Limit tells, before they are scaled.
	Limits map[string]float64 `toml:"limits"`
}

// ActionRate is the constraint on how much an action differs from the one before, which all domains have.
const ActionRate = "action_roc"

// ConstraintsName is the name of the observation of constraints.
const ConstraintsName = "constraints"

// Constraint is a condition on where a step led.
type Constraint struct {
	Name  string
	Limit float64 // the number that Safety.Limits may replace; 0 if the condition has none
	// bind looks up what the condition reads in a simulation. Limit is as it is set, c the safety coefficient.
	bind func(d *mujoco.Data, limit, c float64) func(m moment) bool
}

// moment is a step for which a constraint is looked at: the action that was applied, and the one before.
type moment struct{ action, before []float64 }

// simulated is an environment on MuJoCo, which may change from one episode to the next.
type simulated interface{ Data() *mujoco.Data }

// choose returns the constraints that s watches in a task with the limits of s.
func (s Safety) choose(domain, task string, corrected bool) ([]Constraint, error) {
	all := Constraints(domain, task, corrected)
	if len(all) == 0 {
		return nil, fmt.Errorf("realworld: safety: %s has no constraints; the domains %s have", task, strings.Join(constrainedDomains, ", "))
	}
	names := s.Constraints
	var known []string
	for _, c := range all {
		known = append(known, c.Name)
	}
	if len(names) == 0 {
		names = slices.DeleteFunc(slices.Clone(known), func(name string) bool { return name == ActionRate })
	}
	for name := range s.Limits {
		if place := slices.Index(known, name); place < 0 || all[place].Limit == 0 || !slices.Contains(names, name) {
			return nil, fmt.Errorf("realworld: safety.limits.%s: no watched constraint of that name has one number for a limit; watched are %s", name, strings.Join(names, ", "))
		}
	}
	var chosen []Constraint
	for i, name := range names {
		place := slices.Index(known, name)
		if place < 0 || slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("realworld: safety.constraints: %q is none of %s, or there twice", name, strings.Join(known, ", "))
		}
		constraint := all[place]
		if limit, replaced := s.Limits[name]; replaced {
			constraint.Limit = limit
		}
		chosen = append(chosen, constraint)
	}
	return chosen, nil
}

// watched tells after each step which constraints hold.
func watched(constraints []Constraint, c float64) layer {
	return func(inner env.Environment) (env.Environment, error) {
		simulation, ok := wrap.Innermost(inner).(simulated)
		if !ok {
			return nil, fmt.Errorf("realworld: safety: constraints look into a simulation of MuJoCo, and %T is none", inner)
		}
		w := watch{constraints: constraints, coefficient: c, simulation: simulation}
		size := inner.Action().Size()
		w.now = moment{make([]float64, size), make([]float64, size)}
		w.held = make([]bool, len(constraints))
		var names []string
		for _, one := range constraints {
			names = append(names, one.Name)
		}
		return wrap.Changed(inner, wrap.Change{
			Kind: "safety", Memory: []any{w.now.action}, Constraints: names, Act: w.act, Arrive: w.arrive,
		})
	}
}

// watch evaluates constraints.
type watch struct {
	constraints []Constraint
	coefficient float64
	simulation  simulated
	of          *mujoco.Data // what the conditions look at
	conditions  []func(m moment) bool
	now         moment
	held        []bool
}

func (w *watch) act(action []float64) []float64 {
	copy(w.now.before, w.now.action)
	copy(w.now.action, action)
	return action
}

// arrive evaluates the constraints. Before the first action of an episode there was one of zeros, as in a simulation that is reset.
func (w *watch) arrive(step *env.TimeStep) {
	if step.Type == env.First {
		clear(w.now.action)
		clear(w.now.before)
	}
	if data := w.simulation.Data(); w.of != data {
		w.of, w.conditions = data, nil
		for _, c := range w.constraints {
			w.conditions = append(w.conditions, c.bind(data, c.Limit, w.coefficient))
		}
	}
	for i, holds := range w.conditions {
		w.held[i] = holds(w.now)
	}
	step.Satisfied = w.held
}

// observedConstraints appends the observation of which constraints hold.
func observedConstraints(inner env.Environment) (env.Environment, error) {
	count := len(env.Constraints(inner))
	row := make([]float64, count)
	a := newAppended(inner, env.Spec{
		Name: ConstraintsName, Shape: []int{count}, Minimum: make([]float64, count), Maximum: slices.Repeat([]float64{1}, count),
	})
	return wrap.Changed(inner, wrap.Change{
		Kind: "observed constraints", Observations: a.specs,
		Arrive: func(step *env.TimeStep) {
			for i, holds := range step.Satisfied {
				row[i] = 0
				if holds {
					row[i] = 1
				}
			}
			a.show(step, row)
		},
	})
}

// largest is the largest absolute value.
func largest(numbers []float64) float64 {
	most := 0.0
	for _, x := range numbers {
		most = max(most, math.Abs(x))
	}
	return most
}
