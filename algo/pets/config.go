package pets

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/planning"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// Config is every setting of PETS.
type Config struct {
	Members     int   `toml:"members"`      // of the ensemble
	ModelLayers []int `toml:"model_layers"` // units of each hidden layer of a member

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update, with actions drawn uniformly
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // transitions of each member in an update

	LearningRate float64 `toml:"learning_rate"`
	GradientNorm float64 `toml:"gradient_norm"` // limit of the gradient; 0 for none

	Planner          string  `toml:"planner"`           // cem, mppi or shooting
	Horizon          int     `toml:"horizon"`           // actions in a sequence
	Particles        int     `toml:"particles"`         // trajectories of a sequence, shared out to the members
	WarmStart        bool    `toml:"warm_start"`        // begin with the plan of the decision before
	Samples          int     `toml:"samples"`           // sequences in an iteration
	Iterations       int     `toml:"iterations"`        // of a decision
	Elites           int     `toml:"elites"`            // of cem and mppi: the samples that count
	InitialDeviation float64 `toml:"initial_deviation"` // of cem and mppi, in canonical action units
	MinimumDeviation float64 `toml:"minimum_deviation"` // of cem and mppi
	Momentum         float64 `toml:"momentum"`          // of cem: the share of the distribution that an iteration leaves as it was
	Temperature      float64 `toml:"temperature"`       // of mppi, in units of return

	ExplorationDeviation float64 `toml:"exploration_deviation"` // of the noise added to actions, in canonical units
}

// Small is a configuration that learns on one core: the default.
func Small() *Config {
	return &Config{
		Members: 5, ModelLayers: []int{64, 64},
		Warmup: 2500, StepsPerUpdate: 4, Batch: 64, LearningRate: 1e-3, GradientNorm: 100,
		Planner: planning.CEM, Horizon: 12, Particles: 5, WarmStart: true, Samples: 100, Iterations: 4, Elites: 10,
		InitialDeviation: 1, MinimumDeviation: 0.05, Temperature: 2, ExplorationDeviation: 0.1,
	}
}

// Paper has the sizes of the paper's cartpole: about as many particles and sequences, and larger networks.
func Paper() *Config {
	c := Small()
	c.ModelLayers = []int{200, 200, 200}
	c.Horizon, c.Particles, c.Samples, c.Iterations, c.Elites, c.Momentum = 15, 20, 350, 5, 35, 0.1
	return c
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("pets", c)
	problems.Require(planning.Known(c.Planner), "planner", c.Planner, "cem, mppi or shooting")
	problems.Require(c.Iterations > 0, "iterations", c.Iterations, "positive")
	problems.Require(c.Elites <= c.Samples, "elites", c.Elites, "at most samples")
	problems.Require(c.Members <= 0 || c.Particles%c.Members == 0, "particles", c.Particles, "a multiple of members")
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "pets",
		Presets: map[string]func() agent.Config{
			"default": func() agent.Config { return Small() },
			"small":   func() agent.Config { return Small() },
			"paper":   func() agent.Config { return Paper() },
		},
		New: newLearner,
	}
}
