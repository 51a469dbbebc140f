package rdpg

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestValidate(t *testing.T) {
	agenttest.CheckRefusals(t, Algorithm(), Default, agenttest.Refusals[*Config]{
		{"core", func(c *Config) { c.Core = "rnn" }},
		{"core_size", func(c *Config) { c.CoreSize = 0 }},
		{"memory_span", func(c *Config) { c.MemorySpan = 2 }},
		{"policy_layers", func(c *Config) { c.PolicyLayers = nil }},
		{"batch", func(c *Config) { c.Batch = 0 }},
		{"window", func(c *Config) { c.Window = 0 }},
		{"burn_in", func(c *Config) { c.BurnIn = -1 }},
		{"burn_in", func(c *Config) { c.Episodes = true }},
		{"lambda", func(c *Config) { c.Lambda = 1.1 }},
		{"discount", func(c *Config) { c.Discount = math.NaN() }},
		{"learning_rate", func(c *Config) { c.LearningRate = 0 }},
		{"minimum_deviation", func(c *Config) { c.MinimumDeviation = 0 }},
		{"maximum_deviation", func(c *Config) { c.MaximumDeviation = 0.3 }},
		{"saturation", func(c *Config) { c.Saturation = -1 }},
		{"exploration_correlation", func(c *Config) { c.ExplorationCorrelation = 1 }},
		{"exploration_deviation", func(c *Config) { c.ExplorationDeviation = 0 }},
	})
}
