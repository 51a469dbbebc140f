package ivg

import (
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestLearnsToReachAPoint(t *testing.T) {
	c := Small()
	c.LatentSize, c.ModelLayers, c.Hidden = 16, []int{32}, 32
	c.PolicyLayers, c.CriticLayers = []int{32}, []int{32}
	c.Batch, c.Window, c.StartEvery = 8, 4, 2
	made, err := newLearner(c, agenttest.PointSizes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	agenttest.LearnPoint(t, made, 4000)
}
