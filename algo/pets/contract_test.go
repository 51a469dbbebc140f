package pets

import (
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
	"github.com/reverie-rl/reverie/algo/internal/planning"
)

// tiny is a configuration whose updates and decisions take about a millisecond.
func tiny() *Config {
	c := Small()
	c.Members, c.ModelLayers, c.Batch, c.Particles = 2, []int{6, 5}, 4, 4
	c.Horizon, c.Samples, c.Iterations, c.Elites, c.LearningRate = 3, 100, 2, 4, 1e-2 // so that ten updates change plans
	return c
}

func TestContract(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"default":  func(*Config) {},
		"mppi":     func(c *Config) { c.Planner, c.WarmStart = planning.MPPI, false },
		"shooting": func(c *Config) { c.Planner, c.WarmStart, c.Horizon, c.Samples = planning.Shooting, false, 1, 1000 },
	} {
		t.Run(name, func(t *testing.T) {
			agenttest.Run(t, Algorithm(), func() agent.Config {
				c := tiny()
				change(c)
				return c
			})
		})
	}
}
