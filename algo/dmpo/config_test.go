package dmpo

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestValidate(t *testing.T) {
	agenttest.CheckRefusals(t, Algorithm(), Default, agenttest.Refusals[*Config]{
		{"policy_layers", func(c *Config) { c.PolicyLayers = nil }},
		{"batch", func(c *Config) { c.Batch = 0 }},
		{"nstep", func(c *Config) { c.NStep = 0 }},
		{"discount", func(c *Config) { c.Discount = math.NaN() }},
		{"learning_rate", func(c *Config) { c.LearningRate = 0 }},
		{"samples", func(c *Config) { c.Samples = 1 }},
		{"atoms", func(c *Config) { c.Atoms = 1 }},
		{"highest_return", func(c *Config) { c.HighestReturn = c.LowestReturn }},
		{"temperature", func(c *Config) { c.Temperature = "warm" }},
		{"epsilon", func(c *Config) { c.Epsilon = 0 }},
	})
}
