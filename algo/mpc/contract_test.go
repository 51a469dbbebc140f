package mpc

import (
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestContract(t *testing.T) {
	for planner := range planners {
		t.Run(planner, func(t *testing.T) {
			agenttest.Run(t, Algorithm(), func() agent.Config { return small(planner) })
		})
	}
}

// small is a configuration whose decisions take a millisecond. Random shooting begins anew: a plan that it
// remembers is hardly ever the best.
func small(planner string) *Config {
	c := Default()
	c.Planner, c.Horizon, c.Samples, c.Iterations, c.Elites, c.Knots = planner, 3, 100, 3, 10, 2
	c.WarmStart = planner != shooting
	return c
}
