package dmpo

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/improvement"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// The ways to find the temperature of the E-step.
const (
	TemperatureExact = improvement.TemperatureExact // the dual function is minimised for each batch
	TemperatureAdam  = improvement.TemperatureAdam  // one step of Adam on the dual function
)

// Config is every setting of DMPO.
type Config struct {
	PolicyLayers []int `toml:"policy_layers"` // units of each hidden layer
	CriticLayers []int `toml:"critic_layers"`

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // transitions in an update
	Samples        int   `toml:"samples"`          // actions sampled in each state

	NStep    int     `toml:"nstep"` // rewards before the bootstrap
	Discount float64 `toml:"discount"`

	Atoms         int     `toml:"atoms"`          // of the distribution of returns
	LowestReturn  float64 `toml:"lowest_return"`  // the first atom
	HighestReturn float64 `toml:"highest_return"` // and the last

	LearningRate     float64 `toml:"learning_rate"`
	DualLearningRate float64 `toml:"dual_learning_rate"`
	GradientNorm     float64 `toml:"gradient_norm"` // limit of each network's gradient; 0 for none
	TargetPeriod     int64   `toml:"target_period"` // updates between copies to the target networks

	Temperature      string  `toml:"temperature"`       // exact or adam
	Epsilon          float64 `toml:"epsilon"`           // KL of the E-step
	EpsilonPenalty   float64 `toml:"epsilon_penalty"`   // KL of the action penalty; 0 for no penalty
	EpsilonMean      float64 `toml:"epsilon_mean"`      // KL of the M-step for each dimension's mean
	EpsilonDeviation float64 `toml:"epsilon_deviation"` // and for its deviation

	// The multipliers start at the softplus of these.
	InitialTemperature         float64 `toml:"initial_temperature"`
	InitialMeanMultiplier      float64 `toml:"initial_mean_multiplier"`
	InitialDeviationMultiplier float64 `toml:"initial_deviation_multiplier"`

	InitialDeviation float64 `toml:"initial_deviation"` // of the policy, in canonical action units
	MinimumDeviation float64 `toml:"minimum_deviation"`
}

// Default is a small configuration that learns the easier tasks of the control suite on one core: that
// of MPO, with atoms for rewards of at most 1 in size.
func Default() *Config {
	return &Config{
		PolicyLayers: []int{256, 256}, CriticLayers: []int{256, 256},
		Warmup: 1000, StepsPerUpdate: 2, Batch: 128, Samples: 10,
		NStep: 5, Discount: 0.99,
		Atoms: 51, LowestReturn: -150, HighestReturn: 150,
		LearningRate: 3e-4, DualLearningRate: 1e-2, GradientNorm: 40, TargetPeriod: 100,
		Temperature: TemperatureExact, Epsilon: 0.1, EpsilonPenalty: 1e-3, EpsilonMean: 2.5e-3, EpsilonDeviation: 1e-6,
		InitialTemperature: 10, InitialMeanMultiplier: 10, InitialDeviationMultiplier: 1000,
		InitialDeviation: 0.7, MinimumDeviation: 1e-6,
	}
}

// Paper is the configuration of the published runs of Acme's DMPO.
func Paper() *Config {
	c := Default()
	c.PolicyLayers, c.CriticLayers = []int{256, 256, 256}, []int{512, 512, 256}
	c.Batch, c.Samples, c.StepsPerUpdate = 256, 20, 8
	c.LearningRate, c.Temperature = 1e-4, TemperatureAdam
	return c
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("dmpo", c)
	problems.Require(c.Samples != 1, "samples", c.Samples, "at least 2")
	problems.Require(!(c.HighestReturn <= c.LowestReturn), "highest_return", c.HighestReturn, "above lowest_return")
	improvement.RequireTemperature(&problems, c.Temperature)
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "dmpo",
		Presets: map[string]func() agent.Config{
			"default": func() agent.Config { return Default() },
			"paper":   func() agent.Config { return Paper() },
		},
		New: newLearner,
	}
}
