package dqn

import (
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/literal"
)

// shaken returns a learner with random networks and a random batch in place.
func shaken(t *testing.T, c *Config, sizes agent.Sizes) *learner {
	t.Helper()
	made, err := newLearner(c, sizes, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*learner)
	literal.Shake(&l.Learner)
	clear(l.Transitions.Action)
	for j := range l.Batch {
		l.Transitions.Action[j*sizes.Action+j%sizes.Action] = 1
	}
	return l
}

// literal is the values of all choices.
func (n network) literal(observation []float64) []float64 {
	return literal.Linear(n.Head, literal.Torso(n.Torso, observation))
}

// literalLoss is the loss as a function of the network that is learned. What chooses and values the next action is the
// network as it is now.
func (l *learner) literalLoss() func() float64 {
	b := l.Transitions
	var targets []float64
	for j := range l.Batch {
		next := literal.Row(b.Next, l.Sizes.Observation, j)
		named := l.online.literal(next)
		worth := l.target.literal(next)[slices.Index(named, slices.Max(named))]
		targets = append(targets, float64(b.Reward[j])+float64(b.Discount[j])*worth)
	}
	return func() float64 {
		loss := 0.0
		for j, target := range targets {
			values := l.online.literal(literal.Row(b.Observation, l.Sizes.Observation, j))
			chosen := slices.Index(literal.Row(b.Action, l.Sizes.Action, j), 1)
			if e := math.Abs(target - values[chosen]); e <= 1 {
				loss += e * e / 2 / float64(l.Batch)
			} else {
				loss += (e - 0.5) / float64(l.Batch)
			}
		}
		return loss
	}
}

func TestUpdateAgreesWithTheLiteralVersion(t *testing.T) {
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			c := small()
			change(c)
			l := shaken(t, c, sizes)
			literal.CheckUpdate(t, l, l.Run, literal.Loss{Name: "critic", Value: l.literalLoss(), Tree: l.Online})
		})
	}
}

// constant makes a network value its choices the same in all states.
func (n network) constant(values ...float32) {
	n.Head.Weight.Filled(0)
	copy(n.Head.Bias.Data, values)
}

// By hand: the network thinks 1, 3, 2 and its copy 5, 7, 11. The best choice of the network is the second, which the
// copy values 7; with reward 0.5 and discount 0.5 the target is 4, in place of 6 without double estimation.
// Of the first choice the error is 3 and the loss 2.5; of the second 1 and 0.5. After a termination the target is the
// reward: the second choice's error is -2.5 and the loss 2.
func TestLossByHand(t *testing.T) {
	c := small()
	c.Batch = 1
	for _, test := range []struct {
		choice                 int
		discount, target, loss float64
	}{{0, 0.5, 4, 2.5}, {1, 0.5, 4, 0.5}, {1, 0, 0.5, 2}} {
		l := shaken(t, c, agent.Sizes{Observation: 3, Action: 3, Discrete: true})
		l.online.constant(1, 3, 2)
		l.target.constant(5, 7, 11)
		clear(l.Transitions.Action)
		l.Transitions.Action[test.choice], l.Transitions.Reward[0], l.Transitions.Discount[0] = 1, 0.5, float32(test.discount)
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
		literal.Near(t, "target", literal.Metric(t, l, "critic/target"), test.target, 1e-6)
		literal.Near(t, "loss", literal.Metric(t, l, "critic/loss"), test.loss, 1e-6)
	}
}

// The best choice is taken, but for a share ε of all choices, each equally often; the log-probabilities say so.
func TestExploration(t *testing.T) {
	l := shaken(t, small(), sizes)
	l.online.constant(1, 3, 2, 0)
	policy, err := l.Policy()
	if err != nil {
		t.Fatal(err)
	}
	const occasions = 8000
	var counts [4]float64
	for occasion := range uint64(occasions) {
		action := policy.Act(agent.Observation{Numbers: []float32{1, -1, 0.5}}, nil, occasion, false)
		chosen := slices.Index(action.Values, 1)
		counts[chosen] += 1.0 / occasions
		want := math.Log(0.1)
		if chosen == 1 {
			want = math.Log(0.7)
		}
		literal.Near(t, "log-probability", float64(action.LogProbability), want, 1e-5)
	}
	for i, want := range []float64{0.1, 0.7, 0.1, 0.1} {
		literal.Near(t, "share of a choice", counts[i], want, 0.02)
	}
	if mode := policy.Act(agent.Observation{Numbers: []float32{1, -1, 0.5}}, nil, 1, true); mode.Values[1] != 1 {
		t.Errorf("the deterministic choice is %v, want the second", mode.Values)
	}
}
