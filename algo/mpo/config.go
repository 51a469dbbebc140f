package mpo

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/improvement"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// The ways to estimate the value of a state-action pair from experience.
const (
	TargetNStep   = "nstep"   // n-step return, bootstrapped with the target critic
	TargetRetrace = "retrace" // Retrace(λ) on windows of consecutive steps
)

// The ways to find the temperature of the E-step.
const (
	TemperatureExact = improvement.TemperatureExact // the dual function is minimised for each batch
	TemperatureAdam  = improvement.TemperatureAdam  // one step of Adam on the dual function
)

// Config is every setting of MPO.
type Config struct {
	PolicyLayers []int `toml:"policy_layers"` // units of each hidden layer
	CriticLayers []int `toml:"critic_layers"`
	TwinCritic   bool  `toml:"twin_critic"` // two critics, of which the smaller value counts

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // transitions, or windows with Retrace, in an update
	Samples        int   `toml:"samples"`          // actions sampled in each state

	Target         string  `toml:"target"`          // nstep or retrace
	NStep          int     `toml:"nstep"`           // rewards before the bootstrap
	SequenceLength int     `toml:"sequence_length"` // steps in a window, with Retrace
	Lambda         float64 `toml:"lambda"`          // of Retrace
	Discount       float64 `toml:"discount"`

	LearningRate     float64 `toml:"learning_rate"`
	DualLearningRate float64 `toml:"dual_learning_rate"`
	GradientNorm     float64 `toml:"gradient_norm"` // limit of each network's gradient; 0 for none
	TargetPeriod     int64   `toml:"target_period"` // updates between copies to the target networks

	Temperature      string  `toml:"temperature"`       // exact or adam
	Epsilon          float64 `toml:"epsilon"`           // KL of the E-step
	EpsilonPenalty   float64 `toml:"epsilon_penalty"`   // KL of the action penalty; 0 for no penalty
	EpsilonMean      float64 `toml:"epsilon_mean"`      // KL of the M-step for each dimension's mean
	EpsilonDeviation float64 `toml:"epsilon_deviation"` // and for its deviation
	Cloning          float64 `toml:"cloning"`           // weight of cloning the recorded actions; 0 for none

	// The multipliers start at the softplus of these.
	InitialTemperature         float64 `toml:"initial_temperature"`
	InitialMeanMultiplier      float64 `toml:"initial_mean_multiplier"`
	InitialDeviationMultiplier float64 `toml:"initial_deviation_multiplier"`

	InitialDeviation float64 `toml:"initial_deviation"` // of the policy, in canonical action units
	MinimumDeviation float64 `toml:"minimum_deviation"`
}

// Default is a small configuration that learns the easier tasks of the control suite on one core.
func Default() *Config {
	return &Config{
		PolicyLayers: []int{256, 256}, CriticLayers: []int{256, 256},
		Warmup: 1000, StepsPerUpdate: 2, Batch: 128, Samples: 10,
		Target: TargetNStep, NStep: 5, SequenceLength: 8, Lambda: 1, Discount: 0.99,
		LearningRate: 3e-4, DualLearningRate: 1e-2, GradientNorm: 40, TargetPeriod: 100,
		Temperature: TemperatureExact, Epsilon: 0.1, EpsilonPenalty: 1e-3, EpsilonMean: 2.5e-3, EpsilonDeviation: 1e-6,
		InitialTemperature: 10, InitialMeanMultiplier: 10, InitialDeviationMultiplier: 1000,
		InitialDeviation: 0.7, MinimumDeviation: 1e-6,
	}
}

// Paper is the configuration of the published runs of Acme's MPO: larger networks and batches, twenty
// samples, the temperature by Adam.
func Paper() *Config {
	c := Default()
	c.PolicyLayers, c.CriticLayers = []int{256, 256, 256}, []int{512, 512, 256}
	c.Batch, c.Samples, c.StepsPerUpdate = 256, 20, 8
	c.LearningRate, c.Temperature = 1e-4, TemperatureAdam
	return c
}

// Offline is a configuration to learn from a fixed set of experience: the policy is kept near the
// recorded actions. One reward before the bootstrap, since the actions that follow stay those of the
// policy that recorded them, however long one learns; bounds of the M-step as in Relative Entropy
// Q-Learning (Jeong et al., 2020, arXiv 2010.08587), with which the deviation can shrink to that of
// the data, since nothing is explored; and a minimum for it, so that deterministic actions have a
// bounded likelihood.
func Offline() *Config {
	c := Default()
	c.Cloning, c.NStep, c.StepsPerUpdate = 1, 1, 1
	c.Batch, c.Samples = 256, 20
	c.EpsilonMean, c.EpsilonDeviation = 1e-2, 1e-5
	c.InitialMeanMultiplier, c.InitialDeviationMultiplier = 1, 10
	c.MinimumDeviation = 0.01
	return c
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("mpo", c)
	problems.Require(c.Samples != 1, "samples", c.Samples, "at least 2")
	problems.Require(c.Target == TargetNStep || c.Target == TargetRetrace, "target", c.Target, "nstep or retrace")
	enough := c.Target != TargetRetrace || c.Warmup >= int64(c.SequenceLength)
	problems.Require(enough, "warmup", c.Warmup, "at least sequence_length, so that there is a window to learn from")
	improvement.RequireTemperature(&problems, c.Temperature)
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "mpo",
		Presets: map[string]func() agent.Config{
			"default": func() agent.Config { return Default() },
			"paper":   func() agent.Config { return Paper() },
			"offline": func() agent.Config { return Offline() },
		},
		New: newLearner,
	}
}
