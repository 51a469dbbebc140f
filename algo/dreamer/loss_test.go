package dreamer

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/grad"
)

// numbers and choices are tasks with continuous and with discrete actions.
var (
	numbers = agent.Sizes{Observation: 3, Action: 2}
	choices = agent.Sizes{Observation: 3, Action: 4, Discrete: true}
)

// shaken returns a learner with random networks and random windows in place: the second is of one step, the
// third ends with a termination.
func shaken(t *testing.T, c *Config, sizes agent.Sizes) *learner {
	t.Helper()
	made, err := newLearner(c, sizes, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*learner)
	literal.Shake(&l.Learner, grad.TreeOf(l.model), grad.TreeOf(l.policy))
	w := l.windows
	literal.Fill(rand.New(rand.NewPCG(2, 2)), nil, w.Observation, w.Action, w.Reward)
	if sizes.Discrete {
		clear(w.Action)
		for i := range w.Mask {
			w.Action[i*sizes.Action+i%sizes.Action] = 1
		}
	}
	for i := range w.Mask {
		w.Mask[i], w.Discount[i] = 1, 1
	}
	for k := 1; k < c.Window; k++ {
		w.Mask[c.Window+k] = 0
	}
	w.Discount[3*c.Window-1] = 0
	return l
}

// latents is the noise of the posterior.
func (l *learner) latents() func(row int) []float64 {
	return l.latentNoise(streamPosterior, (l.config.Window+1)*l.Batch)
}

// Each loss is that of the literal version, and its gradient that of finite differences: that of the policy
// flows through the dynamics. With a part of REINFORCE and a continuation, one-step returns, the first
// version's plain setting, and starts in every state.
func TestUpdateAgreesWithTheLiteralVersion(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"default":      func(*Config) {},
		"mixed":        func(c *Config) { c.Reinforce, c.ContinuationWeight, c.Entropy = 0.4, 3, 0.2 },
		"one step":     func(c *Config) { c.Lambda, c.StartEvery = 0, 3 },
		"Monte Carlo":  func(c *Config) { c.Lambda, c.TwoHotReward = 1, true },
		"no value":     func(c *Config) { c.Lambda, c.Bootstrap = 1, false },
		"first":        firstVersion,
		"no chance":    func(c *Config) { c.Latent, c.LatentDeviation = Deterministic, 0.5 },
		"free average": func(c *Config) { c.FreeOnAverage, c.FreeNats, c.DynamicsWeight = true, 100, 0.8 },
	} {
		t.Run(name, func(t *testing.T) {
			c := tiny()
			c.ObservationWeight, c.RewardWeight = 2, 3
			change(c)
			checkUpdate(t, shaken(t, c, numbers))
		})
	}
}

func checkUpdate(t *testing.T, l *learner) {
	t.Helper()
	latents := l.latents()
	policyLoss, criticLoss := l.literalBehaviour(latents)
	literal.CheckUpdate(t, l, l.Run,
		literal.Loss{Name: "model", Value: l.literalModelLoss(latents), Tree: grad.TreeOf(l.model)},
		literal.Loss{Name: "policy", Value: policyLoss, Tree: grad.TreeOf(l.policy)},
		literal.Loss{Name: "critic", Value: criticLoss, Tree: grad.TreeOf(l.critic)})
}

// So it is for discrete actions with REINFORCE, whose gradient does not flow through samples.
func TestDiscreteUpdateAgreesWithTheLiteralVersion(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"default":      func(*Config) {},
		"continuation": func(c *Config) { c.ContinuationWeight, c.Entropy = 3, 0.2 },
		"binary":       func(c *Config) { c.Binary, c.Symlog = true, false },
		"first":        firstVersion,
	} {
		t.Run(name, func(t *testing.T) {
			c := tiny()
			change(c)
			c.Reinforce = 1
			checkUpdate(t, shaken(t, c, choices))
		})
	}
}

// Gradients go straight through categorical samples, where finite differences see none: the losses alone are
// compared.
func TestCategoricalLossesAgreeWithTheLiteralVersion(t *testing.T) {
	for name, test := range map[string]struct {
		sizes     agent.Sizes
		latent    string
		reinforce float64
	}{
		"continuous":                {numbers, Categorical, 1},
		"discrete":                  {choices, Categorical, 1},
		"discrete, mixed gradients": {choices, Gaussian, 0.4},
		"discrete, dynamics":        {choices, Categorical, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := tiny()
			c.Latent, c.Reinforce = test.latent, test.reinforce
			l := shaken(t, c, test.sizes)
			latents := l.latents()
			modelLoss := l.literalModelLoss(latents)()
			policyLoss, criticLoss := l.literalBehaviour(latents)
			want := map[string]float64{"model/loss": modelLoss, "policy/loss": policyLoss(), "critic/loss": criticLoss()}
			if err := l.Run(); err != nil {
				t.Fatal(err)
			}
			for name, value := range want {
				literal.Near(t, name, literal.Metric(t, l, name), value, 1e-3)
			}
		})
	}
}

// With the gradient through the dynamics alone, choices have one too.
func TestTheDynamicsMoveChoices(t *testing.T) {
	c := tiny()
	c.Reinforce, c.Entropy = 0, 0
	l := shaken(t, c, choices)
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	if norm := literal.Metric(t, l, "policy/gradient_norm"); norm < 1e-6 {
		t.Errorf("the gradient of the policy is %g", norm)
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

// What policy and critic are, and how their losses are weighed, is nothing to the model: its update is the
// same to the last bit. The critic's networks move the policy, not the other way round.
func TestNothingOfTheBehaviourReachesTheModel(t *testing.T) {
	update := func(change func(c *Config), disturb func(l *learner)) (model, policy, critic []float32) {
		c := tiny()
		change(c)
		l := shaken(t, c, numbers)
		disturb(l)
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
		return parameters(grad.TreeOf(l.model)), parameters(grad.TreeOf(l.policy)), parameters(grad.TreeOf(l.critic))
	}
	plain := func(*Config) {}
	spoil := func(trees ...grad.Tree) {
		for _, named := range slices.Concat(trees...) {
			for i := range named.Data {
				named.Data[i] *= -1.5
			}
		}
	}
	model, policy, critic := update(plain, func(*learner) {})
	for name, c := range map[string]struct {
		change        func(c *Config)
		disturb       func(l *learner)
		policy, other bool // whether policy and critic move otherwise
	}{
		"policy":   {plain, func(l *learner) { spoil(grad.TreeOf(l.policy)) }, true, true},
		"critics":  {plain, func(l *learner) { spoil(l.Online, l.Target) }, true, true},
		"critic":   {plain, func(l *learner) { spoil(l.Online) }, false, true},
		"discount": {func(c *Config) { c.Discount = 0.5 }, func(*learner) {}, true, true},
	} {
		otherModel, otherPolicy, otherCritic := update(c.change, c.disturb)
		if !slices.Equal(otherModel, model) {
			t.Errorf("%s: the model is another one", name)
		}
		if slices.Equal(otherPolicy, policy) == c.policy || slices.Equal(otherCritic, critic) == c.other {
			t.Errorf("%s: the policy differs: %v, the critic: %v", name, !slices.Equal(otherPolicy, policy), !slices.Equal(otherCritic, critic))
		}
	}
}

// What stands behind the end of a window changes nothing.
func TestPaddingIsNotSeen(t *testing.T) {
	losses := func(padding float32) (all []float64) {
		c := tiny()
		l := shaken(t, c, numbers)
		for i := c.Window + 1 + 2; i < 2*(c.Window+1); i++ { // observations of window 1 behind that of step 1
			l.windows.Observation[i*l.Sizes.Observation] = padding
		}
		l.windows.Reward[c.Window+1] = padding
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"model/loss", "model/gradient_norm", "policy/loss", "policy/gradient_norm", "critic/loss", "critic/scale"} {
			all = append(all, literal.Metric(t, l, name))
		}
		return all
	}
	if a, b := losses(0), losses(7); !slices.Equal(a, b) {
		t.Errorf("the losses and gradients are %v and %v", a, b)
	}
}

// By hand: of three returns the percentiles are the smallest and the middle one; the ranges are 10, 999 and 0, and
// the average starts with the first and then moves a hundredth of the way.
func TestReturnScale(t *testing.T) {
	s := newReturnScale()
	program, err := grad.Trace(func(t *grad.Tracer) {
		t.Output("scale", s.next(t, t.Input("returns", 1, 3), t.Input("counts", 3)))
	})
	if err != nil {
		t.Fatal(err)
	}
	step, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	counts := step.Input("counts")
	counts[0], counts[1], counts[2] = 1, 1, 1
	for _, c := range []struct{ top, want float64 }{{11, 10}, {1000, 19.89}, {0.25, 19.6911}} {
		returns := step.Input("returns")
		returns[0], returns[1], returns[2] = 1, float32(c.top), float32(c.top)
		step.Run()
		literal.Near(t, "the scale", float64(step.Output("scale")[0]), c.want, 1e-6)
	}
}
