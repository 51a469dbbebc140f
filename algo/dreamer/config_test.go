package dreamer

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestValidate(t *testing.T) {
	agenttest.CheckRefusals(t, Algorithm(), Small, agenttest.Refusals[*Config]{
		{"latent", func(c *Config) { c.Latent = "normal" }},
		{"cell", func(c *Config) { c.Cell = "lstm" }},
		{"stochastic", func(c *Config) { c.Stochastic = 0 }},
		{"classes", func(c *Config) { c.Classes = 1 }},
		{"latent_deviation", func(c *Config) { c.LatentDeviation = 0 }},
		{"unimix", func(c *Config) { c.Unimix = 2 }},
		{"deterministic", func(c *Config) { c.Deterministic = -1 }},
		{"model_layers", func(c *Config) { c.ModelLayers = nil }},
		{"depth", func(c *Config) { c.Depth = 0 }},
		{"atoms", func(c *Config) { c.Atoms = 1 }},
		{"symlog_limit", func(c *Config) { c.SymlogLimit = 0 }},
		{"window", func(c *Config) { c.Window, c.StartEvery = 0, 1 }},
		{"observation_weight", func(c *Config) { c.ObservationWeight = -1 }},
		{"free_nats", func(c *Config) { c.FreeNats = math.NaN() }},
		{"horizon", func(c *Config) { c.Horizon = 0 }},
		{"start_every", func(c *Config) { c.StartEvery = 17 }},
		{"reinforce", func(c *Config) { c.Reinforce = 1.5 }},
		{"policy_learning_rate", func(c *Config) { c.PolicyLearningRate = 0 }},
		{"symlog", func(c *Config) { c.Binary = true }},
		{"lambda", func(c *Config) { c.Bootstrap = false }},
		{"exploration_correlation", func(c *Config) { c.ExplorationCorrelation = 1 }},
		{"target_rate", func(c *Config) { c.TargetRate = 0 }},
	})
}
