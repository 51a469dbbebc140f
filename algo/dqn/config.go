package dqn

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// Config is every setting of DQN.
type Config struct {
	CriticLayers []int `toml:"critic_layers"` // units of each hidden layer

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // transitions in an update

	NStep    int     `toml:"nstep"` // rewards before the bootstrap
	Discount float64 `toml:"discount"`

	LearningRate float64 `toml:"learning_rate"`
	GradientNorm float64 `toml:"gradient_norm"` // limit of the gradient; 0 for none
	TargetPeriod int64   `toml:"target_period"` // updates between copies to the target network

	ExplorationChance float64 `toml:"exploration_chance"` // ε, of an action that is drawn from all
}

// Default is a small configuration that learns the grid games on one core.
func Default() *Config {
	return &Config{
		CriticLayers: []int{128, 128},
		Warmup:       1000, StepsPerUpdate: 2, Batch: 64,
		NStep: 3, Discount: 0.99,
		LearningRate: 3e-4, GradientNorm: 10, TargetPeriod: 200,
		ExplorationChance: 0.05,
	}
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("dqn", c)
	problems.Require(!(c.ExplorationChance <= 0), "exploration_chance", c.ExplorationChance, "positive: what is never tried is never learned")
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name:    "dqn",
		Presets: map[string]func() agent.Config{"default": func() agent.Config { return Default() }},
		Actions: agent.Discrete,
		New:     newLearner,
	}
}
