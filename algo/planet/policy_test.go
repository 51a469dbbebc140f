package planet

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/algo/internal/observation"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/world"
)

// policyOf is the learner's policy.
func policyOf(t *testing.T, l *learner) *policy {
	t.Helper()
	made, err := l.Policy()
	if err != nil {
		t.Fatal(err)
	}
	return made.(*policy)
}

// An episode played deterministically, of numbers, pictures or both: what the policy remembers of each step is what the
// model's filter makes of the whole episode, and the action is the one that it remembers.
func TestPolicyFilters(t *testing.T) {
	image := agent.ImageSize{Height: 64, Width: 64, Channels: 1}
	for name, sizes := range map[string]agent.Sizes{
		"numbers":  {Observation: 3, Action: 2},
		"pictures": {Image: image, Action: 2},
		"both":     {Observation: 3, Image: image, Action: 2},
	} {
		t.Run(name, func(t *testing.T) {
			c := tiny()
			c.Depth = 1
			made, err := newLearner(c, sizes, 5, nil)
			if err != nil {
				t.Fatal(err)
			}
			l := made.(*learner)
			literal.Shake(&l.Learner, grad.TreeOf(l.model))
			checkFilter(t, l, 5)
		})
	}
}

// checkFilter plays an episode of so many steps with l's policy, and compares what it remembers with the filter.
func checkFilter(t *testing.T, l *learner, steps int) {
	t.Helper()
	p := policyOf(t, l)
	episode := randomObservations(l.Sizes, steps)
	features, action := l.model.RSSM.FeatureSize(), l.Sizes.Action
	taken, remembered := make([]float32, steps*action), make([][]float32, steps)
	state := make([]float32, p.StateSize())
	for step := range steps {
		chosen := p.Act(at(episode, l.Sizes, step), state, uint64(step), true)
		copy(state, chosen.State)
		if !slices.Equal(state[features:features+action], chosen.Values) {
			t.Errorf("the action is %v, and %v is remembered", chosen.Values, state[features:features+action])
		}
		if step+1 < steps {
			copy(taken[(step+1)*action:], chosen.Values)
		}
		remembered[step] = slices.Clone(state[:features])
	}
	want := filtered(t, l, episode, taken, steps)
	for step, row := range remembered {
		for i, x := range row {
			literal.Near(t, "what is remembered", float64(x), float64(want[step*features+i]), 1e-4)
		}
	}
}

// randomObservations are those of an episode, one behind the other.
func randomObservations(sizes agent.Sizes, steps int) agent.Observation {
	random := rand.New(rand.NewPCG(3, 3))
	o := agent.Observation{Numbers: make([]float32, steps*sizes.Observation), Image: make([]byte, steps*sizes.Image.Bytes())}
	literal.Fill(random, nil, o.Numbers)
	for i := range o.Image {
		o.Image[i] = byte(random.Uint32())
	}
	return o
}

// at is the observation of one step of an episode.
func at(episode agent.Observation, sizes agent.Sizes, step int) agent.Observation {
	numbers, image := sizes.Observation, sizes.Image.Bytes()
	return agent.Observation{Numbers: episode.Numbers[step*numbers:][:numbers], Image: episode.Image[step*image:][:image]}
}

// filtered is the features of the states of an episode by their modes.
func filtered(t *testing.T, l *learner, episode agent.Observation, actions []float32, steps int) []float32 {
	t.Helper()
	program, err := grad.Trace(func(t *grad.Tracer) {
		s := world.Sequence{
			Observation: observation.Input(t, l.Sizes, steps, 1), Action: t.Input("action", steps, 1, l.Sizes.Action),
			First: t.Value(grad.Scalar(1)).Broadcast(1, 1).Pad(0, 0, steps-1),
		}
		t.Output("features", l.model.RSSM.Features(l.model.Filter(t, s, nil).State))
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := observation.Memory(e, l.Sizes)
	copy(seen.Numbers, episode.Numbers)
	copy(seen.Image, episode.Image)
	copy(e.Input("action"), actions)
	e.Run()
	return e.Output("features")
}

// Before the first update actions that explore are uniform; afterwards they are planned. Deterministic ones always are.
func TestActionsBeforeTheFirstUpdate(t *testing.T) {
	l := placed(t, tiny())
	p := policyOf(t, l)
	seen, state := []float32{1, 2, 3}, make([]float32, p.StateSize())
	mean, square := 0.0, 0.0
	for occasion := range uint64(2000) {
		chosen := p.Act(agent.Observation{Numbers: seen}, state, occasion, false)
		x := float64(chosen.Values[0])
		if math.Abs(float64(chosen.LogProbability)+2*math.Ln2) > 1e-6 || x < -1 || x > 1 {
			t.Fatalf("the action %v has the log-density %v, want -2 log 2", chosen.Values, chosen.LogProbability)
		}
		mean, square = mean+x/2000, square+x*x/2000
	}
	literal.Near(t, "the mean", mean, 0, 0.05)
	literal.Near(t, "the mean square", square, 1.0/3, 0.05)
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	p.Refresh()
	if chosen := p.Act(agent.Observation{Numbers: seen}, state, 1, false); math.Abs(float64(chosen.LogProbability)+2*math.Ln2) < 1e-6 {
		t.Error("after an update actions are still uniform")
	}
}

func TestLearnsToReachAPoint(t *testing.T) {
	c := Small()
	c.Stochastic, c.Deterministic, c.Hidden, c.ModelLayers = 4, 16, 16, []int{16}
	c.Batch, c.Window, c.Horizon, c.Samples, c.Iterations, c.Elites = 8, 8, 6, 40, 2, 5
	made, err := newLearner(c, agenttest.PointSizes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	agenttest.LearnPoint(t, agent.Learner(made), 3000)
}
