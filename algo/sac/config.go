package sac

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// Config is every setting of SAC.
type Config struct {
	PolicyLayers []int `toml:"policy_layers"` // units of each hidden layer
	CriticLayers []int `toml:"critic_layers"`

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // transitions in an update

	NStep    int     `toml:"nstep"` // rewards before the bootstrap
	Discount float64 `toml:"discount"`

	LearningRate     float64 `toml:"learning_rate"`
	DualLearningRate float64 `toml:"dual_learning_rate"` // of the temperature
	GradientNorm     float64 `toml:"gradient_norm"`      // limit of each network's gradient; 0 for none
	TargetRate       float64 `toml:"target_rate"`        // share of the critic that enters its target copy in an update

	InitialTemperature float64 `toml:"initial_temperature"` // the temperature starts at the softplus of this
	TargetEntropy      float64 `toml:"target_entropy"`      // for each action dimension

	InitialDeviation float64 `toml:"initial_deviation"` // of the policy before tanh
	MinimumDeviation float64 `toml:"minimum_deviation"`
}

// Default is a small configuration that learns the easier tasks of the control suite on one core.
func Default() *Config {
	return &Config{
		PolicyLayers: []int{256, 256}, CriticLayers: []int{256, 256},
		Warmup: 1000, StepsPerUpdate: 2, Batch: 128,
		NStep: 5, Discount: 0.99,
		LearningRate: 3e-4, DualLearningRate: 3e-4, GradientNorm: 40, TargetRate: 0.005,
		InitialTemperature: -2.25, TargetEntropy: -1,
		InitialDeviation: 1, MinimumDeviation: 1e-3,
	}
}

// Paper has the batch, the rates and the ratio of learning to acting of the papers.
func Paper() *Config {
	c := Default()
	c.Warmup, c.StepsPerUpdate, c.Batch, c.NStep, c.GradientNorm = 10000, 1, 256, 1, 0
	c.InitialTemperature = 0.541325 // the softplus of which is 1
	return c
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("sac", c)
	problems.Require(c.TargetRate != 0, "target_rate", c.TargetRate, "above 0, so that the target copy follows")
	problems.Require(c.MinimumDeviation != 0, "minimum_deviation", c.MinimumDeviation, "above 0, so that the entropy has a bound")
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "sac",
		Presets: map[string]func() agent.Config{
			"default": func() agent.Config { return Default() },
			"paper":   func() agent.Config { return Paper() },
		},
		New: newLearner,
	}
}
