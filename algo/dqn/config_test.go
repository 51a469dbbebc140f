package dqn

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestValidate(t *testing.T) {
	agenttest.CheckRefusals(t, Algorithm(), Default, agenttest.Refusals[*Config]{
		{"critic_layers", func(c *Config) { c.CriticLayers = nil }},
		{"batch", func(c *Config) { c.Batch = 0 }},
		{"nstep", func(c *Config) { c.NStep = 0 }},
		{"discount", func(c *Config) { c.Discount = math.NaN() }},
		{"learning_rate", func(c *Config) { c.LearningRate = 0 }},
		{"target_period", func(c *Config) { c.TargetPeriod = 0 }},
		{"exploration_chance", func(c *Config) { c.ExplorationChance = 0 }},
		{"exploration_chance", func(c *Config) { c.ExplorationChance = 1.5 }},
	})
}
