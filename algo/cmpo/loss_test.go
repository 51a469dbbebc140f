package cmpo

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/algo/mpo"
	"github.com/reverie-rl/reverie/grad"
)

// shaken returns a learner with random networks and a random batch in place.
func shaken(t *testing.T, c *Config, sizes agent.Sizes) *learner {
	t.Helper()
	made, err := newLearner(c, sizes, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*learner)
	literal.Shake(&l.Learner, grad.TreeOf(l.multipliers))
	return l
}

// literalScale is the largest size of objective k's rewards in the batch in place.
func (l *learner) literalScale(k int) float64 {
	largest, width := 0.0, 1+l.Sizes.Objectives
	for j := range l.Batch {
		largest = max(largest, math.Abs(float64(l.Transitions.Reward[j*width+1+k])))
	}
	return largest
}

// literalPolicy is the distribution that a policy network gives.
func (l *learner) literalPolicy(n gaussian.Network) func(observation []float64) literal.Gaussian {
	return func(observation []float64) literal.Gaussian {
		return literal.Policy(n, l.config.InitialDeviation, l.config.MinimumDeviation, observation)
	}
}

// literalStates are the actions that the traced update will draw, valued as the function says of what they are worth by
// each objective.
func (l *learner) literalStates(value func(observation, values []float64) float64) literal.States {
	noise := literal.Noise(l.config.Samples*l.Batch*l.Sizes.Action, l.Seed, offpolicy.StreamLearner, l.Updates())
	return literal.Draw(l.Sizes, l.Transitions.Next, noise, l.literalPolicy(l.targetPolicy), func(observation, action []float64) float64 {
		return value(observation, literal.Values(l.targetCritic, observation, action))
	})
}

// literalLambda is the multiplier of constraint i in a state.
func (l *learner) literalLambda(i int, observation []float64) float64 {
	m := l.multipliers[i]
	if m.Global.Raw != nil {
		return m.Global.Multiplier(0)
	}
	return math.Log1p(math.Exp(literal.Linear(m.State.Head, literal.Torso(m.State.Torso, observation))[0]))
}

// literalMix is Q_λ of one action.
func (l *learner) literalMix(observation, values []float64) float64 {
	if l.config.Goal == GoalCosts {
		lambda := l.literalLambda(0, observation)
		return (lambda*values[0] - values[1] - values[2]) / (1 + lambda)
	}
	first, second := l.literalLambda(0, observation), l.literalLambda(1, observation)
	return (values[0] - first*values[1] - second*values[2]) / (1 + first + second)
}

// literalCriticLoss is the sum over objectives of mean ½ (Q_k - R_k / c_k - D · V_k)²; following[k] has V_k.
func (l *learner) literalCriticLoss(following [3]literal.States) float64 {
	loss, width := 0.0, 1+l.Sizes.Objectives
	for j := range l.Batch {
		observation, action := literal.Row(l.Transitions.Observation, l.Sizes.Observation, j), literal.Row(l.Transitions.Action, l.Sizes.Action, j)
		for k, value := range literal.Values(l.critic, observation, action) {
			reward := float64(l.Transitions.Reward[j*width+1+k]) / l.literalScale(k)
			target := reward + float64(l.Transitions.Discount[j])*literal.Mean(following[k].Values[j])
			loss += (value - target) * (value - target) / 2 / float64(l.Batch)
		}
	}
	return loss
}

func TestUpdateAgreesWithTheLiteralVersion(t *testing.T) {
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			c := small()
			change(c)
			c.InitialTemperature, c.InitialMeanMultiplier, c.InitialDeviationMultiplier = 0.3, 1, 2
			l, solved := shaken(t, c, costly), shaken(t, c, costly)
			if c.Temperature == "exact" {
				if err := solved.Run(); err != nil { // finds the temperatures that l's update will find
					t.Fatal(err)
				}
			}
			values, penalty := literal.Temperature(solved.operator.Temperature), literal.Temperature(solved.operator.Penalty)
			mixed, following := l.literalStates(l.literalMix), [3]literal.States{}
			for k := range following {
				following[k] = l.literalStates(func(_, values []float64) float64 { return values[k] })
			}
			margin, lambda := l.literalMargin(0, following)
			literal.CheckUpdate(t, l, l.Run,
				literal.Loss{Name: "critic", Tree: grad.TreeOf(l.critic), Value: func() float64 { return l.literalCriticLoss(following) }},
				literal.Loss{Name: "policy", Tree: grad.TreeOf(l.policy), Value: func() float64 {
					return mixed.PolicyLoss(l.operator, l.literalPolicy(l.policy), values, penalty)
				}})
			constrained := map[string]string{GoalReward: "constraint_2", GoalCosts: "constraint_1"}[c.Goal]
			literal.Near(t, "margin", literal.Metric(t, l, constrained+"/margin"), margin, 1e-4)
			literal.Near(t, "multiplier", literal.Metric(t, l, constrained+"/multiplier"), lambda, 1e-4)
		})
	}
}

// literalMargin is by how much the bound of constraint i is kept, and its multiplier, in the mean over states.
func (l *learner) literalMargin(i int, following [3]literal.States) (margin, lambda float64) {
	k, sign, bound := 1, -1.0, 0.1
	if l.config.Goal == GoalCosts {
		k, sign, bound = 0, 1, -0.1
	}
	for j, observation := range following[k].Observations {
		margin += (sign*(1-l.config.Discount)*l.literalScale(k)*literal.Mean(following[k].Values[j]) + bound) / float64(l.Batch)
		lambda += l.literalLambda(i, observation) / float64(l.Batch)
	}
	return margin, lambda
}

// constant makes the critics that sample, of a reward and of costs, value everything the same.
func (l *learner) constant(values ...float32) {
	for k, network := range l.targetCritic.Networks {
		network.Head.Weight.Filled(0)
		network.Head.Bias.Filled(values[k])
		l.Transitions.Reward[1+k] = 1 // the largest
	}
}

// By hand: with γ = 0.9 a cost of value 2 has a mean of 0.2 a step. A bound of 0.3 is kept by 0.1 and lets the multiplier
// fall; one of 0.15 is not, by 0.05, and lets it rise. The reward has none.
func TestMultipliersByHand(t *testing.T) {
	for _, kind := range []string{MultiplierGlobal, MultiplierState} {
		for bound, want := range map[float64]float64{0.3: 0.1, 0.15: -0.05} {
			c := small()
			c.Batch, c.Discount, c.Bounds, c.Multiplier, c.MultiplierLearningRate = 1, 0.9, []float64{bound}, kind, 0.01
			l := shaken(t, c, agent.Sizes{Observation: 3, Action: 2, Objectives: 2})
			l.constant(5, 2)
			observation := literal.Row(l.Transitions.Next, 3, 0)
			before := l.literalLambda(0, observation)
			if err := l.Run(); err != nil {
				t.Fatal(err)
			}
			literal.Near(t, "margin", literal.Metric(t, l, "constraint_2/margin"), want, 1e-5)
			if rise := l.literalLambda(0, observation) - before; rise*want >= 0 {
				t.Errorf("%s, bound %v: the multiplier changes by %g at a margin of %g", kind, bound, rise, want)
			}
		}
	}
}

// The multiplier 1.5 of a reward with a bound gives it a share of 0.6 beside the costs' 0.4; 0 leaves the costs alone,
// and infinity the reward.
func TestMixByHand(t *testing.T) {
	c := small()
	c.Goal = GoalCosts
	l := shaken(t, c, agent.Sizes{Observation: 3, Action: 2, Objectives: 2})
	program, err := grad.Trace(func(t *grad.Tracer) {
		values := []*grad.Value{t.Input("reward", 2, 1), t.Input("cost", 2, 1)}
		t.Output("mix", l.mix(values, []*grad.Value{t.Input("multiplier", 1)}))
	})
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	copy(executable.Input("reward"), []float64{1, 5})
	copy(executable.Input("cost"), []float64{2, 3})
	for lambda, want := range map[float64][2]float64{1.5: {0.6 - 0.8, 3 - 1.2}, 0: {-2, -3}, 1e12: {1, 5}} {
		executable.Input("multiplier")[0] = lambda
		executable.Run()
		for i, value := range want {
			literal.Near(t, "mixed value", executable.Output("mix")[i], value, 1e-9)
		}
	}
}

// Without costs it is MPO to the last bit, in units of 1.
func TestWithoutCostsIsMPO(t *testing.T) {
	one := agent.Sizes{Observation: 3, Action: 2}
	ours, theirs := small(), mpo.Default()
	theirs.PolicyLayers, theirs.CriticLayers, theirs.Batch, theirs.Samples = ours.PolicyLayers, ours.CriticLayers, ours.Batch, ours.Samples
	ours.NStep, theirs.NStep, theirs.TargetPeriod = 1, 1, ours.TargetPeriod
	a, err := newLearner(ours, one, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.(*learner).scales.Largest[0].Data[0] = 8
	b, err := mpo.Algorithm().New(theirs, one, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := a.Step(experience(t, one, 8)); err != nil {
			t.Fatal(err)
		}
		if err := b.Step(experience(t, one, 1)); err != nil {
			t.Fatal(err)
		}
	}
	theirParts := b.Parts()
	for i, part := range a.Parts()[:len(theirParts)] {
		if difference := part.Tree.Diff(theirParts[i].Tree); difference != "" || part.Name != theirParts[i].Name {
			t.Fatalf("%s and %s: %s", part.Name, theirParts[i].Name, difference)
		}
		for j, named := range part.Tree {
			for place, x := range named.Data {
				if x != theirParts[i].Tree[j].Data[place] {
					t.Fatalf("%s of %s: element %d is %v, and %v with MPO", named.Name, part.Name, place, x, theirParts[i].Tree[j].Data[place])
				}
			}
		}
	}
}
