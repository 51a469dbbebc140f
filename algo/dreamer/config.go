package dreamer

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// Kinds of stochastic states and of recurrent cells.
const (
	Gaussian      = "gaussian"
	Categorical   = "categorical"
	Deterministic = "deterministic"
	GRU           = "gru"
	NormGRU       = "norm_gru"
)

// Config is every setting of Dreamer.
type Config struct {
	Latent          string  `toml:"latent"`           // "gaussian", "categorical", or "deterministic" for a model without chance
	Stochastic      int     `toml:"stochastic"`       // numbers of a Gaussian or deterministic latent, variables of a categorical one
	Classes         int     `toml:"classes"`          // of each categorical variable
	LatentDeviation float64 `toml:"latent_deviation"` // least deviation of a Gaussian latent, and unit of the errors of a deterministic one
	Unimix          float64 `toml:"unimix"`           // share of the uniform distribution in a categorical one
	Cell            string  `toml:"cell"`             // "gru" or "norm_gru"
	Deterministic   int     `toml:"deterministic"`    // units of the cell
	Hidden          int     `toml:"hidden"`           // units of the other layers of the recurrent model
	ModelLayers     []int   `toml:"model_layers"`     // units of each hidden layer of encoder, decoder and heads
	Depth           int     `toml:"depth"`            // channels of the first layer of a picture's encoder, and of the last but one of its decoder
	PolicyLayers    []int   `toml:"policy_layers"`
	CriticLayers    []int   `toml:"critic_layers"`
	Symlog          bool    `toml:"symlog"`         // observations pass through symlog
	Binary          bool    `toml:"binary"`         // observations are zeros and ones: their probabilities are predicted
	TwoHotReward    bool    `toml:"two_hot_reward"` // rewards are predicted over atoms instead of by a Gaussian
	TwoHotCritic    bool    `toml:"two_hot_critic"` // and values
	Atoms           int     `toml:"atoms"`          // of these
	SymlogLimit     float64 `toml:"symlog_limit"`   // symlog of the largest atom

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // windows in an update
	Window         int   `toml:"window"`           // most steps of a window

	ObservationWeight    float64 `toml:"observation_weight"` // of the terms of the model's loss
	RewardWeight         float64 `toml:"reward_weight"`
	ContinuationWeight   float64 `toml:"continuation_weight"` // 0 for tasks whose episodes are never terminated
	DynamicsWeight       float64 `toml:"dynamics_weight"`     // of the divergence, to move the prior
	RepresentationWeight float64 `toml:"representation_weight"`
	FreeNats             float64 `toml:"free_nats"`       // divergence that does not count
	FreeOnAverage        bool    `toml:"free_on_average"` // for the mean over a batch, not for each state

	Horizon          int     `toml:"horizon"`     // imagined steps
	StartEvery       int     `toml:"start_every"` // one of so many states of a window is imagined from
	Discount         float64 `toml:"discount"`
	Lambda           float64 `toml:"lambda"`            // mixture of the returns over several steps
	Bootstrap        bool    `toml:"bootstrap"`         // returns go on with a value beyond the horizon
	Reinforce        float64 `toml:"reinforce"`         // share of REINFORCE in the policy's gradient; the rest flows through the model
	NormaliseReturns bool    `toml:"normalise_returns"` // divide returns by their range, where that is above 1
	Entropy          float64 `toml:"entropy"`           // weight of the policy's entropy

	ModelLearningRate  float64 `toml:"model_learning_rate"`
	PolicyLearningRate float64 `toml:"policy_learning_rate"`
	CriticLearningRate float64 `toml:"critic_learning_rate"`
	GradientNorm       float64 `toml:"gradient_norm"` // limit of each network's gradient; 0 for none
	TargetRate         float64 `toml:"target_rate"`   // share of the critic that enters its slow copy in an update

	ExplorationDeviation   float64 `toml:"exploration_deviation"`   // of the noise added to continuous actions, in canonical units
	ExplorationCorrelation float64 `toml:"exploration_correlation"` // of the noise of continuous actions from one step to the next
}

// Small is a configuration that learns on one core: the default.
func Small() *Config {
	return &Config{
		Latent: Gaussian, Stochastic: 16, Classes: 16, LatentDeviation: 0.02, Unimix: 0.01,
		Cell: NormGRU, Deterministic: 64, Hidden: 64,
		ModelLayers: []int{64, 64}, Depth: 16, PolicyLayers: []int{64, 64}, CriticLayers: []int{64, 64},
		Symlog: true, TwoHotCritic: true, Atoms: 41, SymlogLimit: 6,
		Warmup: 2500, StepsPerUpdate: 10, Batch: 32, Window: 16,
		ObservationWeight: 40, RewardWeight: 20,
		DynamicsWeight: 1, RepresentationWeight: 0.1, FreeNats: 1,
		Horizon: 10, StartEvery: 2, Discount: 0.99, Lambda: 0.95, Bootstrap: true, NormaliseReturns: true, Entropy: 3e-3,
		ModelLearningRate: 1e-3, PolicyLearningRate: 1e-3, CriticLearningRate: 1e-3, GradientNorm: 100, TargetRate: 0.1,
		ExplorationDeviation: 0.3,
	}
}

// Medium is Small with about twice the units, longer windows and a longer horizon.
func Medium() *Config {
	c := Small()
	c.Stochastic, c.Deterministic, c.Hidden = 32, 128, 128
	c.ModelLayers, c.PolicyLayers, c.CriticLayers = []int{128, 128}, []int{128, 128}, []int{128, 128}
	c.Batch, c.Window, c.Horizon = 16, 50, 15
	return c
}

// Paper is Dreamer's own configuration, for states instead of pictures, without what later versions added.
func Paper() *Config {
	c := Small()
	c.Stochastic, c.LatentDeviation, c.Cell, c.Deterministic, c.Hidden = 30, 0.1, GRU, 200, 200
	c.ModelLayers, c.PolicyLayers, c.CriticLayers = []int{400, 400}, []int{400, 400, 400, 400}, []int{400, 400, 400}
	c.Depth = 32
	c.Symlog, c.TwoHotCritic = false, false
	c.Warmup, c.Batch, c.Window = 5000, 50, 50
	c.ObservationWeight, c.RewardWeight = 1, 1
	c.DynamicsWeight, c.RepresentationWeight, c.FreeNats, c.FreeOnAverage = 1, 1, 3, true
	c.Horizon, c.StartEvery, c.NormaliseReturns, c.Entropy = 15, 1, false, 0
	c.ModelLearningRate, c.PolicyLearningRate, c.CriticLearningRate, c.TargetRate = 6e-4, 8e-5, 8e-5, 1
	return c
}

// Pixels is Small for tasks whose agents see a picture of 64 x 64 pixels. All of its pixels together weigh as they are.
func Pixels() *Config {
	c := Small()
	c.Stochastic, c.Deterministic, c.Hidden, c.Depth = 24, 128, 128, 8
	c.Batch, c.Window = 16, 24
	c.ObservationWeight = 1
	return c
}

// Discrete is DreamerV2's way for discrete actions, with small networks, for tasks whose observations are zeros and ones:
// categorical latents, balanced divergences, a head for the continuation, REINFORCE, and a slow copy of the critic.
func Discrete() *Config {
	c := Small()
	c.Latent, c.Stochastic, c.Classes, c.Unimix = Categorical, 8, 8, 0
	c.Deterministic, c.Hidden = 96, 96
	c.ModelLayers, c.PolicyLayers, c.CriticLayers = []int{96, 96}, []int{96, 96}, []int{96, 96}
	c.Symlog, c.Binary, c.TwoHotCritic, c.NormaliseReturns = false, true, false, false
	c.Batch, c.Window, c.StepsPerUpdate, c.StartEvery = 16, 24, 2, 3
	c.ObservationWeight, c.RewardWeight, c.ContinuationWeight = 1, 10, 5
	c.DynamicsWeight, c.RepresentationWeight, c.FreeNats = 0.4, 0.1, 0
	c.Reinforce, c.Entropy, c.TargetRate = 1, 1e-2, 0.05
	c.PolicyLearningRate = 3e-4
	return c
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("dreamer", c)
	problems.Require(c.Latent == Gaussian || c.Latent == Categorical || c.Latent == Deterministic, "latent", c.Latent, "gaussian, categorical or deterministic")
	problems.Require(c.Cell == GRU || c.Cell == NormGRU, "cell", c.Cell, "gru or norm_gru")
	problems.Require(c.Bootstrap || c.Lambda == 1, "lambda", c.Lambda, "1 without bootstrap: returns are then sums of rewards alone")
	problems.Require(!(c.Binary && c.Symlog), "symlog", c.Symlog, "false with binary: zeros and ones are read as they are")
	problems.Require(c.Window < 1 || c.StartEvery <= c.Window, "start_every", c.StartEvery, "at most window")
	problems.Require(c.ExplorationCorrelation < 1, "exploration_correlation", c.ExplorationCorrelation, "below 1")
	problems.Require(!(c.TargetRate <= 0), "target_rate", c.TargetRate, "positive: a copy that never moves is no target")
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "dreamer",
		Presets: map[string]func() agent.Config{
			"default":  func() agent.Config { return Small() },
			"small":    func() agent.Config { return Small() },
			"medium":   func() agent.Config { return Medium() },
			"paper":    func() agent.Config { return Paper() },
			"pixels":   func() agent.Config { return Pixels() },
			"discrete": func() agent.Config { return Discrete() },
		},
		Images:  true,
		Actions: agent.AnyActions,
		New:     newLearner,
	}
}
