package bc

import (
	"math"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
)

func TestValidate(t *testing.T) {
	nan := math.NaN()
	for field, spoil := range map[string]func(c *Config){
		"policy_layers":     func(c *Config) { c.PolicyLayers = []int{4, 0} },
		"batch":             func(c *Config) { c.Batch = 0 },
		"learning_rate":     func(c *Config) { c.LearningRate = nan },
		"gradient_norm":     func(c *Config) { c.GradientNorm = -1 },
		"initial_deviation": func(c *Config) { c.InitialDeviation = math.Inf(1) },
		"minimum_deviation": func(c *Config) { c.MinimumDeviation = 0 },
	} {
		c := Default()
		spoil(c)
		err := c.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "bc: "+field+" is ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error is %v", field, err)
		}
		if _, err := newLearner(c, agent.Sizes{Observation: 1, Action: 1}, 1, nil); err == nil {
			t.Errorf("%s: made a learner", field)
		}
	}
}
