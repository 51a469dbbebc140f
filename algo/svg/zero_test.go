package svg

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
)

// shaken returns a learner with random networks and a random batch in place.
func shaken(t *testing.T, c *Config) *zero {
	t.Helper()
	made, err := newLearner(c, agent.Sizes{Observation: 3, Action: 2}, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*zero)
	literal.Shake(&l.Learner)
	return l
}

// literalNetwork is the distribution that a policy network gives.
func (l *learner) literalNetwork(n gaussian.Network, observation []float64) literal.Gaussian {
	features := literal.Torso(n.Torso, observation)
	mean, deviation := literal.Linear(n.Mean, features), literal.Linear(n.Deviation, features)
	for i := range mean {
		mean[i] = math.Tanh(mean[i])
		deviation[i] = l.config.MinimumDeviation + (l.config.MaximumDeviation-l.config.MinimumDeviation)/(1+math.Exp(-deviation[i]-2))
	}
	return literal.Gaussian{Mean: mean, Deviation: deviation}
}

func (l *zero) literalCriticLoss() float64 {
	noise := literal.Noise(l.config.Samples*l.Batch*l.Sizes.Action, l.Seed, offpolicy.StreamLearner, l.Updates())
	states := literal.Draw(l.Sizes, l.Transitions.Next, noise, func(observation []float64) literal.Gaussian {
		return l.literalNetwork(l.targetPolicy, observation)
	}, func(observation, action []float64) float64 {
		return literal.Smallest(l.targetCritic, observation, action)
	})
	loss := 0.0
	for j, discount := range l.Transitions.Discount {
		target := float64(l.Transitions.Reward[j]) + float64(discount)*literal.Mean(states.Values[j])
		observation, action := literal.Row(l.Transitions.Observation, l.Sizes.Observation, j), literal.Row(l.Transitions.Action, l.Sizes.Action, j)
		difference := literal.Smallest(l.critic, observation, action) - target
		loss += difference * difference / 2 / float64(l.Batch)
	}
	return loss
}

func (l *zero) literalPolicyLoss() float64 {
	noise := literal.Noise(l.Batch*l.Sizes.Action, l.Seed, offpolicy.StreamGradient, l.Updates())
	loss := 0.0
	for j := range l.Batch {
		observation := literal.Row(l.Transitions.Next, l.Sizes.Observation, j)
		policy := l.literalPolicy(observation)
		action := policy.Sample(literal.Row(noise, l.Sizes.Action, j))
		loss -= (literal.Smallest(l.targetCritic, observation, action) + l.literalEntropy(observation)) / float64(l.Batch)
	}
	return loss
}

func TestUpdateAgreesWithTheLiteralVersion(t *testing.T) {
	for _, entropy := range []float64{0, 0.3} {
		c := small()
		c.Entropy = entropy
		l := shaken(t, c)
		literal.CheckUpdate(t, l, l.Run,
			literal.Loss{Name: "critic", Value: l.literalCriticLoss, Tree: grad.TreeOf(l.critic)},
			literal.Loss{Name: "policy", Value: l.literalPolicyLoss, Tree: grad.TreeOf(l.policy)})
	}
}

// By hand: a critic that gives 2 to everything makes the target R + D · 2 and leaves the policy its
// entropy, which for two deviations of 0.5 is 2 (log 0.5 + 1.418939).
func TestLossesByHand(t *testing.T) {
	c := small()
	c.Entropy, c.MinimumDeviation, c.MaximumDeviation = 0.1, 0.4, 0.6
	l := shaken(t, c)
	l.critic.Networks[0].Head.Weight.Filled(0)
	l.critic.Networks[0].Head.Bias.Filled(1)
	l.targetCritic.Networks[0].Head.Weight.Filled(0)
	l.targetCritic.Networks[0].Head.Bias.Filled(2)
	l.policy.Deviation.Weight.Filled(0)
	l.policy.Deviation.Bias.Filled(-2)
	copy(l.Transitions.Reward, []float32{0, 1, 0, 1, 3, 0})
	copy(l.Transitions.Discount, []float32{0, 0, 0.5, 0.5, 0.9, 1})
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	want := 0.0
	for _, target := range []float64{0, 1, 1, 2, 4.8, 2} {
		want += (1 - target) * (1 - target) / 2 / 6
	}
	literal.Near(t, "critic loss", literal.Metric(t, l, "critic/loss"), want, 1e-6)
	literal.Near(t, "policy loss", literal.Metric(t, l, "policy/loss"), -2-0.1*2*(math.Log(0.5)+1.418939), 1e-6)
	literal.Near(t, "deviation", literal.Metric(t, l, "policy/deviation"), 0.5, 1e-6)
}

// The policy climbs: after updates at a fixed critic its actions are worth more.
func TestThePolicyClimbs(t *testing.T) {
	l := shaken(t, small())
	before := l.literalPolicyLoss()
	for range 100 {
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
	}
	l.Resume(3)
	if after := l.literalPolicyLoss(); !(after < before-0.01) {
		t.Errorf("the policy's loss went from %g to %g", before, after)
	}
}

// Nothing of SVG(0) has changed since the other variants came to be: these numbers are older.
func TestZeroHasNotChanged(t *testing.T) {
	l, err := newLearner(small(), agent.Sizes{Observation: 3, Action: 2}, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	sampler := experience(t)
	for range 30 {
		if err := l.Step(sampler); err != nil {
			t.Fatal(err)
		}
	}
	size := 0.0
	for _, part := range l.Parts() {
		for _, named := range part.Tree {
			for _, x := range named.Data {
				size += math.Abs(float64(x))
			}
		}
	}
	literal.Near(t, "critic loss", literal.Metric(t, l, "critic/loss"), 0.757054448, 1e-5)
	literal.Near(t, "policy loss", literal.Metric(t, l, "policy/loss"), -0.00600095093, 1e-5)
	literal.Near(t, "sum of all parameters' sizes", size, 245.755465, 1e-5)
}

// experience is random steps in episodes of ten, every other one of them terminated.
func experience(t *testing.T) *replay.Sampler {
	t.Helper()
	table, err := replay.NewTable(replay.Layout{Observation: 3, Action: 2, Reward: 1}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	draw := func(count int) []float32 {
		row := make([]float32, count)
		literal.Fill(random, nil, row)
		return row
	}
	for episode := range 6 {
		if err := table.Begin(replay.Step{Observation: draw(3)}); err != nil {
			t.Fatal(err)
		}
		for step := range 10 {
			one := replay.Step{Action: draw(2), LogProbability: -2, Reward: draw(1), Discount: 1, Observation: draw(3)}
			if step == 9 && episode%2 == 0 {
				one.Discount = 0
			}
			if err := table.Append(one); err != nil {
				t.Fatal(err)
			}
		}
	}
	sampler, err := replay.NewSampler(1, table)
	if err != nil {
		t.Fatal(err)
	}
	return sampler
}
