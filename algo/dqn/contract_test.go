package dqn

import (
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
)

// sizes are those of a task with four choices.
var sizes = agent.Sizes{Observation: 3, Action: 4, Discrete: true}

// small is a configuration whose updates take well under a millisecond.
func small() *Config {
	c := Default()
	c.CriticLayers = []int{16, 8}
	c.Batch, c.TargetPeriod, c.NStep, c.ExplorationChance = 6, 4, 3, 0.4
	return c
}

// variants are the ways in which an update can be put together.
var variants = map[string]func(c *Config){
	"default":     func(*Config) {},
	"no clipping": func(c *Config) { c.GradientNorm = 0 },
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
