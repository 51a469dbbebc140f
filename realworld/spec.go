package realworld

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Spec says by what a task is challenged. The zero value of a challenge leaves it out.
type Spec struct {
	Delay      Delay      `toml:"delay"`
	Gaussian   Gaussian   `toml:"gaussian"`
	Dropped    Faults     `toml:"dropped"` // components that are zero for a while
	Stuck      Faults     `toml:"stuck"`   // components that keep their last value for a while
	Repetition Repetition `toml:"repetition"`
	Dummies    int        `toml:"dummies"` // observations that mean nothing
	Perturb    Perturb    `toml:"perturb"`
	Safety     Safety     `toml:"safety"`
	Objectives Objectives `toml:"objectives"`
	// Carry lets buffers, and faults that last, go on into the next episode, as in the original suite.
	Carry bool `toml:"carry"`
	// Corrected takes what look like mistakes out of the original's definitions; docs/realworld.md lists them.
	Corrected bool `toml:"corrected"`
}

// DefaultSpec has no challenge. What it sets are the suite's defaults of challenges that may be switched on.
func DefaultSpec() Spec {
	return Spec{
		Perturb: Perturb{Scheduler: Constant, Period: 1},
		Safety:  Safety{Observed: true, Coefficient: 1},
	}
}

// Validate returns an error that names every setting that cannot be, its value and what is allowed.
func (s Spec) Validate() error {
	var problems []error
	require := func(good bool, key string, value any, want string) {
		if !good {
			problems = append(problems, fmt.Errorf("realworld: %s is %v, must be %s", key, value, want))
		}
	}
	for key, count := range map[string]int{
		"delay.actions": s.Delay.Actions, "delay.observations": s.Delay.Observations, "delay.rewards": s.Delay.Rewards,
		"dropped.observation_steps": s.Dropped.ObservationSteps, "dropped.action_steps": s.Dropped.ActionSteps,
		"stuck.observation_steps": s.Stuck.ObservationSteps, "stuck.action_steps": s.Stuck.ActionSteps,
		"repetition.steps": s.Repetition.Steps, "dummies": s.Dummies,
	} {
		require(count >= 0 && count <= mostSteps, key, count, fmt.Sprintf("from 0 to %d", mostSteps))
	}
	for key, x := range map[string]float64{
		"dropped.observations": s.Dropped.Observations, "dropped.actions": s.Dropped.Actions,
		"stuck.observations": s.Stuck.Observations, "stuck.actions": s.Stuck.Actions,
		"repetition.actions": s.Repetition.Actions, "safety.coefficient": s.Safety.Coefficient, "objectives.coefficient": s.Objectives.Coefficient,
	} {
		require(x >= 0 && x <= 1, key, x, "in [0, 1]")
	}
	for key, x := range map[string]float64{"gaussian.actions": s.Gaussian.Actions, "gaussian.observations": s.Gaussian.Observations} {
		require(x >= 0 && !math.IsInf(x, 0), key, x, "finite and not negative")
	}
	require(!s.Perturb.Enabled || s.Perturb.Period >= 1, "perturb.period", s.Perturb.Period, "1 or more episodes")
	require(slices.Contains(Schedulers(), s.Perturb.Scheduler), "perturb.scheduler", s.Perturb.Scheduler, "one of "+strings.Join(Schedulers(), ", "))
	require(s.Objectives.Coefficient == 0 || slices.Contains(s.Objectives.Names, SafetyObjective), "objectives.coefficient", s.Objectives.Coefficient,
		`0 unless "safety" is among objectives.names`)
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(problems...)
}

// mostSteps bounds buffers and durations.
const mostSteps = 100_000
