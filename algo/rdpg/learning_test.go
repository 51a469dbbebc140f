package rdpg

import (
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestLearnsToReachAPoint(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"deterministic": func(*Config) {},
		"stochastic":    func(c *Config) { c.Stochastic = true },
	} {
		t.Run(name, func(t *testing.T) {
			c := Default()
			c.CoreSize, c.PolicyLayers, c.CriticLayers = 16, []int{32, 32}, []int{32, 32}
			c.Batch, c.Window, c.BurnIn = 8, 10, 5
			change(c)
			l, err := newLearner(c, agenttest.PointSizes, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			agenttest.LearnPoint(t, l, 6000)
		})
	}
}
