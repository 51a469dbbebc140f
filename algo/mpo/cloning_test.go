package mpo

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/grad"
)

// The norm of the policy's gradient is that of the finite differences of the literal loss.
func TestCloningGradientAgreesWithFiniteDifferences(t *testing.T) {
	for _, target := range []string{TargetNStep, TargetRetrace} {
		c := lively(target, TemperatureExact, 1e-3, 2)
		l, solved := shaken(t, c), shaken(t, c)
		update(t, solved)
		values, penalties := solved.temperatures()
		want := literal.GradientNorm(grad.TreeOf(l.policy), func() float64 { return l.literalPolicyLoss(values, penalties) })
		update(t, l)
		near(t, target+": norm of the policy's gradient", metric(t, l, "policy/gradient_norm"), want, 1e-3)
	}
}

// By hand: critics that give the same to every action make all advantages 0 and all weights 1, and a
// policy N(0.5, 1) in one dimension gives the action 2, which counts as 1, the log-density
// -0.125 - 0.918939.
func TestCloningByHand(t *testing.T) {
	c := small()
	c.Cloning = 3
	made, err := newLearner(c, agent.Sizes{Observation: 1, Action: 1}, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*learner)
	l.targetCritic.Networks[0].Head.Weight.Filled(0)
	l.policy.Mean.Weight.Filled(0)
	l.policy.Mean.Bias.Filled(0.5)
	l.policy.Deviation.Weight.Filled(0)
	l.policy.Deviation.Bias.Filled(float32(math.Log(math.Expm1(math.Ln2 / c.InitialDeviation))))
	for i := range l.Transitions.Action {
		l.Transitions.Action[i] = 2
	}
	update(t, l)
	near(t, "advantage", metric(t, l, "cloning/advantage"), 0, 1e-6)
	near(t, "weight", metric(t, l, "cloning/weight"), 1, 1e-6)
	near(t, "log-likelihood", metric(t, l, "cloning/log_likelihood"), -0.125-0.918939, 1e-5)
}

// Without cloning nothing has changed since it was added: these numbers are older.
func TestWithoutCloningNothingChanges(t *testing.T) {
	for target, want := range map[string]struct{ critic, policy, size float64 }{
		TargetNStep:   {1.4441942, 7.56335545, 91.8308783},
		TargetRetrace: {0.387154013, 8.07505035, 92.0570043},
	} {
		c := small()
		c.Target = target
		made, err := newLearner(c, agent.Sizes{Observation: 3, Action: 2}, 5, nil)
		if err != nil {
			t.Fatal(err)
		}
		l, sampler := made.(*learner), experience(t)
		for range 30 {
			if err := l.Step(sampler); err != nil {
				t.Fatal(err)
			}
		}
		size := 0.0
		for _, x := range data(l.Online) {
			size += math.Abs(float64(x))
		}
		near(t, target+": critic loss", metric(t, l, "critic/loss"), want.critic, 1e-4)
		near(t, target+": policy loss", metric(t, l, "policy/loss"), want.policy, 1e-4)
		near(t, target+": sum of all parameters' sizes", size, want.size, 1e-5)
		if _, ok := l.Metrics().Get("cloning/weight"); ok {
			t.Errorf("%s: there is a metric of cloning", target)
		}
	}
}

// demonstrator pushes the point towards 0, with a little noise.
type demonstrator struct {
	random *rand.Rand
	action [1]float32
}

const demonstratedDeviation = 0.1

func (d *demonstrator) Act(seen agent.Observation, _ []float32, _ uint64, _ bool) agent.Action {
	noise := d.random.NormFloat64()
	d.action[0] = float32(demonstratedDeviation*noise) - seen.Numbers[0]
	logProbability := -noise*noise/2 - math.Log(demonstratedDeviation*math.Sqrt(2*math.Pi))
	return agent.Action{Values: d.action[:], LogProbability: float32(logProbability)}
}

func (d *demonstrator) Refresh() {}

func (d *demonstrator) StateSize() int { return 0 }

// learnDemonstrated learns from 2000 steps of the demonstrator and none of its own. It returns the
// demonstrator's mean return and that of the mode of the policy learned.
func learnDemonstrated(t *testing.T, c *Config, seed uint64) (demonstrated, learned float64) {
	t.Helper()
	l, err := newLearner(c, agenttest.PointSizes, seed, nil)
	if err != nil {
		t.Fatal(err)
	}
	own, err := l.Policy()
	if err != nil {
		t.Fatal(err)
	}
	p := agenttest.NewPoint(t, &demonstrator{random: rand.New(rand.NewPCG(seed, 1))})
	demonstrated = p.MeanReturn(false)
	for range 2000 {
		p.Act(t)
	}
	sampler := p.Sampler(t, seed)
	for range 2000 {
		if err := l.Step(sampler); err != nil {
			t.Fatal(err)
		}
	}
	p.Policy = own
	own.Refresh()
	return demonstrated, p.MeanReturn(true)
}

// A narrow band of actions is recorded. With cloning, the policy ends better than the demonstrator.
// Without, it goes where the critic knows nothing and bootstraps from there, and with one seed or
// another ends far from 0.
func TestLearnsFromDemonstrations(t *testing.T) {
	for _, target := range []string{TargetNStep, TargetRetrace} {
		c := Offline()
		c.PolicyLayers, c.CriticLayers = []int{32, 32}, []int{32, 32}
		c.Target, c.Batch, c.Samples, c.LearningRate, c.TargetPeriod = target, 32, 8, 1e-3, 50
		if target == TargetRetrace {
			c.Batch = 8
		}
		worst := 0.0
		for seed := range uint64(2) {
			demonstrated, cloned := learnDemonstrated(t, c, seed)
			unbound := *c
			unbound.Cloning = 0
			_, free := learnDemonstrated(t, &unbound, seed)
			t.Logf("%s, seed %d: demonstrated %.3g, learned %.3g, without cloning %.3g", target, seed, demonstrated, cloned, free)
			if !(cloned > 0.75*demonstrated) {
				t.Errorf("%s, seed %d: the mean return is %g, demonstrated was %g", target, seed, cloned, demonstrated)
			}
			worst = min(worst, free/math.Abs(demonstrated))
		}
		if !(worst < -5) {
			t.Errorf("%s: without cloning the cost is at most %g times the demonstrator's, want more than 5 times", target, -worst)
		}
	}
}
