package cmpo

import (
	"fmt"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/improvement"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// What is made as good as it can be while the rest keeps its bounds.
const (
	GoalReward = "reward" // the reward is maximised, and each cost stays below its bound
	GoalCosts  = "costs"  // the costs are minimised, and the reward stays above its bound
)

// The kinds of multipliers.
const (
	MultiplierGlobal = "global" // one number for each bound, which is kept in the mean over states
	MultiplierState  = "state"  // a network of the state for each bound, which is asked for everywhere
)

// Config is every setting of constrained MPO.
type Config struct {
	PolicyLayers     []int `toml:"policy_layers"`     // units of each hidden layer
	CriticLayers     []int `toml:"critic_layers"`     // likewise, of the critic of each objective
	MultiplierLayers []int `toml:"multiplier_layers"` // likewise, of multipliers that depend on the state

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // transitions in an update
	Samples        int   `toml:"samples"`          // actions sampled in each state

	NStep    int     `toml:"nstep"` // rewards before the bootstrap
	Discount float64 `toml:"discount"`

	// Goal is reward or costs. Bounds are means per step: of the reward, if costs are the goal, or else one for each
	// cost, or one for all of them.
	Goal   string    `toml:"goal"`
	Bounds []float64 `toml:"bounds"`

	Multiplier             string  `toml:"multiplier"`         // global or state
	InitialMultiplier      float64 `toml:"initial_multiplier"` // that multipliers start at
	MultiplierLearningRate float64 `toml:"multiplier_learning_rate"`

	LearningRate     float64 `toml:"learning_rate"`
	DualLearningRate float64 `toml:"dual_learning_rate"` // of the multipliers of trust regions
	GradientNorm     float64 `toml:"gradient_norm"`      // limit of each network's gradient; 0 for none
	TargetPeriod     int64   `toml:"target_period"`      // updates between copies to the target networks

	Temperature      string  `toml:"temperature"`       // exact or adam
	Epsilon          float64 `toml:"epsilon"`           // KL of the E-step
	EpsilonPenalty   float64 `toml:"epsilon_penalty"`   // KL of the action penalty; 0 for no penalty
	EpsilonMean      float64 `toml:"epsilon_mean"`      // KL of the M-step for each dimension's mean
	EpsilonDeviation float64 `toml:"epsilon_deviation"` // and for its deviation

	// The temperature and the multipliers of trust regions start at the softplus of these.
	InitialTemperature         float64 `toml:"initial_temperature"`
	InitialMeanMultiplier      float64 `toml:"initial_mean_multiplier"`
	InitialDeviationMultiplier float64 `toml:"initial_deviation_multiplier"`

	InitialDeviation float64 `toml:"initial_deviation"` // of the policy, in canonical action units
	MinimumDeviation float64 `toml:"minimum_deviation"`
}

// Default is MPO's small configuration, which keeps costs below a mean of 0.1 a step.
func Default() *Config {
	return &Config{
		PolicyLayers: []int{256, 256}, CriticLayers: []int{256, 256}, MultiplierLayers: []int{64, 64},
		Warmup: 1000, StepsPerUpdate: 2, Batch: 128, Samples: 10,
		NStep: 5, Discount: 0.99,
		Goal: GoalReward, Bounds: []float64{0.1},
		Multiplier: MultiplierGlobal, InitialMultiplier: 1, MultiplierLearningRate: 1e-3,
		LearningRate: 3e-4, DualLearningRate: 1e-2, GradientNorm: 40, TargetPeriod: 100,
		Temperature: improvement.TemperatureExact, Epsilon: 0.1, EpsilonPenalty: 1e-3, EpsilonMean: 2.5e-3, EpsilonDeviation: 1e-6,
		InitialTemperature: 10, InitialMeanMultiplier: 10, InitialDeviationMultiplier: 1000,
		InitialDeviation: 0.7, MinimumDeviation: 1e-6,
	}
}

// Effort is the paper's way round: costs are minimised while the reward keeps a mean of 0.5 a step, from multipliers
// that make the reward count most at first.
func Effort() *Config {
	c := Default()
	c.Goal, c.Bounds, c.InitialMultiplier = GoalCosts, []float64{0.5}, 5
	return c
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("cmpo", c)
	problems.Require(c.Samples != 1, "samples", c.Samples, "at least 2")
	problems.Require(c.Discount != 1, "discount", c.Discount, "below 1, for bounds are means per step of discounted sums")
	problems.Require(c.Goal == GoalReward || c.Goal == GoalCosts, "goal", c.Goal, "reward or costs")
	problems.Require(c.Multiplier == MultiplierGlobal || c.Multiplier == MultiplierState, "multiplier", c.Multiplier, "global or state")
	improvement.RequireTemperature(&problems, c.Temperature)
	return problems.Err()
}

// constraints lists what of so many objectives, of which the first is the reward, has to keep a bound.
func (c *Config) constraints(objectives int) ([]constraint, error) {
	if c.Goal == GoalCosts {
		if objectives < 2 || len(c.Bounds) != 1 {
			return nil, fmt.Errorf("cmpo: with goal = costs there are %d bounds and %d costs; give one bound, of the reward, and a task with a cost or more", len(c.Bounds), objectives-1)
		}
		return []constraint{{0, c.Bounds[0]}}, nil
	}
	if len(c.Bounds) != 1 && len(c.Bounds) != objectives-1 {
		return nil, fmt.Errorf("cmpo: bounds has %d elements, and the costs of the task are %d; give one number for each, or one for all", len(c.Bounds), objectives-1)
	}
	var all []constraint
	for k := 1; k < objectives; k++ {
		all = append(all, constraint{k, -c.Bounds[min(k, len(c.Bounds))-1]})
	}
	return all, nil
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "cmpo",
		Presets: map[string]func() agent.Config{
			"default": func() agent.Config { return Default() },
			"effort":  func() agent.Config { return Effort() },
		},
		New: newLearner,
	}
}
