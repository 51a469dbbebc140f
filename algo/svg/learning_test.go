package svg

import (
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestLearnsToReachAPoint(t *testing.T) {
	for name, preset := range map[string]func() *Config{"zero": Default, "one": One, "infinity": Infinity} {
		t.Run(name, func(t *testing.T) {
			c := preset()
			c.PolicyLayers, c.CriticLayers, c.ModelLayers = []int{32, 32}, []int{32, 32}, []int{32, 32}
			c.LearningRate, c.PolicyLearningRate, c.Batch = 1e-3, 3e-4, 64
			c.Windows, c.SequenceLength, c.Recent = 4, 20, 60 // every other step an update: what is older is of another policy
			l, err := newLearner(c, agenttest.PointSizes, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			agenttest.LearnPoint(t, l, 6000)
		})
	}
}
