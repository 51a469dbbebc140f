package cmpo

import (
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestValidate(t *testing.T) {
	agenttest.CheckRefusals(t, Algorithm(), Default, agenttest.Refusals[*Config]{
		{"policy_layers", func(c *Config) { c.PolicyLayers = nil }},
		{"batch", func(c *Config) { c.Batch = 0 }},
		{"discount", func(c *Config) { c.Discount = 1 }},
		{"learning_rate", func(c *Config) { c.LearningRate = 0 }},
		{"samples", func(c *Config) { c.Samples = 1 }},
		{"goal", func(c *Config) { c.Goal = "both" }},
		{"bounds", func(c *Config) { c.Bounds = nil }},
		{"bounds", func(c *Config) { c.Bounds = []float64{math.NaN()} }},
		{"multiplier", func(c *Config) { c.Multiplier = "none" }},
		{"initial_multiplier", func(c *Config) { c.InitialMultiplier = 0 }},
		{"multiplier_learning_rate", func(c *Config) { c.MultiplierLearningRate = 0 }},
		{"temperature", func(c *Config) { c.Temperature = "warm" }},
	})
}

// Upper bounds of costs are lower ones of what counts with a minus.
func TestConstraints(t *testing.T) {
	c := Default()
	for _, test := range []struct {
		goal       string
		bounds     []float64
		objectives int
		want       []constraint
	}{
		{GoalReward, []float64{0.1}, 1, nil},
		{GoalReward, []float64{0.1}, 3, []constraint{{1, -0.1}, {2, -0.1}}},
		{GoalReward, []float64{0.1, 0.2}, 3, []constraint{{1, -0.1}, {2, -0.2}}},
		{GoalCosts, []float64{0.5}, 3, []constraint{{0, 0.5}}},
	} {
		c.Goal, c.Bounds = test.goal, test.bounds
		if got, err := c.constraints(test.objectives); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s with bounds %v: the constraints are %v, %v, want %v", test.goal, test.bounds, got, err, test.want)
		}
	}
	for _, test := range []struct {
		goal       string
		bounds     []float64
		objectives int
	}{{GoalReward, []float64{1, 2, 3}, 3}, {GoalReward, []float64{1, 2}, 1}, {GoalCosts, []float64{1}, 1}, {GoalCosts, []float64{1, 2}, 2}} {
		c.Goal, c.Bounds = test.goal, test.bounds
		if got, err := c.constraints(test.objectives); err == nil {
			t.Errorf("%s with bounds %v and %d objectives: the constraints are %v, want an error", test.goal, test.bounds, test.objectives, got)
		}
	}
}
