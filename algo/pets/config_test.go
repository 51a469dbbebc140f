package pets

import (
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestValidate(t *testing.T) {
	agenttest.CheckRefusals(t, Algorithm(), Small, agenttest.Refusals[*Config]{
		{"members", func(c *Config) { c.Members = 0 }},
		{"model_layers", func(c *Config) { c.ModelLayers = nil }},
		{"particles", func(c *Config) { c.Particles = 7 }},
		{"planner", func(c *Config) { c.Planner = "tree" }},
		{"horizon", func(c *Config) { c.Horizon = 0 }},
		{"iterations", func(c *Config) { c.Iterations = 0 }},
		{"elites", func(c *Config) { c.Elites = 101 }},
		{"exploration_deviation", func(c *Config) { c.ExplorationDeviation = 0 }},
	})
}
