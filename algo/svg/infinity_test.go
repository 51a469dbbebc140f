package svg

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
)

// shakenInfinity returns a learner of SVG(∞) with random networks, transitions and windows in place.
func shakenInfinity(t *testing.T, c *Config) *infinity {
	t.Helper()
	made, err := newLearner(c, agent.Sizes{Observation: 3, Action: 2}, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*infinity)
	literal.Shake(&l.Learner, grad.TreeOf(l.policy), grad.TreeOf(l.Dynamics), grad.TreeOf(l.Reward))
	l.shakeModel()
	random := rand.New(rand.NewPCG(3, 3))
	literal.Fill(random, nil, l.windows.Observation, l.windows.Action, l.windows.Reward)
	for i := range l.windows.Discount {
		l.windows.Discount[i] = 1 - 0.1*float32(i%3)
	}
	return l
}

// literalWindow is window number i of those in place.
func (l *infinity) literalWindow(i int) (states, actions [][]float64) {
	steps := l.config.SequenceLength
	for k := range steps + 1 {
		states = append(states, literal.Row(l.windows.Observation, l.Sizes.Observation, i*(steps+1)+k))
	}
	for k := range steps {
		actions = append(actions, literal.Row(l.windows.Action, l.Sizes.Action, i*steps+k))
	}
	return states, actions
}

// literalPolicyLoss returns the policy's loss as a function of the present networks, with the noise of now.
func (l *infinity) literalPolicyLoss(m literalModel) func() float64 {
	var windows []window
	for i := range l.config.Windows {
		states, actions := l.literalWindow(i)
		windows = append(windows, l.record(m, states, actions))
	}
	count, steps := float64(l.config.Windows), float64(l.config.SequenceLength)
	return func() float64 {
		loss := 0.0
		for i, w := range windows {
			weight := 1.0
			l.live(m, w, func(step int, action, next []float64) {
				loss -= (weight*m.reward(action, next) + l.literalEntropy(w.states[step])/steps) / count
				weight *= l.config.Discount * float64(l.windows.Discount[i*l.config.SequenceLength+step])
			})
		}
		return loss
	}
}

func TestInfinityAgreesWithTheLiteralVersion(t *testing.T) {
	for _, steps := range []int{1, 5} {
		c := smallInfinity()
		c.Entropy, c.SequenceLength = 0.3, steps
		l := shakenInfinity(t, c)
		m := l.at(&l.Learner, c.MinimumModelDeviation)
		literal.CheckUpdate(t, l, l.Run, append(l.literalModelLosses(m),
			literal.Loss{Name: "policy", Value: l.literalPolicyLoss(m), Tree: grad.TreeOf(l.policy)})...)
	}
}

// By hand: a reward model that gives 2 to everything, rewards of 1 and 0 by turns, and discounts of a half.
func TestWindowsByHand(t *testing.T) {
	c := smallInfinity()
	c.Discount, c.SequenceLength, c.Entropy = 0.5, 3, 0
	l := shakenInfinity(t, c)
	l.Reward.Networks[0].Head.Weight.Filled(0)
	l.Reward.Networks[0].Head.Bias.Filled(2)
	for i := range l.windows.Reward {
		l.windows.Reward[i], l.windows.Discount[i] = float32(1-i%3%2), 0.5
	}
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	literal.Near(t, "policy loss", literal.Metric(t, l, "policy/loss"), -2*(1+0.25+0.0625), 1e-5)
	literal.Near(t, "recorded return", literal.Metric(t, l, "window/return"), 1+0.0625, 1e-5)
	literal.Near(t, "error", literal.Metric(t, l, "window/return_error"), 2*(1+0.25+0.0625)-1-0.0625, 1e-5)
}

// Windows come from the newest experience alone, and transitions from all of it.
func TestWindowsAreRecent(t *testing.T) {
	c := smallInfinity()
	c.Batch, c.Recent = 64, 6
	made, err := newLearner(c, agent.Sizes{Observation: 1, Action: 1}, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*infinity)
	table, err := replay.NewTable(replay.Layout{Observation: 1, Action: 1, Reward: 1}, 1000)
	if err == nil {
		err = table.Begin(replay.Step{Observation: []float32{0}})
	}
	for i := 1; i <= 100 && err == nil; i++ {
		err = table.Append(replay.Step{Action: []float32{0}, Reward: []float32{0}, Discount: 1, Observation: []float32{float32(i)}})
	}
	if err != nil {
		t.Fatal(err)
	}
	sampler, err := replay.NewSampler(1, table)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Step(sampler); err != nil {
		t.Fatal(err)
	}
	for i, x := range l.windows.Observation {
		if want := float32(95 + i%6); x != want {
			t.Errorf("observation %d of the windows is %g, want %g", i, x, want)
		}
	}
	spread := 0.0
	for _, x := range l.Transitions.Observation {
		spread = max(spread, math.Abs(float64(x)-50))
	}
	if spread < 40 {
		t.Errorf("the transitions are within %g of the middle of 100 steps", spread)
	}
}
