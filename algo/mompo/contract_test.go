package mompo

import (
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
)

// Tasks of two objectives.
var (
	numbers = agent.Sizes{Observation: 3, Action: 2, Objectives: 2}
	choices = agent.Sizes{Observation: 3, Action: 4, Discrete: true, Objectives: 2}
)

// small is a configuration whose updates take well under a millisecond.
func small() *Config {
	c := Default()
	c.PolicyLayers, c.CriticLayers = []int{16, 8}, []int{16, 8}
	c.Batch, c.Samples, c.TargetPeriod, c.NStep = 6, 4, 4, 3
	return c
}

// variants are the ways in which an update can be put together.
var variants = map[string]func(c *Config){
	"default":                 func(*Config) {},
	"no penalty, no clipping": func(c *Config) { c.EpsilonPenalty, c.GradientNorm = 0, 0 },
}

func TestContract(t *testing.T) {
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			preset := func() agent.Config {
				c := small()
				change(c)
				return c
			}
			agenttest.Run(t, Algorithm(), preset)
		})
	}
}

func TestContractWithTwoObjectives(t *testing.T) {
	for name, sizes := range map[string]agent.Sizes{"numbers": numbers, "choices": choices} {
		t.Run(name, func(t *testing.T) {
			agenttest.RunWith(t, Algorithm(), sizes, func() agent.Config {
				c := small()
				c.Preferences = []float64{0.1, -0.01}
				return c
			})
		})
	}
}
