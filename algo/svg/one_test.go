package svg

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/grad"
)

// shakenOne returns a learner of SVG(1) with random networks and a random batch in place.
func shakenOne(t *testing.T, c *Config) *one {
	t.Helper()
	made, err := newLearner(c, agent.Sizes{Observation: 3, Action: 2}, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*one)
	literal.Shake(&l.Learner, grad.TreeOf(l.policy), grad.TreeOf(l.Dynamics), grad.TreeOf(l.Reward))
	l.shakeModel()
	random := rand.New(rand.NewPCG(2, 2))
	for j := range l.Transitions.LogProbability { // near those of the policy, so that the limit holds for some
		states, actions := l.transition(j)
		l.Transitions.LogProbability[j] = float32(l.literalPolicy(states[0]).LogProb(actions[0]) + random.NormFloat64() - 0.5)
	}
	return l
}

func literalStateValue(s critic.State, observation []float64) float64 {
	return literal.Linear(s.Head, literal.Torso(s.Torso, observation))[0]
}

// literalWeights are the importance weights of the batch in place.
func (l *one) literalWeights() []float64 {
	weights := make([]float64, l.Batch)
	for j := range weights {
		states, actions := l.transition(j)
		logRatio := l.literalPolicy(states[0]).LogProb(actions[0]) - float64(l.Transitions.LogProbability[j])
		weights[j] = min(math.Exp(logRatio), l.config.ImportanceLimit)
	}
	return weights
}

func (l *one) literalCriticLoss() float64 {
	loss := 0.0
	for j, weight := range l.literalWeights() {
		states, _ := l.transition(j)
		target := float64(l.Transitions.Reward[j]) + float64(l.Transitions.Discount[j])*literalStateValue(l.targetCritic, states[1])
		difference := literalStateValue(l.critic, states[0]) - target
		loss += weight * difference * difference / 2 / float64(l.Batch)
	}
	return loss
}

// literalPolicyLoss returns the policy's loss as a function of the present networks, with the noise and
// the weights of now.
func (l *one) literalPolicyLoss(m literalModel) func() float64 {
	weights := l.literalWeights()
	var windows []window
	for j := range l.Batch {
		states, actions := l.transition(j)
		windows = append(windows, l.record(m, states, actions))
	}
	return func() float64 {
		loss := 0.0
		for j, w := range windows {
			l.live(m, w, func(_ int, action, next []float64) {
				value := m.reward(action, next) + float64(l.Transitions.Discount[j])*literalStateValue(l.targetCritic, next)
				loss -= (weights[j]*value + l.literalEntropy(w.states[0])) / float64(l.Batch)
			})
		}
		return loss
	}
}

func TestOneAgreesWithTheLiteralVersion(t *testing.T) {
	for _, limit := range []float64{1, 5} {
		c := smallOne()
		c.Entropy, c.ImportanceLimit = 0.3, limit
		l := shakenOne(t, c)
		m := l.at(&l.Learner, c.MinimumModelDeviation)
		literal.CheckUpdate(t, l, l.Run, append(l.literalModelLosses(m),
			literal.Loss{Name: "critic", Value: l.literalCriticLoss, Tree: grad.TreeOf(l.critic)},
			literal.Loss{Name: "policy", Value: l.literalPolicyLoss(m), Tree: grad.TreeOf(l.policy)})...)
	}
}

// By hand: critics that give 1 and 2 to everything, weights of 1/2, 2 and the limit 3.
func TestWeightsByHand(t *testing.T) {
	c := smallOne()
	c.ImportanceLimit, c.Batch = 3, 3
	l := shakenOne(t, c)
	l.critic.Head.Weight.Filled(0)
	l.critic.Head.Bias.Filled(1)
	l.targetCritic.Head.Weight.Filled(0)
	l.targetCritic.Head.Bias.Filled(2)
	copy(l.Transitions.Reward, []float32{0, 1, 3})
	copy(l.Transitions.Discount, []float32{0, 0.5, 1})
	for j, weight := range []float64{0.5, 2, 8} {
		states, actions := l.transition(j)
		l.Transitions.LogProbability[j] = float32(l.literalPolicy(states[0]).LogProb(actions[0]) - math.Log(weight))
	}
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	literal.Near(t, "critic loss", literal.Metric(t, l, "critic/loss"), (0.5*1+2*1+3*16)/2/3, 1e-5)
	literal.Near(t, "mean weight", literal.Metric(t, l, "importance/weight"), 5.5/3, 1e-5)
	literal.Near(t, "effective share", literal.Metric(t, l, "importance/effective"), 5.5*5.5/3/(0.25+4+9), 1e-5)
}
