package planet

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/planning"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// Kinds of stochastic states and of recurrent cells.
const (
	Gaussian      = "gaussian"
	Deterministic = "deterministic"
	GRU           = "gru"
	NormGRU       = "norm_gru"
)

// Config is every setting of PlaNet.
type Config struct {
	Latent          string  `toml:"latent"`           // "gaussian", or "deterministic" for a model without chance
	Stochastic      int     `toml:"stochastic"`       // numbers of the latent
	LatentDeviation float64 `toml:"latent_deviation"` // least deviation of a Gaussian latent, and unit of the errors of a deterministic one
	Cell            string  `toml:"cell"`             // "gru" or "norm_gru"
	Deterministic   int     `toml:"deterministic"`    // units of the cell
	Hidden          int     `toml:"hidden"`           // units of the other layers of the recurrent model
	ModelLayers     []int   `toml:"model_layers"`     // units of each hidden layer of encoder, decoder and heads
	Depth           int     `toml:"depth"`            // channels of the first layer of a picture's encoder, and of the last but one of its decoder
	Symlog          bool    `toml:"symlog"`           // numbers that are observed pass through symlog

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update, with actions drawn uniformly
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // windows in an update
	Window         int   `toml:"window"`           // most steps of a window

	ObservationWeight    float64 `toml:"observation_weight"` // of the terms of the loss
	RewardWeight         float64 `toml:"reward_weight"`
	ContinuationWeight   float64 `toml:"continuation_weight"` // 0 for tasks whose episodes are never terminated
	DynamicsWeight       float64 `toml:"dynamics_weight"`     // of the divergence, to move the prior
	RepresentationWeight float64 `toml:"representation_weight"`
	FreeNats             float64 `toml:"free_nats"`             // divergence of each state that does not count
	OvershootingWeight   float64 `toml:"overshooting_weight"`   // β of latent overshooting; 0 for none
	OvershootingDistance int     `toml:"overshooting_distance"` // D, most steps that it looks ahead

	LearningRate float64 `toml:"learning_rate"`
	GradientNorm float64 `toml:"gradient_norm"` // limit of the gradient; 0 for none

	Planner          string  `toml:"planner"`           // cem, mppi or shooting
	Horizon          int     `toml:"horizon"`           // actions in a sequence
	WarmStart        bool    `toml:"warm_start"`        // begin with the plan of the decision before
	Samples          int     `toml:"samples"`           // sequences in an iteration
	Iterations       int     `toml:"iterations"`        // of a decision
	Elites           int     `toml:"elites"`            // of cem and mppi: the samples that count
	InitialDeviation float64 `toml:"initial_deviation"` // of cem and mppi, in canonical action units
	MinimumDeviation float64 `toml:"minimum_deviation"` // of cem and mppi
	Momentum         float64 `toml:"momentum"`          // of cem: the share of the distribution that an iteration leaves as it was
	Temperature      float64 `toml:"temperature"`       // of mppi, in units of return
	SampledRollouts  bool    `toml:"sampled_rollouts"`  // plan along samples of the prior instead of its modes

	ExplorationDeviation float64 `toml:"exploration_deviation"` // of the noise added to actions, in canonical units
}

// Small is a configuration that learns on one core: the default.
func Small() *Config {
	return &Config{
		Latent: Gaussian, Stochastic: 16, LatentDeviation: 0.02, Cell: NormGRU, Deterministic: 64, Hidden: 64,
		ModelLayers: []int{64, 64}, Depth: 16, Symlog: true,
		Warmup: 5000, StepsPerUpdate: 5, Batch: 32, Window: 16,
		ObservationWeight: 40, RewardWeight: 20,
		DynamicsWeight: 1, RepresentationWeight: 0.1, FreeNats: 1, OvershootingDistance: 12,
		LearningRate: 1e-3, GradientNorm: 100,
		Planner: planning.CEM, Horizon: 12, WarmStart: true, Samples: 200, Iterations: 5, Elites: 20,
		InitialDeviation: 1, MinimumDeviation: 0.05, Temperature: 2,
		ExplorationDeviation: 0.3,
	}
}

// Medium is Small with about twice the units, longer windows and twice the sequences.
func Medium() *Config {
	c := Small()
	c.Stochastic, c.Deterministic, c.Hidden, c.ModelLayers = 32, 128, 128, []int{128, 128}
	c.Batch, c.Window = 16, 50
	c.Samples, c.Elites = 400, 40
	return c
}

// Paper is PlaNet's own configuration, for states instead of pictures.
func Paper() *Config {
	c := Small()
	c.Stochastic, c.LatentDeviation, c.Cell, c.Deterministic, c.Hidden = 30, 0.1, GRU, 200, 200
	c.ModelLayers, c.Depth, c.Symlog = []int{200, 200}, 32, false
	c.StepsPerUpdate, c.Batch, c.Window = 10, 50, 50
	c.ObservationWeight, c.RewardWeight = 1, 1
	c.DynamicsWeight, c.RepresentationWeight, c.FreeNats = 1, 1, 3
	c.GradientNorm = 1000
	c.WarmStart, c.Samples, c.Iterations, c.Elites, c.MinimumDeviation = false, 1000, 10, 100, 1e-3
	c.SampledRollouts = true
	return c
}

// Pixels is Small for tasks whose agents see a picture of 64 x 64 pixels. All of its pixels together weigh as they are.
func Pixels() *Config {
	c := Small()
	c.Stochastic, c.Deterministic, c.Hidden, c.Depth = 24, 128, 128, 8
	c.StepsPerUpdate, c.Batch, c.Window = 10, 16, 24
	c.ObservationWeight = 1
	return c
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("planet", c)
	problems.Require(c.Latent == Gaussian || c.Latent == Deterministic, "latent", c.Latent, "gaussian or deterministic")
	problems.Require(c.Cell == GRU || c.Cell == NormGRU, "cell", c.Cell, "gru or norm_gru")
	problems.Require(planning.Known(c.Planner), "planner", c.Planner, "cem, mppi or shooting")
	problems.Require(c.Iterations > 0, "iterations", c.Iterations, "positive")
	problems.Require(c.Elites <= c.Samples, "elites", c.Elites, "at most samples")
	problems.Require(c.OvershootingWeight == 0 || c.OvershootingDistance >= 2 && c.OvershootingDistance <= c.Window,
		"overshooting_distance", c.OvershootingDistance, "at least 2 and at most window")
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "planet",
		Presets: map[string]func() agent.Config{
			"default": func() agent.Config { return Small() },
			"small":   func() agent.Config { return Small() },
			"medium":  func() agent.Config { return Medium() },
			"paper":   func() agent.Config { return Paper() },
			"pixels":  func() agent.Config { return Pixels() },
		},
		Images: true,
		New:    newLearner,
	}
}
