package d4pg

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// Config is every setting of D4PG.
type Config struct {
	PolicyLayers []int `toml:"policy_layers"` // units of each hidden layer
	CriticLayers []int `toml:"critic_layers"`

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // transitions in an update

	NStep    int     `toml:"nstep"` // rewards before the bootstrap
	Discount float64 `toml:"discount"`

	Atoms         int     `toml:"atoms"`          // of the distribution of returns
	LowestReturn  float64 `toml:"lowest_return"`  // the first atom
	HighestReturn float64 `toml:"highest_return"` // and the last

	LearningRate float64 `toml:"learning_rate"`
	GradientNorm float64 `toml:"gradient_norm"` // limit of each network's gradient; 0 for none
	TargetPeriod int64   `toml:"target_period"` // updates between copies to the target networks

	ExplorationDeviation float64 `toml:"exploration_deviation"` // of the noise, in canonical action units
}

// Default is a small configuration that learns the easier tasks of the control suite on one core. Its
// atoms are for rewards of at most 1 in size.
func Default() *Config {
	return &Config{
		PolicyLayers: []int{256, 256}, CriticLayers: []int{256, 256},
		Warmup: 1000, StepsPerUpdate: 2, Batch: 128,
		NStep: 5, Discount: 0.99,
		Atoms: 51, LowestReturn: -150, HighestReturn: 150,
		LearningRate: 3e-4, GradientNorm: 40, TargetPeriod: 100,
		ExplorationDeviation: 0.3,
	}
}

// Paper is the configuration of the published runs of Acme's D4PG.
func Paper() *Config {
	c := Default()
	c.PolicyLayers, c.CriticLayers = []int{300, 200}, []int{400, 300}
	c.Batch, c.StepsPerUpdate, c.LearningRate = 256, 8, 1e-4
	return c
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("d4pg", c)
	problems.Require(!(c.HighestReturn <= c.LowestReturn), "highest_return", c.HighestReturn, "above lowest_return")
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "d4pg",
		Presets: map[string]func() agent.Config{
			"default": func() agent.Config { return Default() },
			"paper":   func() agent.Config { return Paper() },
		},
		New: newLearner,
	}
}
