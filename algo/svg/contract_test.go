package svg

import (
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
)

// small is a configuration whose updates take well under a millisecond.
func small() *Config {
	c := Default()
	c.PolicyLayers, c.CriticLayers = []int{16, 8}, []int{16, 8}
	c.Batch, c.Samples, c.TargetPeriod, c.NStep = 6, 4, 4, 3
	c.ModelLayers, c.Windows, c.SequenceLength, c.Recent = []int{16, 8}, 3, 5, 60
	return c
}

// smallOne and smallInfinity are the same for the variants with a model.
func smallOne() *Config {
	c := small()
	c.Variant, c.NStep = VariantOne, 1
	return c
}

func smallInfinity() *Config {
	c := small()
	c.Variant, c.NStep = VariantInfinity, 1
	return c
}

// variants are the ways in which an update can be put together.
var variants = map[string]func() *Config{
	"zero":     small,
	"one":      smallOne,
	"infinity": smallInfinity,
	"no clipping": func() *Config {
		c := small()
		c.GradientNorm = 0
		return c
	},
}

func TestContract(t *testing.T) {
	for name, config := range variants {
		t.Run(name, func(t *testing.T) {
			agenttest.Run(t, Algorithm(), func() agent.Config { return config() })
		})
	}
}
