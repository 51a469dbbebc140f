package dmpo

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
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
	literal.Shake(&l.Learner)
	return l
}

func (l *learner) atoms() literal.Atoms {
	return literal.Spaced(l.config.LowestReturn, l.config.HighestReturn, l.config.Atoms)
}

// literalPolicy is the distribution that a policy network gives.
func (l *learner) literalPolicy(n gaussian.Network) func(observation []float64) literal.Gaussian {
	return func(observation []float64) literal.Gaussian {
		return literal.Policy(n, l.config.InitialDeviation, l.config.MinimumDeviation, observation)
	}
}

// literalStates draws the same actions as the traced update will.
func (l *learner) literalStates() literal.States {
	noise := literal.Noise(l.config.Samples*l.Batch*l.Sizes.Action, l.Seed, offpolicy.StreamLearner, l.Updates())
	return literal.Draw(l.Sizes, l.Transitions.Next, noise, l.literalPolicy(l.targetPolicy), func(observation, action []float64) float64 {
		return l.atoms().Mean(literal.Returns(l.targetCritic, observation, action))
	})
}

func (l *learner) literalCriticLoss() float64 {
	loss, batch, states := 0.0, l.Transitions, l.literalStates()
	for j := range l.Batch {
		mixture := make([]float64, l.config.Atoms)
		for _, action := range states.Actions[j] {
			for k, p := range literal.Returns(l.targetCritic, states.Observations[j], action) {
				mixture[k] += p / float64(l.config.Samples)
			}
		}
		target := l.atoms().Backup(mixture, float64(batch.Reward[j]), float64(batch.Discount[j]))
		observation, action := literal.Row(batch.Observation, l.Sizes.Observation, j), literal.Row(batch.Action, l.Sizes.Action, j)
		loss += literal.CrossEntropy(target, literal.Returns(l.critic, observation, action)) / float64(l.Batch)
	}
	return loss
}

func TestUpdateAgreesWithTheLiteralVersion(t *testing.T) {
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			c := small()
			change(c)
			c.InitialTemperature, c.InitialMeanMultiplier, c.InitialDeviationMultiplier = 0.3, 1, 2
			l, solved := shaken(t, c), shaken(t, c)
			if c.Temperature == TemperatureExact {
				if err := solved.Run(); err != nil { // finds the temperatures that l's update will find
					t.Fatal(err)
				}
			}
			values, penalty := literal.Temperature(solved.operator.Temperature), literal.Temperature(solved.operator.Penalty)
			policyLoss := func() float64 {
				return l.literalStates().PolicyLoss(l.operator, l.literalPolicy(l.policy), values, penalty)
			}
			literal.CheckUpdate(t, l, l.Run,
				literal.Loss{Name: "critic", Value: l.literalCriticLoss, Tree: grad.TreeOf(l.critic)},
				literal.Loss{Name: "policy", Value: policyLoss, Tree: grad.TreeOf(l.policy)})
		})
	}
}

// By hand: with the atoms 0, 1, 2 and a critic that finds all equally likely the loss is log 3 and the
// value is 1; a target critic that gives all actions the same spreads none of their values.
func TestLossesByHand(t *testing.T) {
	c := small()
	c.Atoms, c.LowestReturn, c.HighestReturn = 3, 0, 2
	l := shaken(t, c)
	l.critic.Head.Weight.Filled(0)
	l.critic.Head.Bias.Filled(0)
	l.targetCritic.Head.Weight.Filled(0)
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	literal.Near(t, "critic loss", literal.Metric(t, l, "critic/loss"), math.Log(3), 1e-6)
	literal.Near(t, "value", literal.Metric(t, l, "critic/value"), 1, 1e-6)
	literal.Near(t, "spread", literal.Metric(t, l, "critic/value_spread"), 0, 1e-6)
}

// The exact temperature keeps the divergence of the E-step at its bound.
func TestExactTemperatureHoldsTheBound(t *testing.T) {
	l := shaken(t, small())
	for range 5 {
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
		literal.Near(t, "KL over its bound", literal.Metric(t, l, "improvement/kl_relative"), 1, 0.02)
	}
}
