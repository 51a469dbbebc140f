package dmpo

import (
	"math"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
)

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		field string
		spoil func(c *Config)
	}{
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
	} {
		c := Default()
		test.spoil(c)
		err := c.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "dmpo: "+test.field+" is ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error is %v", test.field, err)
		}
		if _, err := newLearner(c, agent.Sizes{Observation: 1, Action: 1}, 1, nil); err == nil {
			t.Errorf("%s: made a learner", test.field)
		}
	}
}
