package pets

import (
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
)

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		field string
		spoil func(c *Config)
	}{
		{"members", func(c *Config) { c.Members = 0 }},
		{"model_layers", func(c *Config) { c.ModelLayers = nil }},
		{"particles", func(c *Config) { c.Particles = 7 }},
		{"planner", func(c *Config) { c.Planner = "tree" }},
		{"horizon", func(c *Config) { c.Horizon = 0 }},
		{"iterations", func(c *Config) { c.Iterations = 0 }},
		{"elites", func(c *Config) { c.Elites = 101 }},
		{"exploration_deviation", func(c *Config) { c.ExplorationDeviation = 0 }},
	} {
		c := Small()
		test.spoil(c)
		err := c.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "pets: "+test.field+" is ") {
			t.Errorf("%s: the error is %v", test.field, err)
		}
		if _, err := newLearner(c, agent.Sizes{Observation: 1, Action: 1}, 1, nil); err == nil {
			t.Errorf("%s: made a learner", test.field)
		}
	}
}
