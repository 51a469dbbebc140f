package mompo

import (
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
)

// opposed is a configuration that wants much of the first objective, and less of the second.
func opposed() *Config {
	c := small()
	c.Preferences = []float64{0.1, -0.02}
	c.InitialTemperature, c.InitialMeanMultiplier, c.InitialDeviationMultiplier, c.InitialPolicyMultiplier = 0.3, 1, 2, 1
	return c
}

// shaken returns a learner with random networks and a random batch in place.
func shaken(t *testing.T, c *Config, sizes agent.Sizes) *learner {
	t.Helper()
	made, err := newLearner(c, sizes, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*learner)
	literal.Shake(&l.Learner)
	for j := range l.Batch * boolean(sizes.Discrete) {
		row := l.Transitions.Action[j*sizes.Action : (j+1)*sizes.Action]
		clear(row)
		row[j%sizes.Action] = 1
	}
	return l
}

// boolean is 1 if x is true, 0 if not.
func boolean(x bool) int {
	if x {
		return 1
	}
	return 0
}

// literalReward is the reward of transition j for objective k in units of the batch's largest.
func (l *learner) literalReward(j, k int) float64 {
	reward := func(j int) float64 { return float64(l.Transitions.Reward[j*(1+l.Sizes.Objectives)+1+k]) }
	largest := 0.0
	for other := range l.Batch {
		largest = max(largest, math.Abs(reward(other)))
	}
	return reward(j) / largest
}

// literalCriticLoss is the sum over objectives of mean ½ (Q_k - R_k / c_k - D · V_k)²; following[j][k] is V_k in the
// state after transition j.
func (l *learner) literalCriticLoss(following [][]float64) float64 {
	loss := 0.0
	for j := range l.Batch {
		values := literal.Values(l.critic, literal.Row(l.Transitions.Observation, l.Sizes.Observation, j), literal.Row(l.Transitions.Action, l.Sizes.Action, j))
		for k, value := range values {
			target := l.literalReward(j, k) + float64(l.Transitions.Discount[j])*following[j][k]
			loss += (value - target) * (value - target) / 2 / float64(l.Batch)
		}
	}
	return loss
}

// literalPolicy is the distribution that a policy network gives.
func (l *learner) literalPolicy(n gaussian.Network) func(observation []float64) literal.Gaussian {
	return func(observation []float64) literal.Gaussian {
		return literal.Policy(n, l.config.InitialDeviation, l.config.MinimumDeviation, observation)
	}
}

// literalStates are the actions that the traced update will draw, with what they are worth by objective k, of which
// there is more to have where sign is 1.
func (l *learner) literalStates(k int, sign float64) literal.States {
	noise := literal.Noise(l.config.Samples*l.Batch*l.Sizes.Action, l.Seed, offpolicy.StreamLearner, l.Updates())
	return literal.Draw(l.Sizes, l.Transitions.Next, noise, l.literalPolicy(l.actions.(continuous).target), func(observation, action []float64) float64 {
		return sign * literal.Values(l.targetCritic, observation, action)[k]
	})
}

// literalPolicyLoss is the loss of the first objective with the penalty and the trust region, and the weighted
// likelihood of the second.
func (l *learner) literalPolicyLoss(first, second literal.States, temperatures []float64) float64 {
	n := l.actions.(continuous)
	loss := first.PolicyLoss(n.operator, l.literalPolicy(n.policy), temperatures[0], temperatures[2])
	for j, observation := range second.Observations {
		online, target, scaled := l.literalPolicy(n.policy)(observation), second.Target[j], []float64{}
		for _, value := range second.Values[j] {
			scaled = append(scaled, value/temperatures[1])
		}
		for i, weight := range literal.Softmax(scaled) {
			action := second.Actions[j][i]
			moveMean := literal.Gaussian{Mean: online.Mean, Deviation: target.Deviation}.LogProb(action)
			moveDeviation := literal.Gaussian{Mean: target.Mean, Deviation: online.Deviation}.LogProb(action)
			loss -= weight * (moveMean + moveDeviation) / float64(l.Batch)
		}
	}
	return loss
}

func TestUpdateAgreesWithTheLiteralVersion(t *testing.T) {
	l, solved := shaken(t, opposed(), numbers), shaken(t, opposed(), numbers)
	if err := solved.Run(); err != nil { // finds the temperatures that l's update will find
		t.Fatal(err)
	}
	operator := solved.actions.(continuous).operator
	temperatures := []float64{literal.Temperature(operator.Temperature), literal.Temperature(operator.Others[0]), literal.Temperature(operator.Penalty)}
	first, second := l.literalStates(0, 1), l.literalStates(1, -1)
	var following [][]float64
	for j := range l.Batch {
		following = append(following, []float64{literal.Mean(first.Values[j]), -literal.Mean(second.Values[j])})
	}
	literal.CheckUpdate(t, l, l.Run,
		literal.Loss{Name: "critic", Tree: grad.TreeOf(l.critic), Value: func() float64 { return l.literalCriticLoss(following) }},
		literal.Loss{Name: "policy", Tree: grad.TreeOf(l.actions.(continuous).policy), Value: func() float64 { return l.literalPolicyLoss(first, second, temperatures) }})
}

// literal is the probabilities of all choices.
func (n categorical) literal(observation []float64) []float64 {
	return literal.Softmax(literal.Linear(n.Head, literal.Torso(n.Torso, observation)))
}

// literalChoices are what the choices in the states after all transitions are worth by both objectives: [j][k][choice].
func (l *learner) literalChoices() [][2][]float64 {
	all := make([][2][]float64, l.Batch)
	for j := range all {
		for i := range l.Sizes.Action {
			choice := make([]float64, l.Sizes.Action)
			choice[i] = 1
			for k, value := range literal.Values(l.targetCritic, literal.Row(l.Transitions.Next, l.Sizes.Observation, j), choice) {
				all[j][k] = append(all[j][k], value)
			}
		}
	}
	return all
}

// literalChoiceLoss is - mean Σ_ki w_ki log π_i + α mean Σ_i π'_i log (π'_i / π_i).
func (l *learner) literalChoiceLoss(values [][2][]float64, temperatures []float64) float64 {
	n, loss := l.actions.(discrete), 0.0
	for j := range l.Batch {
		observation := literal.Row(l.Transitions.Next, l.Sizes.Observation, j)
		online, target := n.policy.literal(observation), n.target.literal(observation)
		for k, sign := range []float64{1, -1} {
			tilted := slices.Clone(values[j][k])
			for i := range tilted {
				tilted[i] = math.Log(target[i]) + sign*tilted[i]/temperatures[k]
			}
			for i, weight := range literal.Softmax(tilted) {
				loss -= weight * math.Log(online[i]) / float64(l.Batch)
			}
		}
		for i, p := range target {
			loss += n.operator.Multiplier.Multiplier(0) * p * math.Log(p/online[i]) / float64(l.Batch)
		}
	}
	return loss
}

func TestUpdateOfChoicesAgreesWithTheLiteralVersion(t *testing.T) {
	l, solved := shaken(t, opposed(), choices), shaken(t, opposed(), choices)
	if err := solved.Run(); err != nil {
		t.Fatal(err)
	}
	var temperatures []float64
	for _, temperature := range solved.actions.(discrete).operator.Temperatures {
		temperatures = append(temperatures, literal.Temperature(temperature))
	}
	values, following := l.literalChoices(), make([][]float64, l.Batch)
	for j := range following {
		target := l.actions.(discrete).target.literal(literal.Row(l.Transitions.Next, l.Sizes.Observation, j))
		for k := range values[j] {
			sum := 0.0
			for i, p := range target {
				sum += p * values[j][k][i]
			}
			following[j] = append(following[j], sum)
		}
	}
	literal.CheckUpdate(t, l, l.Run,
		literal.Loss{Name: "critic", Tree: grad.TreeOf(l.critic), Value: func() float64 { return l.literalCriticLoss(following) }},
		literal.Loss{Name: "policy", Tree: grad.TreeOf(l.actions.(discrete).policy), Value: func() float64 { return l.literalChoiceLoss(values, temperatures) }})
}
