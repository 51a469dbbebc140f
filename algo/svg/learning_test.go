package svg

import (
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestLearnsToReachAPoint(t *testing.T) {
	c := Default()
	c.PolicyLayers, c.CriticLayers, c.LearningRate = []int{32, 32}, []int{32, 32}, 1e-3
	c.Batch = 64
	l, err := newLearner(c, agenttest.PointSizes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	agenttest.LearnPoint(t, l, 6000)
}
