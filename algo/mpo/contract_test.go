package mpo

import (
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
)

// small is a configuration whose updates take well under a millisecond.
func small() *Config {
	c := Default()
	c.PolicyLayers, c.CriticLayers = []int{16, 8}, []int{16, 8}
	c.Batch, c.Samples, c.SequenceLength, c.TargetPeriod, c.NStep = 6, 4, 3, 4, 3
	return c
}

// variants are the ways in which an update can be put together.
var variants = map[string]func(c *Config){
	"n-step":           func(*Config) {},
	"retrace":          func(c *Config) { c.Target = TargetRetrace },
	"adam temperature": func(c *Config) { c.Temperature = TemperatureAdam },
	"twin critic":      func(c *Config) { c.TwinCritic = true },
	"no penalty":       func(c *Config) { c.EpsilonPenalty = 0 },
	"no clipping":      func(c *Config) { c.GradientNorm = 0 },
	"cloning":          func(c *Config) { c.Cloning = 0.5 },
	"cloned windows":   func(c *Config) { c.Cloning, c.Target = 0.5, TargetRetrace },
	"everything": func(c *Config) {
		c.Target, c.Temperature, c.TwinCritic = TargetRetrace, TemperatureAdam, true
	},
}

func TestContract(t *testing.T) {
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			agenttest.Run(t, Algorithm(), func() agent.Config {
				c := small()
				change(c)
				return c
			})
		})
	}
}
