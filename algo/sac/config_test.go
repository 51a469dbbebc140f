package sac

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
		{"target_rate", func(c *Config) { c.TargetRate = 0 }},
		{"target_rate", func(c *Config) { c.TargetRate = 1.5 }},
		{"minimum_deviation", func(c *Config) { c.MinimumDeviation = 0 }},
		{"target_entropy", func(c *Config) { c.TargetEntropy = math.NaN() }},
	})
}
