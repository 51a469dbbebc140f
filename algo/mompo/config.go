package mompo

import (
	"fmt"
	"math"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// Config is every setting of MO-MPO.
type Config struct {
	PolicyLayers []int `toml:"policy_layers"` // units of each hidden layer
	CriticLayers []int `toml:"critic_layers"` // likewise, of the critic of each objective

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // transitions in an update
	Samples        int   `toml:"samples"`          // actions sampled in each state, if they are continuous

	NStep    int     `toml:"nstep"` // rewards before the bootstrap
	Discount float64 `toml:"discount"`

	LearningRate     float64 `toml:"learning_rate"`
	DualLearningRate float64 `toml:"dual_learning_rate"`
	GradientNorm     float64 `toml:"gradient_norm"` // limit of each network's gradient; 0 for none
	TargetPeriod     int64   `toml:"target_period"` // updates between copies to the target networks

	// Preferences are the KL of the E-step for each objective, or one for all of them: below 0 if less of the
	// objective is better, and 0 if it does not matter.
	Preferences []float64 `toml:"preferences"`

	EpsilonPenalty   float64 `toml:"epsilon_penalty"`   // KL of the action penalty; 0 for no penalty
	EpsilonMean      float64 `toml:"epsilon_mean"`      // KL of the M-step for each dimension's mean
	EpsilonDeviation float64 `toml:"epsilon_deviation"` // and for its deviation
	EpsilonPolicy    float64 `toml:"epsilon_policy"`    // KL of the M-step for discrete actions

	// The temperatures and the multipliers start at the softplus of these.
	InitialTemperature         float64 `toml:"initial_temperature"`
	InitialMeanMultiplier      float64 `toml:"initial_mean_multiplier"`
	InitialDeviationMultiplier float64 `toml:"initial_deviation_multiplier"`
	InitialPolicyMultiplier    float64 `toml:"initial_policy_multiplier"`

	InitialDeviation float64 `toml:"initial_deviation"` // of the policy, in canonical action units
	MinimumDeviation float64 `toml:"minimum_deviation"`
}

// Default is MPO's small configuration, with the same preference for all objectives.
func Default() *Config {
	return &Config{
		PolicyLayers: []int{256, 256}, CriticLayers: []int{256, 256},
		Warmup: 1000, StepsPerUpdate: 2, Batch: 128, Samples: 10,
		NStep: 5, Discount: 0.99,
		LearningRate: 3e-4, DualLearningRate: 1e-2, GradientNorm: 40, TargetPeriod: 100,
		Preferences:    []float64{0.1},
		EpsilonPenalty: 1e-3, EpsilonMean: 2.5e-3, EpsilonDeviation: 1e-6, EpsilonPolicy: 2.5e-3,
		InitialTemperature: 10, InitialMeanMultiplier: 10, InitialDeviationMultiplier: 1000, InitialPolicyMultiplier: 3,
		InitialDeviation: 0.7, MinimumDeviation: 1e-6,
	}
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("mompo", c)
	problems.Require(c.Samples != 1, "samples", c.Samples, "at least 2")
	some := len(c.Preferences) == 0 // which has been noted
	for _, preference := range c.Preferences {
		some = some || preference != 0
	}
	problems.Require(some, "preferences", c.Preferences, "other than 0 for one objective or more")
	return problems.Err()
}

// preference is what is wanted of an objective that matters.
type preference struct {
	objective int     // its number
	epsilon   float64 // KL of the E-step
	sign      float64 // 1 if more is better, -1 if less
}

// preferences lists the objectives that matter, of so many.
func (c *Config) preferences(objectives int) ([]preference, error) {
	given := c.Preferences
	if len(given) != 1 && len(given) != objectives {
		return nil, fmt.Errorf("mompo: preferences has %d elements, and the objectives of the task are %d; give one number for each, or one for all", len(given), objectives)
	}
	var all []preference
	for k := range objectives {
		if p := given[min(k, len(given)-1)]; p != 0 {
			all = append(all, preference{k, math.Abs(p), math.Copysign(1, p)})
		}
	}
	return all, nil
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name:    "mompo",
		Presets: map[string]func() agent.Config{"default": func() agent.Config { return Default() }},
		Actions: agent.AnyActions,
		New:     newLearner,
	}
}
