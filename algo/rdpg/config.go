package rdpg

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/recurrent"
	"github.com/reverie-rl/reverie/algo/internal/settings"
)

// Config is every setting of RDPG and RSVG(0).
type Config struct {
	Stochastic   bool   `toml:"stochastic"`    // RSVG(0): the policy has a deviation of its own
	Core         string `toml:"core"`          // "gru" or "lstm"
	CoreSize     int    `toml:"core_size"`     // units of each cell
	MemorySpan   int    `toml:"memory_span"`   // steps over which cells remember at first, 3 or more; 0 for their usual beginning
	ReadCritic   bool   `toml:"read_critic"`   // the policy reads what the critic remembers too
	PolicyLayers []int  `toml:"policy_layers"` // units of each hidden layer of the heads
	CriticLayers []int  `toml:"critic_layers"`

	Warmup         int64 `toml:"warmup"`           // environment steps before the first update
	StepsPerUpdate int64 `toml:"steps_per_update"` // environment steps between updates
	Batch          int   `toml:"batch"`            // windows in an update
	Window         int   `toml:"window"`           // most steps of a window that count
	BurnIn         int   `toml:"burn_in"`          // steps before them, to bring the memory up to date
	Episodes       bool  `toml:"episodes"`         // windows are the first steps of episodes

	Discount float64 `toml:"discount"`
	Lambda   float64 `toml:"lambda"` // mixture of the returns over several steps; 0 for one step

	LearningRate float64 `toml:"learning_rate"`
	GradientNorm float64 `toml:"gradient_norm"` // limit of each network's gradient; 0 for none
	TargetPeriod int64   `toml:"target_period"` // updates between copies to the target networks

	Saturation float64 `toml:"saturation"` // weight of the squared mean before tanh, which has no gradient far out

	ExplorationCorrelation float64 `toml:"exploration_correlation"` // of the noise from one step to the next
	ExplorationDeviation   float64 `toml:"exploration_deviation"`   // RDPG: of the noise, in canonical action units
	Entropy                float64 `toml:"entropy"`                 // RSVG(0): weight of the policy's entropy
	MinimumDeviation       float64 `toml:"minimum_deviation"`       // RSVG(0): of the policy, in canonical action units
	MaximumDeviation       float64 `toml:"maximum_deviation"`
}

// Default is a small configuration of RDPG that learns swing-ups from positions alone on one core.
func Default() *Config {
	return &Config{
		Core: recurrent.LSTM, CoreSize: 64, PolicyLayers: []int{128, 128}, CriticLayers: []int{128, 128},
		Warmup: 1000, StepsPerUpdate: 4, Batch: 16, Window: 40, BurnIn: 10,
		Discount: 0.99, Lambda: 0.8,
		LearningRate: 1e-3, GradientNorm: 40, TargetPeriod: 100,
		Saturation: 1e-3, ExplorationDeviation: 0.3,
		Entropy: 1e-3, MinimumDeviation: 0.3, MaximumDeviation: 0.8,
	}
}

// Stochastic is RSVG(0) with the same networks.
func Stochastic() *Config {
	c := Default()
	c.Stochastic = true
	return c
}

// Episodes replays whole episodes of up to 250 steps, as the paper does.
func Episodes() *Config {
	c := Default()
	c.Episodes, c.Window, c.BurnIn, c.Batch, c.StepsPerUpdate = true, 250, 0, 8, 10
	return c
}

// Schedule tells the run loop when to learn.
func (c *Config) Schedule() agent.Schedule {
	return agent.Schedule{Warmup: c.Warmup, StepsPerUpdate: c.StepsPerUpdate}
}

// Validate returns an error for each field that makes no sense.
func (c *Config) Validate() error {
	problems := settings.Check("rdpg", c)
	problems.Require(c.Core == recurrent.GRU || c.Core == recurrent.LSTM, "core", c.Core, "gru or lstm")
	problems.Require(c.MemorySpan == 0 || c.MemorySpan > 2, "memory_span", c.MemorySpan, "0, or 3 or more")
	problems.Require(!(c.Episodes && c.BurnIn > 0), "burn_in", c.BurnIn, "0 with episodes, which begin without memory")
	problems.Require(c.ExplorationCorrelation < 1, "exploration_correlation", c.ExplorationCorrelation, "below 1")
	problems.Require(c.MinimumDeviation > 0, "minimum_deviation", c.MinimumDeviation, "positive, so that there is a density")
	problems.Require(!(c.MaximumDeviation <= c.MinimumDeviation), "maximum_deviation", c.MaximumDeviation, "above minimum_deviation")
	return problems.Err()
}

// Algorithm is what this package offers to the run loop.
func Algorithm() agent.Algorithm {
	return agent.Algorithm{
		Name: "rdpg",
		Presets: map[string]func() agent.Config{
			"default":    func() agent.Config { return Default() },
			"stochastic": func() agent.Config { return Stochastic() },
			"episodes":   func() agent.Config { return Episodes() },
		},
		New: newLearner,
	}
}
