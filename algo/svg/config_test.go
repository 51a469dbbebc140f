package svg

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

// An unknown variant is told which there are.
func TestUnknownVariant(t *testing.T) {
	c := Default()
	c.Variant = "two"
	if err := c.Validate(); err == nil || err.Error() != "svg: variant is two, must be zero, one or infinity" {
		t.Errorf("the error is %v", err)
	}
}

func TestValidate(t *testing.T) {
	agenttest.CheckRefusals(t, Algorithm(), Default, agenttest.Refusals[*Config]{
		{"policy_layers", func(c *Config) { c.PolicyLayers = nil }},
		{"batch", func(c *Config) { c.Batch = 0 }},
		{"nstep", func(c *Config) { c.NStep = 0 }},
		{"discount", func(c *Config) { c.Discount = math.NaN() }},
		{"learning_rate", func(c *Config) { c.LearningRate = 0 }},
		{"samples", func(c *Config) { c.Samples = 0 }},
		{"minimum_deviation", func(c *Config) { c.MinimumDeviation = 0 }},
		{"maximum_deviation", func(c *Config) { c.MaximumDeviation = 0.3 }},
		{"maximum_deviation", func(c *Config) { c.MaximumDeviation = math.Inf(1) }},
		{"entropy", func(c *Config) { c.Entropy = -1 }},
		{"variant", func(c *Config) { c.Variant = "two" }},
		{"model_layers", func(c *Config) { c.ModelLayers = nil }},
		{"policy_learning_rate", func(c *Config) { c.PolicyLearningRate = 0 }},
		{"model_learning_rate", func(c *Config) { c.ModelLearningRate = 0 }},
		{"minimum_model_deviation", func(c *Config) { c.MinimumModelDeviation = 0 }},
		{"importance_limit", func(c *Config) { c.ImportanceLimit = 0 }},
		{"windows", func(c *Config) { c.Windows = 0 }},
		{"nstep", func(c *Config) { c.Variant = VariantOne }},
		{"nstep", func(c *Config) { c.Variant = VariantInfinity }},
		{"recent", func(c *Config) { *c = *Infinity(); c.Recent = c.SequenceLength }},
		{"warmup", func(c *Config) { *c = *Infinity(); c.Warmup = 10 }},
	})
}
