package dreamer

import (
	"testing"

	"github.com/reverie-rl/reverie/agent/agenttest"
	"github.com/reverie-rl/reverie/algo/internal/windows"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/world"
)

func TestLearnsToReachAPoint(t *testing.T) {
	c := Small()
	c.Stochastic, c.Deterministic, c.Hidden = 4, 16, 16
	c.ModelLayers, c.PolicyLayers, c.CriticLayers = []int{16}, []int{32}, []int{32}
	c.Batch, c.Window, c.Horizon, c.StartEvery = 8, 8, 5, 4
	made, err := newLearner(c, agenttest.PointSizes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	agenttest.LearnPoint(t, made, 4000)
	checkPredictions(t, made.(*learner))
}

// checkPredictions fails the test unless the model predicts the last batch better than by repeating what was
// seen last, at every distance.
func checkPredictions(t *testing.T, l *learner) {
	t.Helper()
	const context = 3
	program, err := grad.Trace(func(t *grad.Tracer) {
		s := windows.Input(t, &l.Learner, l.config.Window)
		t.Output("model", world.ErrorByHorizon(l.model.Predict(t, s, context), s))
		t.Output("repeated", world.ErrorByHorizon(world.RepeatLast(s, context), s))
	})
	if err != nil {
		t.Fatal(err)
	}
	predict, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"observation", "action", "mask"} {
		copy(predict.Input(name), l.Memory(name))
	}
	predict.Run()
	model, repeated := predict.Output("model"), predict.Output("repeated")
	t.Logf("the squared error is %.2g, of the repeated observation %.2g", model, repeated)
	for i := range model {
		if !(model[i] < repeated[i]/2) {
			t.Errorf("%d steps ahead the squared error is %g, that of the repeated observation %g", i+1, model[i], repeated[i])
		}
	}
}
