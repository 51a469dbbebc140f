package ivg

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestValidate(t *testing.T) {
	agenttest.CheckRefusals(t, Algorithm(), Small, agenttest.Refusals[*Config]{
		{"latent_size", func(c *Config) { c.LatentSize = 0 }},
		{"history", func(c *Config) { c.History = 0 }},
		{"model_layers", func(c *Config) { c.ModelLayers = nil }},
		{"window", func(c *Config) { c.Window, c.StartEvery = 0, 1 }},
		{"consistency_weight", func(c *Config) { c.ConsistencyWeight = -1 }},
		{"reward_scale", func(c *Config) { c.RewardScale = 0 }},
		{"value_scale", func(c *Config) { c.ValueScale = math.Inf(1) }},
		{"kl_weight", func(c *Config) { c.KLWeight = -1 }},
		{"value_target", func(c *Config) { c.ValueTarget = "retrace" }},
		{"gradient", func(c *Config) { c.Gradient = "reinforce" }},
		{"imagine", func(c *Config) { c.Imagine, c.ValueTarget = false, VTrace }},
		{"horizon", func(c *Config) { c.Horizon = 0 }},
		{"start_every", func(c *Config) { c.StartEvery = 9 }},
		{"rollouts", func(c *Config) { c.Rollouts = 0 }},
		{"policy_gradient_norm", func(c *Config) { c.PolicyGradientNorm = -1 }},
		{"target_period", func(c *Config) { c.TargetPeriod = 0 }},
		{"minimum_deviation", func(c *Config) { c.MinimumDeviation = 0 }},
		{"initial_deviation", func(c *Config) { c.InitialDeviation = 2 }},
	})
}
