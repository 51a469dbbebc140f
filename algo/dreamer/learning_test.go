package dreamer

import (
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestLearnsToReachAPoint(t *testing.T) {
	c := Small()
	c.Stochastic, c.Deterministic, c.Hidden = 4, 16, 16
	c.ModelLayers, c.PolicyLayers, c.CriticLayers = []int{16}, []int{32}, []int{32}
	c.Batch, c.Window, c.Horizon, c.StartEvery = 8, 8, 5, 4
	l, err := newLearner(c, agenttest.PointSizes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	agenttest.LearnPoint(t, l, 4000)
}
