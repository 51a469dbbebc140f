package planet

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
		{"latent_deviation", func(c *Config) { c.LatentDeviation = 0 }},
		{"model_layers", func(c *Config) { c.ModelLayers = nil }},
		{"depth", func(c *Config) { c.Depth = 0 }},
		{"window", func(c *Config) { c.Window = 0 }},
		{"free_nats", func(c *Config) { c.FreeNats = math.NaN() }},
		{"overshooting_weight", func(c *Config) { c.OvershootingWeight = -1; c.OvershootingDistance = 2 }},
		{"overshooting_distance", func(c *Config) { c.OvershootingWeight, c.OvershootingDistance = 1, 1 }},
		{"overshooting_distance", func(c *Config) { c.OvershootingWeight, c.OvershootingDistance = 1, 17 }},
		{"planner", func(c *Config) { c.Planner = "tree" }},
		{"horizon", func(c *Config) { c.Horizon = 0 }},
		{"iterations", func(c *Config) { c.Iterations = 0 }},
		{"elites", func(c *Config) { c.Elites = 201 }},
		{"exploration_deviation", func(c *Config) { c.ExplorationDeviation = 0 }},
	})
}
