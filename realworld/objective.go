package realworld

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
)

// Objectives makes a task one of several objectives: the reward first, then those named.
type Objectives struct {
	// Names lists SafetyObjective, EnergyObjective, or constraints, each of which is a cost: 1 where it is
	// violated, else 0. The task has no objectives if it is empty.
	Names []string `toml:"names"`
	// Coefficient in [0, 1] merges the fraction of satisfied constraints into the reward:
	// (1 - coefficient)·reward + coefficient·safety.
	Coefficient float64 `toml:"coefficient"`
	Observed    bool    `toml:"observed"` // as the observation "multiobj": the reward before merging, and the objectives; zeros at FIRST
}

// Names of objectives.
const (
	RewardObjective = "reward" // of the task, before merging
	SafetyObjective = "safety" // the fraction of constraints that are satisfied
	EnergyObjective = "energy" // a cost: the mean square of the applied action, in canonical units
)

// ObjectivesName is the name of the observation of objectives.
const ObjectivesName = "multiobj"

// goal is the number that an objective gives for a step.
type goal func(step *env.TimeStep, energy float64) float64

// goalOf returns the goal called name, where constraints are watched.
func goalOf(name string, constraints []string) (goal, error) {
	switch place := slices.Index(constraints, name); {
	case name == SafetyObjective && len(constraints) > 0:
		return func(step *env.TimeStep, _ float64) float64 { return fraction(step.Satisfied) }, nil
	case name == SafetyObjective:
		return nil, fmt.Errorf("realworld: objectives.names: %q is the fraction of satisfied constraints: set safety.enabled", name)
	case name == EnergyObjective:
		return func(_ *env.TimeStep, energy float64) float64 { return energy }, nil
	case place >= 0:
		return func(step *env.TimeStep, _ float64) float64 {
			if step.Satisfied[place] {
				return 0
			}
			return 1
		}, nil
	}
	known := append([]string{SafetyObjective, EnergyObjective}, constraints...)
	return nil, fmt.Errorf("realworld: objectives.names: no objective is called %q; there are %s (constraints need safety.enabled)", name, strings.Join(known, ", "))
}

// fraction is the share of what is true.
func fraction(held []bool) float64 {
	count := 0
	for _, holds := range held {
		if holds {
			count++
		}
	}
	return float64(count) / float64(len(held))
}

// objectives gives the reward of each objective, and merges that of safety.
func objectives(o Objectives) layer {
	return func(inner env.Environment) (env.Environment, error) {
		names, goals := []string{RewardObjective}, []goal{nil}
		for _, name := range o.Names {
			g, err := goalOf(name, env.Constraints(inner))
			if err == nil && slices.Contains(names, name) {
				err = fmt.Errorf("realworld: objectives.names: %q is there twice", name)
			}
			if err != nil {
				return nil, err
			}
			names, goals = append(names, name), append(goals, g)
		}
		spec, energy, rewards := inner.Action(), 0.0, make([]float64, len(names))
		if slices.Contains(names, EnergyObjective) && (spec.Kind != env.Float64 || !spec.Bounded()) {
			return nil, fmt.Errorf("realworld: objectives.names: %q needs continuous actions with bounds", EnergyObjective)
		}
		return wrap.Changed(inner, wrap.Change{
			Kind: "objectives", Objectives: names,
			Act: func(action []float64) []float64 {
				energy = energyOf(action, spec)
				return action
			},
			Arrive: func(step *env.TimeStep) {
				if step.Type == env.First {
					return
				}
				rewards[0] = step.Reward
				for i := 1; i < len(goals); i++ {
					rewards[i] = goals[i](step, energy)
				}
				step.Rewards = rewards
				if o.Coefficient > 0 {
					step.Reward = (1-o.Coefficient)*step.Reward + o.Coefficient*fraction(step.Satisfied)
				}
			},
		})
	}
}

// energyOf is the mean square of an action, clipped to its bounds, which are [-1, 1] in canonical units.
func energyOf(action []float64, spec env.Spec) float64 {
	if !spec.Bounded() {
		return 0
	}
	sum := 0.0
	for i, u := range action {
		low, high := spec.Minimum[i], spec.Maximum[i]
		canonical := 2*(min(max(u, low), high)-low)/(high-low) - 1
		sum += canonical * canonical
	}
	return sum / float64(len(action))
}

// observedObjectives appends the observation of the objectives.
func observedObjectives(inner env.Environment) (env.Environment, error) {
	row := make([]float64, len(env.Objectives(inner)))
	a := newAppended(inner, env.Spec{Name: ObjectivesName, Shape: []int{len(row)}})
	return wrap.Changed(inner, wrap.Change{
		Kind: "observed objectives", Observations: a.specs,
		Arrive: func(step *env.TimeStep) {
			if clear(row); step.Rewards != nil {
				copy(row, step.Rewards)
			}
			a.show(step, row)
		},
	})
}
