package mompo

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/mpo"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
)

// experience is 200 random steps of a task with the given objectives, with rewards of at most 1 in size times factors.
// The reward is the sum of the objectives.
func experience(t *testing.T, sizes agent.Sizes, factors ...float64) *replay.Sampler {
	t.Helper()
	table, err := replay.NewTable(sizes.Layout(0), 300)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	row := func(count int) []float32 {
		numbers := make([]float32, count)
		for i := range numbers {
			numbers[i] = float32(2*random.Float64() - 1)
		}
		return numbers
	}
	if err := table.Begin(replay.Step{Observation: row(sizes.Observation)}); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		reward := row(1 + len(factors))
		for k, factor := range factors {
			reward[1+k] *= float32(factor)
			reward[0] += reward[1+k]
		}
		step := replay.Step{Action: row(sizes.Action), Reward: reward[:sizes.Layout(0).Reward], Discount: 1, Observation: row(sizes.Observation)}
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

// taught is a learner after ten updates.
func taught(t *testing.T, learner agent.Learner, err error, sampler *replay.Sampler) agent.Learner {
	t.Helper()
	for range 10 {
		if err == nil {
			err = learner.Step(sampler)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return learner
}

// apart is the largest difference between parameters of the parts called name.
func apart(a, b agent.Learner, name string) float64 {
	largest, trees := 0.0, [2]grad.Tree{}
	for i, learner := range []agent.Learner{a, b} {
		for _, part := range learner.Parts() {
			if part.Name == name {
				trees[i] = part.Tree
			}
		}
	}
	for i, named := range trees[0] {
		for j, x := range named.Data {
			largest = max(largest, math.Abs(float64(x-trees[1][i].Data[j])))
		}
	}
	return largest
}

// With the reward as its one objective, in units of 1, it is MPO to the last bit.
func TestOneObjectiveIsMPO(t *testing.T) {
	one := agent.Sizes{Observation: 3, Action: 2}
	ours := small()
	ours.NStep = 1
	theirs := mpo.Default()
	theirs.PolicyLayers, theirs.CriticLayers, theirs.Batch, theirs.Samples = ours.PolicyLayers, ours.CriticLayers, ours.Batch, ours.Samples
	theirs.TargetPeriod, theirs.NStep = ours.TargetPeriod, ours.NStep
	made, err := newLearner(ours, one, 1, nil)
	made.(*learner).scales.Largest[0].Data[0] = 1
	a := taught(t, made, err, experience(t, one))
	made, err = mpo.Algorithm().New(theirs, one, 1, nil)
	b := taught(t, made, err, experience(t, one))
	for _, part := range []string{"policy", "critic", "target_policy", "target_critic", "duals", "policy_optimiser", "critic_optimiser", "dual_optimiser"} {
		if difference := apart(a, b, part); difference != 0 {
			t.Errorf("%s differs by up to %g", part, difference)
		}
	}
}

// Objectives in other units teach the same policy: to the last bit with a power of 2, up to rounding with 1000. MPO,
// which learns from their sum, ends elsewhere.
func TestUnitsDoNotMatter(t *testing.T) {
	for name, sizes := range map[string]agent.Sizes{"numbers": numbers, "choices": choices} {
		learned := func(factor float64) agent.Learner {
			made, err := newLearner(opposed(), sizes, 1, nil)
			return taught(t, made, err, experience(t, sizes, 1, factor))
		}
		plain := learned(1)
		if difference := apart(plain, learned(-1), "policy"); difference == 0 {
			t.Errorf("%s: the second objective moves nothing", name)
		}
		for _, part := range []string{"policy", "critic"} {
			if difference := apart(plain, learned(1024), part); difference != 0 {
				t.Errorf("%s: with a factor of 1024 the %s differs by up to %g", name, part, difference)
			}
			difference := apart(plain, learned(1000), part)
			t.Logf("%s: with a factor of 1000 the %s differs by up to %.3g", name, part, difference)
			if !(difference < 1e-7) {
				t.Errorf("%s: with a factor of 1000 the %s differs by up to %g", name, part, difference)
			}
		}
	}
	scalarised := func(factor float64) agent.Learner {
		c := mpo.Default()
		c.PolicyLayers, c.CriticLayers, c.Batch, c.Samples, c.TargetPeriod = []int{16, 8}, []int{16, 8}, 6, 4, 4
		made, err := mpo.Algorithm().New(c, numbers, 1, nil)
		return taught(t, made, err, experience(t, numbers, 1, factor))
	}
	difference := apart(scalarised(1), scalarised(1000), "policy")
	t.Logf("the policy of MPO differs by up to %.3g", difference)
	if !(difference > 1e-5) {
		t.Errorf("the policy of MPO differs by up to %g, want more than 1e-5", difference)
	}
}

// An objective that does not matter moves nothing in the policy.
func TestPreferenceOfZero(t *testing.T) {
	learned := func(factor float64) agent.Learner {
		c := small()
		c.Preferences = []float64{0.1, 0}
		made, err := newLearner(c, numbers, 1, nil)
		return taught(t, made, err, experience(t, numbers, 1, factor))
	}
	if difference := apart(learned(1), learned(-1), "policy"); difference != 0 {
		t.Errorf("the policy differs by up to %g", difference)
	}
}
