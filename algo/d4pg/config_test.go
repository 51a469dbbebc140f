package d4pg

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
		{"atoms", func(c *Config) { c.Atoms = 1 }},
		{"highest_return", func(c *Config) { c.HighestReturn = c.LowestReturn }},
		{"highest_return", func(c *Config) { c.HighestReturn = math.NaN() }},
		{"exploration_deviation", func(c *Config) { c.ExplorationDeviation = 0 }},
	} {
		c := Default()
		test.spoil(c)
		err := c.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "d4pg: "+test.field+" is ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error is %v", test.field, err)
		}
		if _, err := newLearner(c, agent.Sizes{Observation: 1, Action: 1}, 1, nil); err == nil {
			t.Errorf("%s: made a learner", test.field)
		}
	}
}
