package ivg

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// What the value is regressed on.
const (
	Imagined = "imagined" // λ-returns of the policy's own imagined steps
	VTrace   = "vtrace"   // V-trace on the recorded steps
)

// How the gradient of the imagined return reaches the policy.
const (
	Pathwise   = "pathwise"   // through rewards, values and dynamics
	Likelihood = "likelihood" // by the likelihood ratio of the imagined actions: REINFORCE
)

// Config is every setting of IVG.
type Config struct {
	LatentSize   int   `toml:"latent_size"`
	History      int   `toml:"history"`      // newest observations that a latent is made of; above 1 by an LSTM
	ModelLayers  []int `toml:"model_layers"` // units of each hidden layer of encoder, decoder and reward
	Hidden       int   `toml:"hidden"`       // units of the transition's layers
	Depth        int   `toml:"depth"`        // channels of the first layer of a picture's encoder, and of the last but one of its decoder
	PolicyLayers []int `toml:"policy_layers"`
	CriticLayers []int `toml:"critic_layers"` // of the value
	Symlog       bool  `toml:"symlog"`        // numbers of observations pass through symlog

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // windows in an update
	Window         int   `toml:"window"`           // steps that the model predicts without looking; a window of replay has history - 1 more

	ObservationWeight float64 `toml:"observation_weight"` // of the terms of the model's loss
	ConsistencyWeight float64 `toml:"consistency_weight"`
	RewardWeight      float64 `toml:"reward_weight"`
	ValueWeight       float64 `toml:"value_weight"`
	StopConsistency   bool    `toml:"stop_consistency"` // predicted latents follow encoded ones, and not these them

	RewardScale float64 `toml:"reward_scale"` // rewards are multiplied by it before anything else
	ValueScale  float64 `toml:"value_scale"`  // the size that a value can have, in scaled rewards: the unit of the value's loss
	Discount    float64 `toml:"discount"`
	KLWeight    float64 `toml:"kl_weight"` // λ of the divergence of policy and prior, which is taken off every reward

	ValueTarget string  `toml:"value_target"` // "imagined" or "vtrace"
	Lambda      float64 `toml:"lambda"`       // mixture of the imagined returns over several steps
	Imagine     bool    `toml:"imagine"`      // false is IVG(0): the policy climbs a value of actions in the encoded latents
	Horizon     int     `toml:"horizon"`      // N, imagined steps
	Averaged    bool    `toml:"averaged"`     // the policy's objective is the mean over horizons 1 to N, not N alone
	StartEvery  int     `toml:"start_every"`  // one of so many latents of a window is imagined from
	Gradient    string  `toml:"gradient"`     // "pathwise" or "likelihood"
	Rollouts    int     `toml:"rollouts"`     // imagined from each latent

	ModelLearningRate  float64 `toml:"model_learning_rate"` // of everything but the policy
	PolicyLearningRate float64 `toml:"policy_learning_rate"`
	GradientNorm       float64 `toml:"gradient_norm"`        // limit of the model's gradient; 0 for none
	PolicyGradientNorm float64 `toml:"policy_gradient_norm"` // of the policy's
	TargetPeriod       int64   `toml:"target_period"`        // updates between copies to the target networks

	InitialDeviation float64 `toml:"initial_deviation"` // of the policy, in canonical action units
	MinimumDeviation float64 `toml:"minimum_deviation"`
	MaximumDeviation float64 `toml:"maximum_deviation"`
}

// Small is a configuration that learns from states on one core: the default.
func Small() *Config {
	return &Config{
		LatentSize: 64, History: 1, ModelLayers: []int{128, 128}, Hidden: 128, Depth: 8,
		PolicyLayers: []int{128, 128}, CriticLayers: []int{128, 128}, Symlog: true,
		Warmup: 4000, StepsPerUpdate: 4, Batch: 32, Window: 8,
		ObservationWeight: 1, ConsistencyWeight: 1, RewardWeight: 1, ValueWeight: 1,
		RewardScale: 1, ValueScale: 100, Discount: 0.99, KLWeight: 0.01,
		ValueTarget: Imagined, Lambda: 0.95, Imagine: true, Horizon: 5, Averaged: true, StartEvery: 4,
		Gradient: Pathwise, Rollouts: 1,
		ModelLearningRate: 1e-3, PolicyLearningRate: 3e-4, GradientNorm: 10, PolicyGradientNorm: 1, TargetPeriod: 25,
		InitialDeviation: 0.7, MinimumDeviation: 0.1, MaximumDeviation: 1,
	}
}

// Paper is the paper's configuration, as far as it is printed. The discount, the period of the targets, the limits of
// gradients and the bounds of the deviation are not.
func Paper() *Config {
	c := Small()
	c.LatentSize, c.History, c.Depth, c.Symlog = 128, 3, 32, false
	c.PolicyLayers, c.CriticLayers = []int{256, 256, 256}, []int{256, 256, 256}
	c.Window, c.StartEvery = 5, 1
	c.ValueTarget, c.TargetPeriod = VTrace, 100
	c.ModelLearningRate, c.PolicyLearningRate = 5e-5, 5e-5
	return c
}

// Pixels is Small for tasks whose agents see a picture, with a history from which velocities can be told.
func Pixels() *Config {
	c := Small()
	c.History, c.Batch, c.Window, c.StartEvery = 3, 16, 6, 3
	return c
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("ivg", c)
	problems.Require(c.ValueTarget == Imagined || c.ValueTarget == VTrace, "value_target", c.ValueTarget, "imagined or vtrace")
	problems.Require(c.Gradient == Pathwise || c.Gradient == Likelihood, "gradient", c.Gradient, "pathwise or likelihood")
	problems.Require(c.Imagine || c.ValueTarget == Imagined && c.Gradient == Pathwise, "imagine", c.Imagine, "true with value_target vtrace or gradient likelihood")
	problems.Require(c.Window < 1 || c.StartEvery <= c.Window, "start_every", c.StartEvery, "at most window")
	problems.Require(!(c.MinimumDeviation <= 0), "minimum_deviation", c.MinimumDeviation, "positive, so that there is a density")
	problems.Require(c.MinimumDeviation < c.InitialDeviation && c.InitialDeviation < c.MaximumDeviation,
		"initial_deviation", c.InitialDeviation, "between minimum_deviation and maximum_deviation")
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "ivg",
		Presets: map[string]func() agent.Config{
			"default": func() agent.Config { return Small() },
			"small":   func() agent.Config { return Small() },
			"pixels":  func() agent.Config { return Pixels() },
			"paper":   func() agent.Config { return Paper() },
		},
		Images: true,
		New:    newLearner,
	}
}
