package bc

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestValidate(t *testing.T) {
	nan := math.NaN()
	agenttest.CheckRefusals(t, Algorithm(), Default, agenttest.Refusals[*Config]{
		{"policy_layers", func(c *Config) { c.PolicyLayers = []int{4, 0} }},
		{"batch", func(c *Config) { c.Batch = 0 }},
		{"learning_rate", func(c *Config) { c.LearningRate = nan }},
		{"gradient_norm", func(c *Config) { c.GradientNorm = -1 }},
		{"initial_deviation", func(c *Config) { c.InitialDeviation = math.Inf(1) }},
		{"minimum_deviation", func(c *Config) { c.MinimumDeviation = 0 }},
	})
}
