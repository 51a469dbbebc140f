package bc

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// Config is every setting of behaviour cloning.
type Config struct {
	PolicyLayers []int   `toml:"policy_layers"` // units of each hidden layer
	Batch        int     `toml:"batch"`         // observations with their actions in an update
	LearningRate float64 `toml:"learning_rate"`
	GradientNorm float64 `toml:"gradient_norm"` // limit of the gradient; 0 for none

	InitialDeviation float64 `toml:"initial_deviation"` // of the policy, in canonical action units
	MinimumDeviation float64 `toml:"minimum_deviation"`
}

// Default has the network and the learning rate of MPO's default.
func Default() *Config {
	return &Config{
		PolicyLayers: []int{256, 256}, Batch: 256, LearningRate: 3e-4, GradientNorm: 40,
		InitialDeviation: 0.7, MinimumDeviation: 0.01,
	}
}

// Schedule is an update a step, as for all that learns from a fixed set of experience.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: 1, StepsPerUpdate: 1}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("bc", c)
	problems.Require(c.MinimumDeviation != 0, "minimum_deviation", c.MinimumDeviation, "positive, so that the likelihood has a bound")
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name:    "bc",
		Offline: true,
		Presets: map[string]func() agent.Config{"default": func() agent.Config { return Default() }},
		New:     newLearner,
	}
}
