package d4pg

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/literal"
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

// literal is the action that the network gives.
func (p policy) literal(observation []float64) []float64 {
	action := literal.Linear(p.Head, literal.Torso(p.Torso, observation))
	for i, x := range action {
		action[i] = math.Tanh(x)
	}
	return action
}

func (l *learner) atoms() literal.Atoms {
	return literal.Spaced(l.config.LowestReturn, l.config.HighestReturn, l.config.Atoms)
}

func (l *learner) literalCriticLoss() float64 {
	loss, batch := 0.0, l.Transitions
	for j := range l.Batch {
		next := literal.Row(batch.Next, l.Sizes.Observation, j)
		returns := literal.Returns(l.targetCritic, next, l.targetPolicy.literal(next))
		target := l.atoms().Backup(returns, float64(batch.Reward[j]), float64(batch.Discount[j]))
		observation, action := literal.Row(batch.Observation, l.Sizes.Observation, j), literal.Row(batch.Action, l.Sizes.Action, j)
		loss += literal.CrossEntropy(target, literal.Returns(l.critic, observation, action)) / float64(l.Batch)
	}
	return loss
}

func (l *learner) literalPolicyLoss() float64 {
	loss := 0.0
	for j := range l.Batch {
		state := literal.Row(l.Transitions.Next, l.Sizes.Observation, j)
		loss -= l.atoms().Mean(literal.Returns(l.critic, state, l.policy.literal(state))) / float64(l.Batch)
	}
	return loss
}

func TestUpdateAgreesWithTheLiteralVersion(t *testing.T) {
	l := shaken(t, small())
	literal.CheckUpdate(t, l, l.Run,
		literal.Loss{Name: "critic", Value: l.literalCriticLoss, Tree: grad.TreeOf(l.critic)},
		literal.Loss{Name: "policy", Value: l.literalPolicyLoss, Tree: grad.TreeOf(l.policy)})
}

// By hand: with the atoms 0, 1, 2, a target critic that is sure of 1 and a critic that finds all equally
// likely, the loss is log 3, whatever the reward; and the value is 1.
func TestLossesByHand(t *testing.T) {
	c := small()
	c.Atoms, c.LowestReturn, c.HighestReturn = 3, 0, 2
	l := shaken(t, c)
	l.critic.Head.Weight.Filled(0)
	l.critic.Head.Bias.Filled(0)
	l.targetCritic.Head.Weight.Filled(0)
	copy(l.targetCritic.Head.Bias.Data, []float32{-99, 0, -99})
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	literal.Near(t, "critic loss", literal.Metric(t, l, "critic/loss"), math.Log(3), 1e-6)
	literal.Near(t, "value", literal.Metric(t, l, "critic/value"), 1, 1e-6)
	literal.Near(t, "policy loss", literal.Metric(t, l, "policy/loss"), -1, 1e-6)
	literal.Near(t, "gradient of the policy", literal.Metric(t, l, "policy/gradient_norm"), 0, 1e-6)
}

// With the learned distribution as the target, its mean is what the returns say: the critic ends at the
// mean of rewards after which nothing follows.
func TestTheCriticLearnsTheMean(t *testing.T) {
	c := small()
	c.LearningRate = 1e-2
	l := shaken(t, c)
	for j := range l.Batch {
		copy(l.Transitions.Observation[j*3:], []float32{1, 2, 3})
		copy(l.Transitions.Action[j*2:], []float32{0.1, 0.2})
		l.Transitions.Reward[j], l.Transitions.Discount[j] = float32(j), 0
	}
	for range 400 {
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
	}
	literal.Near(t, "value", literal.Metric(t, l, "critic/value"), 2.5, 0.02)
}

// The noise of acting has the configured deviation, and none in the mode.
func TestExploration(t *testing.T) {
	l := shaken(t, small())
	policy, err := l.Policy()
	if err != nil {
		t.Fatal(err)
	}
	observation, sum := []float32{1, -1, 0.5}, 0.0
	mode := policy.Act(agent.Observation{Numbers: observation}, nil, 0, true)
	want := l.policy.literal([]float64{1, -1, 0.5})
	literal.Near(t, "mode", float64(mode.Values[0]), want[0], 1e-5)
	density := -2 * (math.Log(l.config.ExplorationDeviation) + 0.5*math.Log(2*math.Pi))
	literal.Near(t, "log-probability of the mode", float64(mode.LogProbability), density, 1e-5)
	for occasion := range uint64(4000) {
		difference := float64(policy.Act(agent.Observation{Numbers: observation}, nil, occasion, false).Values[0]) - want[0]
		sum += difference * difference
	}
	literal.Near(t, "deviation", math.Sqrt(sum/4000), l.config.ExplorationDeviation, 0.02)
}
