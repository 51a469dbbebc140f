package mompo

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestValidate(t *testing.T) {
	agenttest.CheckRefusals(t, Algorithm(), Default, agenttest.Refusals[*Config]{
		{"policy_layers", func(c *Config) { c.PolicyLayers = nil }},
		{"batch", func(c *Config) { c.Batch = 0 }},
		{"discount", func(c *Config) { c.Discount = math.NaN() }},
		{"learning_rate", func(c *Config) { c.LearningRate = 0 }},
		{"samples", func(c *Config) { c.Samples = 1 }},
		{"epsilon_policy", func(c *Config) { c.EpsilonPolicy = 0 }},
		{"preferences", func(c *Config) { c.Preferences = nil }},
		{"preferences", func(c *Config) { c.Preferences = []float64{0, 0} }},
		{"preferences", func(c *Config) { c.Preferences = []float64{0.1, math.Inf(1)} }},
	})
}

// One preference is for all objectives, 0 leaves one out, and below 0 less is better.
func TestPreferences(t *testing.T) {
	c := Default()
	for _, test := range []struct {
		given []float64
		want  []preference
	}{
		{[]float64{0.1}, []preference{{0, 0.1, 1}, {1, 0.1, 1}, {2, 0.1, 1}}},
		{[]float64{0.1, 0, -0.2}, []preference{{0, 0.1, 1}, {2, 0.2, -1}}},
	} {
		c.Preferences = test.given
		if got, err := c.preferences(3); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%v means %v, %v; want %v", test.given, got, err, test.want)
		}
	}
	c.Preferences = []float64{0.1, 0.2}
	if _, err := newLearner(c, numbers, 1, nil); err != nil {
		t.Error(err)
	}
	c.Preferences = []float64{0.1, 0.2, 0.3}
	if _, err := newLearner(c, numbers, 1, nil); err == nil || !strings.Contains(err.Error(), "has 3 elements, and the objectives of the task are 2") {
		t.Errorf("the error is %v", err)
	}
}
