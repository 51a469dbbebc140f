package ivg

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/grad"
)

// numbers are the sizes of one task, and several those of two tasks, whose row is the end of the observation.
var (
	numbers = agent.Sizes{Observation: 3, Action: 2}
	several = agent.Sizes{Observation: 5, Action: 2, Tasks: 2}
)

// tiny is a configuration whose updates take about a millisecond.
func tiny() *Config {
	c := Small()
	c.LatentSize, c.ModelLayers, c.Hidden = 4, []int{6, 5}, 6
	c.PolicyLayers, c.CriticLayers = []int{6, 5}, []int{5, 6}
	c.Batch, c.Window, c.Horizon, c.StartEvery, c.ValueScale = 3, 4, 3, 2, 7
	return c
}

// variants are the ways in which an update can be put together.
var variants = map[string]func(c *Config){
	"default":        func(*Config) {},
	"history":        func(c *Config) { c.History = 3 },
	"V-trace":        func(c *Config) { c.ValueTarget, c.History = VTrace, 2 },
	"IVG(0)":         func(c *Config) { c.Imagine = false },
	"one horizon":    func(c *Config) { c.Averaged, c.StopConsistency, c.RewardScale, c.Symlog = false, true, 0.25, false },
	"likelihood":     func(c *Config) { c.Gradient, c.Rollouts = Likelihood, 2 },
	"first rollouts": func(c *Config) { c.Rollouts, c.Horizon, c.StartEvery, c.Lambda = 2, 1, 1, 0 },
}

// shaken returns a learner with random networks and random windows in place: the second is short, the third ends with
// a termination.
func shaken(t *testing.T, c *Config, sizes agent.Sizes) *learner {
	t.Helper()
	made, err := newLearner(c, sizes, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*learner)
	literal.Shake(&l.Learner, grad.TreeOf(l.model), grad.TreeOf(l.policy), grad.TreeOf(l.reward))
	w, steps := l.windows, l.steps()
	literal.Fill(rand.New(rand.NewPCG(2, 2)), nil, w.Observation, w.Action, w.Reward, w.LogProbability)
	for i := range w.Mask {
		w.Mask[i], w.Discount[i] = 1, 1
	}
	for i := range c.Batch * (steps + 1) {
		if row := w.Observation[i*sizes.Observation:][:sizes.Observation]; sizes.Tasks > 0 {
			clear(row[sizes.Observation-sizes.Tasks:])
			row[sizes.Observation-1-i/(steps+1)%sizes.Tasks] = 1
		}
	}
	for k := c.History; k < steps; k++ {
		w.Mask[steps+k], w.Discount[steps+k] = 0, 0
	}
	w.Discount[3*steps-1] = 0
	return l
}

// Each loss is that of the literal version, and its gradient that of finite differences: that of the policy flows
// through the whole stack of transition, reward and value.
func TestUpdateAgreesWithTheLiteralVersion(t *testing.T) {
	for name, change := range variants {
		for kind, sizes := range map[string]agent.Sizes{"one task": numbers, "two tasks": several} {
			t.Run(name+", "+kind, func(t *testing.T) {
				c := tiny()
				c.ObservationWeight, c.ConsistencyWeight, c.RewardWeight, c.ValueWeight, c.KLWeight = 2, 0.5, 3, 4, 0.3
				change(c)
				l := shaken(t, c, sizes)
				literal.CheckUpdate(t, l, l.Run,
					literal.Loss{Name: "model", Value: l.literalModelLoss(), Tree: grad.TreeOf([]any{l.model, l.reward, l.value})},
					literal.Loss{Name: "policy", Value: l.literalPolicyLoss(), Tree: grad.TreeOf(l.policy)})
			})
		}
	}
}

// parameters is a copy of all numbers in a tree.
func parameters(tree grad.Tree) []float32 {
	var all []float32
	for _, named := range tree {
		all = append(all, named.Data...)
	}
	return all
}

// What the policy is reaches the value's targets, but not the model: its update is the same to the last bit.
func TestNothingOfThePolicyReachesTheModel(t *testing.T) {
	update := func(spoil bool) (model, reward []float32) {
		c := tiny()
		c.GradientNorm = 0 // the norm at which the model's gradient is clipped has that of the value in it
		l := shaken(t, c, numbers)
		if spoil {
			for _, named := range slices.Concat(grad.TreeOf(l.policy), grad.TreeOf(l.value), grad.TreeOf(l.target.value)) {
				for i := range named.Data {
					named.Data[i] += 0.1
				}
			}
		}
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
		return parameters(grad.TreeOf(l.model)), parameters(grad.TreeOf(l.reward))
	}
	model, reward := update(false)
	other, otherReward := update(true)
	if !slices.Equal(model, other) || !slices.Equal(reward, otherReward) {
		t.Error("the update of the model depends on the policy")
	}
}
