package cmpo

import (
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
)

// costly is a task of a reward and two costs.
var costly = agent.Sizes{Observation: 3, Action: 2, Objectives: 3}

// small is a configuration whose updates take well under a millisecond.
func small() *Config {
	c := Default()
	c.PolicyLayers, c.CriticLayers, c.MultiplierLayers = []int{16, 8}, []int{16, 8}, []int{8}
	c.Batch, c.Samples, c.TargetPeriod, c.NStep = 6, 4, 4, 3
	return c
}

// variants are the ways in which an update can be put together.
var variants = map[string]func(c *Config){
	"default":                    func(*Config) {},
	"multipliers of the state":   func(c *Config) { c.Multiplier = MultiplierState },
	"costs, temperature by Adam": func(c *Config) { c.Goal, c.Temperature = GoalCosts, "adam" },
}

func TestContract(t *testing.T) {
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			agenttest.RunWith(t, Algorithm(), costly, func() agent.Config {
				c := small()
				change(c)
				return c
			})
		})
	}
}

func TestContractWithoutCosts(t *testing.T) {
	agenttest.Run(t, Algorithm(), func() agent.Config { return small() })
}
