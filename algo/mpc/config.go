package mpc

import (
	"math"
	"time"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/plan"
)

// The planners.
const (
	cem                = "cem"
	mppi               = "mppi"
	shooting           = "shooting"
	predictiveSampling = "predictive_sampling"
	ilqg               = "ilqg"
)

// Config is every setting of model predictive control. Those of other planners than the chosen one count
// for nothing.
type Config struct {
	Planner   string `toml:"planner"`    // cem, mppi, shooting, predictive_sampling or ilqg
	Horizon   int    `toml:"horizon"`    // actions in a sequence
	WarmStart bool   `toml:"warm_start"` // begin with the plan of the decision before

	Samples    int     `toml:"samples"`    // sequences in an iteration
	Iterations int     `toml:"iterations"` // of a decision; 0 for as many as the time allows
	Seconds    float64 `toml:"seconds"`    // after which no iteration begins; 0 for no limit

	Elites           int     `toml:"elites"`            // of cem and mppi: the samples that count
	InitialDeviation float64 `toml:"initial_deviation"` // of cem, mppi and predictive_sampling, in canonical action units
	MinimumDeviation float64 `toml:"minimum_deviation"` // of cem and mppi
	Momentum         float64 `toml:"momentum"`          // of cem: the share of the distribution that an iteration leaves as it was
	Temperature      float64 `toml:"temperature"`       // of mppi, in units of return
	Spline           string  `toml:"spline"`            // of predictive_sampling: zero, linear or cubic
	Knots            int     `toml:"knots"`             // of predictive_sampling
	Difference       float64 `toml:"difference"`        // of ilqg: by which states and actions are moved to differentiate

	ExplorationDeviation float64 `toml:"exploration_deviation"` // of the noise on actions while experience is gathered
}

// Default is CEM with PlaNet's horizon, and fewer samples than PlaNet has: docs/planning.md shows what they reach.
func Default() *Config {
	return &Config{
		Planner: cem, Horizon: 12, WarmStart: true, Samples: 50, Iterations: 3,
		Elites: 5, InitialDeviation: 1, MinimumDeviation: 0.05,
		Temperature: 2, Spline: string(plan.Cubic), Knots: 4, Difference: 1e-3, ExplorationDeviation: 0.3,
	}
}

// Planet is CEM as PlaNet has it: 10,000 sequences for every action.
func Planet() *Config {
	c := Default()
	c.WarmStart, c.Samples, c.Iterations, c.Elites, c.MinimumDeviation = false, 1000, 10, 100, 1e-3
	return c
}

// preset is Default with another planner.
func preset(planner string, change func(c *Config)) func() agent.Config {
	return func() agent.Config {
		c := Default()
		c.Planner = planner
		change(c)
		return c
	}
}

// Schedule asks for no update.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: math.MaxInt64, StepsPerUpdate: 1}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("mpc", c)
	if _, ok := planners[c.Planner]; !ok {
		problems.Require(false, "planner", c.Planner, "cem, mppi, shooting, predictive_sampling or ilqg")
	}
	problems.Require(plan.Spline(c.Spline).Validate() == nil, "spline", c.Spline, "zero, linear or cubic")
	problems.Require(c.Iterations > 0 || c.Seconds > 0, "iterations", c.Iterations, "positive, or seconds positive: a plan has to end")
	problems.Require(c.Elites <= c.Samples, "elites", c.Elites, "at most samples")
	return problems.Err()
}

// budget is what a decision may cost.
func (c *Config) budget() plan.Budget {
	return plan.Budget{Samples: c.Samples, Iterations: c.Iterations, Time: time.Duration(c.Seconds * float64(time.Second))}
}

// planners make the planners.
var planners = map[string]func(c *Config, sizes plan.Sizes) plan.Planner{
	cem: func(c *Config, sizes plan.Sizes) plan.Planner {
		return &plan.CEM{Sizes: sizes, Elites: c.Elites, Deviation: c.InitialDeviation, MinimumDeviation: c.MinimumDeviation, Momentum: c.Momentum}
	},
	mppi: func(c *Config, sizes plan.Sizes) plan.Planner {
		return &plan.MPPI{Sizes: sizes, Elites: c.Elites, Deviation: c.InitialDeviation, MinimumDeviation: c.MinimumDeviation, Temperature: c.Temperature}
	},
	shooting: func(_ *Config, sizes plan.Sizes) plan.Planner { return &plan.Shooting{Sizes: sizes} },
	predictiveSampling: func(c *Config, sizes plan.Sizes) plan.Planner {
		return &plan.Predictive{Sizes: sizes, Spline: plan.Spline(c.Spline), Knots: c.Knots, Exploration: c.InitialDeviation}
	},
	ilqg: func(c *Config, sizes plan.Sizes) plan.Planner {
		return &plan.ILQG{Sizes: sizes, Difference: c.Difference}
	},
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name:      "mpc",
		Untrained: true,
		Presets: map[string]func() agent.Config{
			"default":          func() agent.Config { return Default() },
			"planet":           func() agent.Config { return Planet() },
			mppi:               preset(mppi, func(*Config) {}),
			shooting:           preset(shooting, func(c *Config) { c.WarmStart = false }),
			predictiveSampling: preset(predictiveSampling, func(c *Config) { c.InitialDeviation = 0.3 }),
			ilqg:               preset(ilqg, func(c *Config) { c.Samples, c.Elites, c.Iterations = 10, 1, 2 }),
		},
		New: newLearner,
	}
}
