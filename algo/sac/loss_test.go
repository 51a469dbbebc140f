package sac

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
)

// shaken returns a learner with random networks and a random batch in place.
func shaken(t *testing.T, c *Config) *learner {
	t.Helper()
	made, err := newLearner(c, agent.Sizes{Observation: 3, Action: 2}, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*learner)
	literal.Shake(&l.Learner, grad.TreeOf(l.policy))
	return l
}

// literalActions are the actions that the update will draw in the states that follow, with the logarithms
// of their densities.
func (l *learner) literalActions() (states, actions [][]float64, logProbs []float64) {
	noise := literal.Noise(l.Batch*l.Sizes.Action, l.Seed, offpolicy.StreamGradient, l.Updates())
	for j := range l.Batch {
		state := literal.Row(l.Transitions.Next, l.Sizes.Observation, j)
		base := literal.Policy(l.policy.Network, l.config.InitialDeviation, l.config.MinimumDeviation, state)
		action := base.Sample(literal.Row(noise, l.Sizes.Action, j))
		logProb := base.LogProb(action)
		for i, y := range action {
			action[i] = math.Tanh(y)
			logProb -= math.Log(1 - action[i]*action[i])
		}
		states, actions, logProbs = append(states, state), append(actions, action), append(logProbs, logProb)
	}
	return states, actions, logProbs
}

func (l *learner) literalCriticLoss() float64 {
	loss, batch := 0.0, l.Transitions
	states, actions, logProbs := l.literalActions()
	for j := range l.Batch {
		soft := literal.Smallest(l.targetCritic, states[j], actions[j]) - l.temperature.Multiplier(0)*logProbs[j]
		target := float64(batch.Reward[j]) + float64(batch.Discount[j])*soft
		observation, action := literal.Row(batch.Observation, l.Sizes.Observation, j), literal.Row(batch.Action, l.Sizes.Action, j)
		for _, value := range literal.Values(l.critic, observation, action) {
			loss += (value - target) * (value - target) / 2 / float64(l.Batch)
		}
	}
	return loss
}

func (l *learner) literalPolicyLoss() float64 {
	loss := 0.0
	states, actions, logProbs := l.literalActions()
	for j := range l.Batch {
		loss += (l.temperature.Multiplier(0)*logProbs[j] - literal.Smallest(l.critic, states[j], actions[j])) / float64(l.Batch)
	}
	return loss
}

func TestUpdateAgreesWithTheLiteralVersion(t *testing.T) {
	c := small()
	c.InitialTemperature = 0.3
	l := shaken(t, c)
	_, _, logProbs := l.literalActions()
	excess := -literal.Mean(logProbs) - c.TargetEntropy*2
	dual := l.temperature.Multiplier(0) * excess
	literal.CheckUpdate(t, l, l.Run,
		literal.Loss{Name: "critic", Value: l.literalCriticLoss, Tree: grad.TreeOf(l.critic)},
		literal.Loss{Name: "policy", Value: l.literalPolicyLoss, Tree: grad.TreeOf(l.policy)})
	literal.Near(t, "dual loss", literal.Metric(t, l, "dual/loss"), dual, 1e-4)
	literal.Near(t, "entropy", literal.Metric(t, l, "policy/entropy"), -literal.Mean(logProbs), 1e-4)
}

// The temperature rises while the entropy is below its target and falls while it is above.
func TestTemperatureFollowsTheEntropy(t *testing.T) {
	for target, sign := range map[float64]float64{-20: -1, 20: 1} {
		c := small()
		c.TargetEntropy = target
		l := shaken(t, c)
		before := l.temperature.Multiplier(0)
		for range 10 {
			if err := l.Run(); err != nil {
				t.Fatal(err)
			}
		}
		if change := l.temperature.Multiplier(0) - before; !(sign*change > 0) {
			t.Errorf("with a target of %g the temperature changes by %g", target, change)
		}
	}
}

// By hand: critics that give 1 and 4 and target copies that give 2 and 3. Without entropy, the targets
// are R + D · 2 and the policy's loss is -1.
func TestLossesByHand(t *testing.T) {
	c := small()
	c.InitialTemperature = -18
	l := shaken(t, c)
	for i := range 2 {
		l.critic.Networks[i].Head.Weight.Filled(0)
		l.critic.Networks[i].Head.Bias.Filled(float32(1 + 3*i))
		l.targetCritic.Networks[i].Head.Weight.Filled(0)
		l.targetCritic.Networks[i].Head.Bias.Filled(float32(2 + i))
	}
	copy(l.Transitions.Reward, []float32{0, 1, 0, 1, 3, 0})
	copy(l.Transitions.Discount, []float32{0, 0, 0.5, 0.5, 0.9, 1})
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	want := 0.0
	for _, target := range []float64{0, 1, 1, 2, 4.8, 2} {
		want += ((1-target)*(1-target) + (4-target)*(4-target)) / 2 / 6
	}
	literal.Near(t, "critic loss", literal.Metric(t, l, "critic/loss"), want, 1e-5)
	literal.Near(t, "policy loss", literal.Metric(t, l, "policy/loss"), -1, 1e-5)
}

// The target copy takes its share of the critic as it was before the update.
func TestTargetsFollow(t *testing.T) {
	l := shaken(t, small())
	online, target := float64(l.Online[0].Data[0]), float64(l.Target[0].Data[0])
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	literal.Near(t, "target", float64(l.Target[0].Data[0]), target+l.config.TargetRate*(online-target), 1e-6)
}
