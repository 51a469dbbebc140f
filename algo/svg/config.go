package svg

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// The members of the family, by what the gradient of a value flows through.
const (
	VariantZero     = "zero"     // a critic of actions
	VariantOne      = "one"      // one step of a learned model, and a critic of states
	VariantInfinity = "infinity" // all steps of a window, and no critic
)

// Config is every setting of SVG. Those of other variants than the chosen one change nothing.
type Config struct {
	Variant string `toml:"variant"` // zero, one or infinity

	PolicyLayers []int `toml:"policy_layers"` // units of each hidden layer
	CriticLayers []int `toml:"critic_layers"` // zero, one
	ModelLayers  []int `toml:"model_layers"`  // of dynamics and reward; one, infinity

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // transitions in an update
	Samples        int   `toml:"samples"`          // actions that the bootstrap samples in each state; zero

	Windows        int `toml:"windows"`         // windows in an update; infinity, as the next two
	SequenceLength int `toml:"sequence_length"` // steps of a window
	Recent         int `toml:"recent"`          // newest observations that windows are drawn from

	NStep    int     `toml:"nstep"` // rewards before the bootstrap; 1 in one and infinity
	Discount float64 `toml:"discount"`

	LearningRate       float64 `toml:"learning_rate"`        // of the critic, and in zero of the policy
	PolicyLearningRate float64 `toml:"policy_learning_rate"` // of the policy; one, infinity
	ModelLearningRate  float64 `toml:"model_learning_rate"`  // of dynamics and reward; one, infinity
	GradientNorm       float64 `toml:"gradient_norm"`        // limit of each network's gradient; 0 for none
	TargetPeriod       int64   `toml:"target_period"`        // updates between copies to the target networks; zero, one

	Entropy               float64 `toml:"entropy"`           // weight of the policy's entropy
	MinimumDeviation      float64 `toml:"minimum_deviation"` // of the policy, in canonical action units
	MaximumDeviation      float64 `toml:"maximum_deviation"`
	MinimumModelDeviation float64 `toml:"minimum_model_deviation"` // of the dynamics, in root mean squares of a change; one, infinity
	ImportanceLimit       float64 `toml:"importance_limit"`        // the largest weight of a recorded action; one
}

// Default is SVG(0), in a small configuration that learns the easier tasks of the control suite on one core.
func Default() *Config {
	return &Config{
		Variant:      VariantZero,
		PolicyLayers: []int{256, 256}, CriticLayers: []int{256, 256}, ModelLayers: []int{256, 256},
		Warmup: 1000, StepsPerUpdate: 2, Batch: 128, Samples: 10,
		Windows: 16, SequenceLength: 100, Recent: 1000,
		NStep: 5, Discount: 0.99,
		LearningRate: 3e-4, PolicyLearningRate: 3e-4, ModelLearningRate: 1e-3, GradientNorm: 40, TargetPeriod: 100,
		Entropy: 1e-3, MinimumDeviation: 0.3, MaximumDeviation: 0.8,
		MinimumModelDeviation: 1e-2, ImportanceLimit: 5,
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

// One is SVG(1) with experience replay. The critic has to be that of the present policy: its values cannot
// be those of other actions. A backup carries them back by one step, so that targets are copied ten times
// as often as in Default, the critic learns faster and the policy more slowly.
func One() *Config {
	c := Default()
	c.Variant, c.NStep = VariantOne, 1
	c.LearningRate, c.PolicyLearningRate, c.TargetPeriod = 1e-3, 1e-4, 10
	return c
}

// Infinity is SVG(∞) on windows of the newest experience, an episode of the control suite. The policy moves
// little while an episode lasts, and the gradient of a single window, which can be large, counts as any other.
func Infinity() *Config {
	c := Default()
	c.Variant, c.NStep, c.StepsPerUpdate, c.Batch = VariantInfinity, 1, 10, 512
	c.PolicyLearningRate, c.GradientNorm = 1e-4, 1
	return c
}

// policyRate is the learning rate of the policy.
func (c *Config) policyRate() float64 {
	if c.Variant == VariantZero {
		return c.LearningRate
	}
	return c.PolicyLearningRate
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("svg", c)
	known := c.Variant == VariantZero || c.Variant == VariantOne || c.Variant == VariantInfinity
	problems.Require(known, "variant", c.Variant, "zero, one or infinity")
	problems.Require(c.MinimumDeviation > 0, "minimum_deviation", c.MinimumDeviation, "positive, so that there is a density")
	problems.Require(!(c.MaximumDeviation <= c.MinimumDeviation), "maximum_deviation", c.MaximumDeviation, "above minimum_deviation")
	modelled := c.Variant == VariantOne || c.Variant == VariantInfinity
	problems.Require(!modelled || c.NStep == 1, "nstep", c.NStep, "1 with a model, which makes one step at a time, as in the presets one and infinity")
	if c.Variant == VariantInfinity {
		problems.Require(c.Recent > c.SequenceLength, "recent", c.Recent, "above sequence_length, so that a window fits")
		problems.Require(c.Warmup >= int64(c.SequenceLength), "warmup", c.Warmup, "at least sequence_length, so that there is a window to learn from")
	}
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "svg",
		Presets: map[string]func() agent.Config{
			"default":  func() agent.Config { return Default() },
			"paper":    func() agent.Config { return Paper() },
			"one":      func() agent.Config { return One() },
			"infinity": func() agent.Config { return Infinity() },
		},
		New: newLearner,
	}
}
