package dqn

import (
	"math"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		field string
		spoil func(c *Config)
	}{
		{"critic_layers", func(c *Config) { c.CriticLayers = nil }},
		{"batch", func(c *Config) { c.Batch = 0 }},
		{"nstep", func(c *Config) { c.NStep = 0 }},
		{"discount", func(c *Config) { c.Discount = math.NaN() }},
		{"learning_rate", func(c *Config) { c.LearningRate = 0 }},
		{"target_period", func(c *Config) { c.TargetPeriod = 0 }},
		{"exploration_chance", func(c *Config) { c.ExplorationChance = 0 }},
		{"exploration_chance", func(c *Config) { c.ExplorationChance = 1.5 }},
	} {
		c := Default()
		test.spoil(c)
		err := c.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "dqn: "+test.field+" is ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error is %v", test.field, err)
		}
		if _, err := newLearner(c, sizes, 1, nil); err == nil {
			t.Errorf("%s: made a learner", test.field)
		}
	}
}
