package mpo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
)

// shaken returns a learner whose networks, the target copies included, are all different, with a
// random batch in place: half of the discounts are 0, as after a termination.
func shaken(t *testing.T, c *Config) *learner {
	t.Helper()
	made, err := newLearner(c, agent.Sizes{Observation: 3, Action: 2}, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*learner)
	literal.Shake(&l.Learner)
	q := l.sequences
	literal.Fill(rand.New(rand.NewPCG(2, 1)), q.Discount, q.Observation, q.Action, q.LogProbability, q.Reward)
	return l
}

var near = literal.Near

func metric(t *testing.T, l *learner, name string) float64 {
	t.Helper()
	return literal.Metric(t, l, name)
}

func update(t *testing.T, l *learner) {
	t.Helper()
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
}

func TestCriticLossAgreesWithTheLiteralVersion(t *testing.T) {
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			c := small()
			change(c)
			l := shaken(t, c)
			want := 0.0
			if c.Target == TargetRetrace {
				want = l.literalRetrace()
			} else {
				want = l.literalNStep()
			}
			update(t, l)
			near(t, "critic loss", metric(t, l, "critic/loss"), want, 1e-4)
		})
	}
}

// temperatures are those that the update used: of the values and, 0 without one, of the penalty.
func (l *learner) temperatures() (values, penalty float64) {
	return literal.Temperature(l.operator.Temperature), literal.Temperature(l.operator.Penalty)
}

// lively is a configuration in which every term of the policy's loss counts.
func lively(target, temperature string, penalty, cloning float64) *Config {
	c := small()
	c.Target, c.Temperature, c.EpsilonPenalty, c.Cloning = target, temperature, penalty, cloning
	c.InitialTemperature, c.InitialMeanMultiplier, c.InitialDeviationMultiplier = 0.3, 1, 2
	return c
}

func TestPolicyLossAgreesWithTheLiteralVersion(t *testing.T) {
	for _, target := range []string{TargetNStep, TargetRetrace} {
		for _, kind := range []string{TemperatureExact, TemperatureAdam} {
			for _, penalty := range []float64{0, 1e-3} {
				for _, weight := range []float64{0, 0.5} {
					c := lively(target, kind, penalty, weight)
					l, solved := shaken(t, c), shaken(t, c)
					if kind == TemperatureExact {
						update(t, solved) // finds the temperatures that l's update will find
					}
					values, penalties := solved.temperatures()
					want := l.literalPolicyLoss(values, penalties)
					update(t, l)
					near(t, kind+": temperature", metric(t, l, "improvement/temperature"), values, 1e-6)
					near(t, fmt.Sprintf("%s, %s, cloning %g: policy loss", target, kind, weight), metric(t, l, "policy/loss"), want, 1e-4)
				}
			}
		}
	}
}

// By hand: with a critic that gives 2 to everything, the target is R + D · 2.
func TestCriticTargetByHand(t *testing.T) {
	l := shaken(t, small())
	for _, c := range []critic.Critic{l.critic, l.targetCritic} {
		c.Networks[0].Head.Weight.Filled(0)
	}
	l.critic.Networks[0].Head.Bias.Filled(1)
	l.targetCritic.Networks[0].Head.Bias.Filled(2)
	copy(l.Transitions.Reward, []float32{0, 1, 0, 1, 3, 0})
	copy(l.Transitions.Discount, []float32{0, 0, 0.5, 0.5, 0.9, 1})
	want := 0.0
	for _, target := range []float64{0, 1, 1, 2, 4.8, 2} {
		want += (1 - target) * (1 - target) / 2 / 6
	}
	update(t, l)
	near(t, "critic loss", metric(t, l, "critic/loss"), want, 1e-6)
	near(t, "value", metric(t, l, "critic/value"), 1, 1e-6)
}

// An update moves the critic towards its target and the target networks not at all.
func TestUpdatesLowerTheCriticLoss(t *testing.T) {
	c := small()
	c.LearningRate = 1e-2
	l := shaken(t, c)
	update(t, l)
	first := metric(t, l, "critic/loss")
	for range 200 {
		l.Resume(3) // the same noise: the target is fixed
		update(t, l)
	}
	if last := metric(t, l, "critic/loss"); !(last < first/20) {
		t.Errorf("the critic's loss went from %g to %g", first, last)
	}
}

func experience(t *testing.T) *replay.Sampler {
	t.Helper()
	table, err := replay.NewTable(replay.Layout{Observation: 3, Action: 2, Reward: 1}, 100)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	draw := func(count int) []float32 {
		x := make([]float32, count)
		for i := range x {
			x[i] = float32(random.NormFloat64())
		}
		return x
	}
	if err := table.Begin(replay.Step{Observation: draw(3)}); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		step := replay.Step{Action: draw(2), LogProbability: -1, Reward: draw(1), Discount: 1, Observation: draw(3)}
		if err := table.Append(step); err != nil {
			t.Fatal(err)
		}
	}
	sampler, err := replay.NewSampler(1, table)
	if err != nil {
		t.Fatal(err)
	}
	return sampler
}

func data(tree grad.Tree) []float32 {
	var all []float32
	for _, named := range tree {
		all = append(all, named.Data...)
	}
	return all
}

func TestTargetsAreCopiedEveryPeriod(t *testing.T) {
	l, sampler := shaken(t, small()), experience(t)
	l.Resume(0)
	for step := range 3 * l.config.TargetPeriod {
		online, target := data(l.Online), data(l.Target)
		if err := l.Step(sampler); err != nil {
			t.Fatal(err)
		}
		want := target
		if step%l.config.TargetPeriod == 0 {
			want = online
		}
		if !slices.Equal(data(l.Target), want) {
			t.Errorf("update %d: the target networks are wrong", step)
		}
		if slices.Equal(data(l.Online), online) {
			t.Errorf("update %d: nothing was learned", step)
		}
	}
}

// A multiplier rises while its divergence exceeds the bound and falls while it does not.
func TestMultipliersFollowTheConstraint(t *testing.T) {
	for _, violated := range []bool{true, false} {
		l := shaken(t, small())
		l.CopyTargets()
		if violated {
			l.policy.Mean.Bias.Data[0] += 0.5      // of the first action alone
			l.policy.Deviation.Bias.Data[1] += 0.5 // of the second
		}
		mean, deviation := slices.Clone(l.operator.Mean.Raw.Data), slices.Clone(l.operator.Deviation.Raw.Data)
		update(t, l)
		rose := func(after, before float32) bool { return after > before }
		for what, got := range map[string]bool{
			"mean, moved":       rose(l.operator.Mean.Raw.Data[0], mean[0]) == violated,
			"mean, still":       !rose(l.operator.Mean.Raw.Data[1], mean[1]),
			"deviation, moved":  rose(l.operator.Deviation.Raw.Data[1], deviation[1]) == violated,
			"deviation, still":  !rose(l.operator.Deviation.Raw.Data[0], deviation[0]),
			"relative KL, mean": (metric(t, l, "trust_region/mean_kl_relative") > 1) == violated,
		} {
			if !got {
				t.Errorf("violated %v: the multiplier of the %s went the wrong way", violated, what)
			}
		}
	}
}

// The exact temperature keeps the divergence of the E-step at its bound.
func TestExactTemperatureHoldsTheBound(t *testing.T) {
	l := shaken(t, small())
	for range 5 {
		update(t, l)
		near(t, "KL over its bound", metric(t, l, "improvement/kl_relative"), 1, 0.02)
	}
}

// A multiplier that has sunk too far to recover is brought back.
func TestMultipliersAreProjected(t *testing.T) {
	l := shaken(t, small())
	l.operator.Mean.Raw.Filled(-50)
	l.operator.Deviation.Raw.Filled(-50)
	update(t, l)
	for _, raw := range append(slices.Clone(l.operator.Mean.Raw.Data), l.operator.Deviation.Raw.Data...) {
		if raw < -18 {
			t.Errorf("a multiplier stays at softplus(%g)", raw)
		}
	}
}

func TestUpdateDoesNotAllocate(t *testing.T) {
	for name, change := range variants {
		c := small()
		change(c)
		l := shaken(t, c)
		if n := testing.AllocsPerRun(10, func() { update(t, l) }); n > 0 {
			t.Errorf("%s: an update allocates %v times", name, n)
		}
	}
}
