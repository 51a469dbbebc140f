package mpo

import (
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestLearnsToReachAPoint(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"n-step":           func(*Config) {},
		"retrace":          func(c *Config) { c.Target, c.Batch = TargetRetrace, 16 },
		"adam temperature": func(c *Config) { c.Temperature = TemperatureAdam },
	} {
		t.Run(name, func(t *testing.T) {
			c := Default()
			c.PolicyLayers, c.CriticLayers = []int{32, 32}, []int{32, 32}
			c.Batch, c.LearningRate = 64, 1e-3
			change(c)
			l, err := newLearner(c, agenttest.PointSizes, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			agenttest.LearnPoint(t, l, 6000)
		})
	}
}
