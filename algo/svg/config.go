package svg

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// Config is every setting of SVG(0).
type Config struct {
	PolicyLayers []int `toml:"policy_layers"` // units of each hidden layer
	CriticLayers []int `toml:"critic_layers"`

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // transitions in an update
	Samples        int   `toml:"samples"`          // actions that the bootstrap samples in each state

	NStep    int     `toml:"nstep"` // rewards before the bootstrap
	Discount float64 `toml:"discount"`

	LearningRate float64 `toml:"learning_rate"`
	GradientNorm float64 `toml:"gradient_norm"` // limit of each network's gradient; 0 for none
	TargetPeriod int64   `toml:"target_period"` // updates between copies to the target networks

	Entropy          float64 `toml:"entropy"`           // weight of the policy's entropy
	MinimumDeviation float64 `toml:"minimum_deviation"` // of the policy, in canonical action units
	MaximumDeviation float64 `toml:"maximum_deviation"`
}

// Default is a small configuration that learns the easier tasks of the control suite on one core.
func Default() *Config {
	return &Config{
		PolicyLayers: []int{256, 256}, CriticLayers: []int{256, 256},
		Warmup: 1000, StepsPerUpdate: 2, Batch: 128, Samples: 10,
		NStep: 5, Discount: 0.99,
		LearningRate: 3e-4, GradientNorm: 40, TargetPeriod: 100,
		Entropy: 1e-3, MinimumDeviation: 0.3, MaximumDeviation: 0.8,
	}
}

// Paper has the networks, the batch and the rates of Acme's SVG(0); the paper's own settings are not
// published.
func Paper() *Config {
	c := Default()
	c.PolicyLayers, c.CriticLayers = []int{256, 256, 256}, []int{512, 512, 256}
	c.Batch, c.StepsPerUpdate, c.LearningRate = 256, 8, 1e-4
	return c
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("svg", c)
	problems.Require(c.MinimumDeviation > 0, "minimum_deviation", c.MinimumDeviation, "positive, so that there is a density")
	problems.Require(!(c.MaximumDeviation <= c.MinimumDeviation), "maximum_deviation", c.MaximumDeviation, "above minimum_deviation")
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "svg",
		Presets: map[string]func() agent.Config{
			"default": func() agent.Config { return Default() },
			"paper":   func() agent.Config { return Paper() },
		},
		New: newLearner,
	}
}
