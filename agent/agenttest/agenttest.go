// Package agenttest checks that an algorithm keeps the contract of package agent: one suite for all,
// on a little random experience.
package agenttest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
)

// Run checks algorithm, with all kinds of actions that it can choose. preset returns the settings to learn with:
// small networks and batches keep the suite quick, and what happens only now and then should happen within ten
// updates.
func Run(t *testing.T, algorithm agent.Algorithm, preset func() agent.Config) {
	for _, kind := range kinds {
		if algorithm.Fits(kind.sizes) != nil {
			continue
		}
		t.Run(kind.name, func(t *testing.T) { RunWith(t, algorithm, kind.sizes, preset) })
	}
}

// RunWith is Run with a task of these sizes, which may have pictures.
func RunWith(t *testing.T, algorithm agent.Algorithm, sizes agent.Sizes, preset func() agent.Config) {
	for _, c := range checksOf(algorithm) {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(suite{algorithm, preset, sizes}); err != nil {
				t.Error(err)
			}
		})
	}
}

// suite is what is checked. Checks return an error, so that they can be tested themselves.
type suite struct {
	algorithm agent.Algorithm
	preset    func() agent.Config
	sizes     agent.Sizes // of the task that the experience pretends to come from
}

// kinds are the tasks of the suite.
var kinds = []struct {
	name  string
	sizes agent.Sizes
}{
	{"continuous", agent.Sizes{Observation: 3, Action: 2}},
	{"discrete", agent.Sizes{Observation: 3, Action: 4, Discrete: true}},
}

// check is one rule of the contract and the method that tries to refute it.
type check struct {
	name string
	run  func(s suite) error
}

// checks are the rules for all algorithms, learning those for algorithms that learn, and untrained that of
// those that do not.
var (
	checks = []check{
		{"Presets", suite.checkPresets},
		{"ForeignConfig", suite.checkForeignConfig},
		{"Mode", suite.checkMode},
		{"Sample", suite.checkSample},
		{"Memory", suite.checkMemory},
		{"PolicySeed", suite.checkPolicySeed},
		{"Simulating", suite.checkSimulating},
	}
	learning = []check{
		{"Parts", suite.checkParts},
		{"Copies", suite.checkCopies},
		{"Frozen", suite.checkFrozen},
		{"Metrics", suite.checkMetrics},
		{"EmptyReplay", suite.checkEmptyReplay},
		{"Seeds", suite.checkSeeds},
		{"Workers", suite.checkWorkers},
		{"Resume", suite.checkResume},
		{"HugeRewards", suite.checkHugeRewards},
		{"Refresh", suite.checkRefresh},
		{"Allocation", suite.checkAllocation},
		{"Dreams", suite.checkDreams},
	}
	untrained = []check{
		{"Untrained", suite.checkUntrained},
	}
)

// checksOf lists the rules for an algorithm.
func checksOf(algorithm agent.Algorithm) []check {
	if algorithm.Untrained {
		return slices.Concat(checks, untrained)
	}
	return slices.Concat(checks, learning)
}

// updates is how long checks learn.
const updates = 10

// trainee is a learner with the experience that it learns from.
type trainee struct {
	agent.Learner
	sizes   agent.Sizes
	sampler *replay.Sampler
	layout  replay.Layout // of its experience
}

// trainee returns a new learner with all randomness drawn from seed.
func (s suite) trainee(seed uint64, workers *grad.Workers) (*trainee, error) {
	learner, err := s.algorithm.New(s.preset(), s.sizes, seed, workers)
	if err != nil {
		return nil, fmt.Errorf("new learner: %w", err)
	}
	policy, err := learner.Policy()
	if err != nil {
		return nil, err
	}
	layout := s.sizes.Layout(policy.StateSize())
	sampler, err := newSampler(s.sizes, 1, layout)
	return &trainee{learner, s.sizes, sampler, layout}, err
}

// trained is a trainee after some updates, if it can be trained.
func (s suite) trained(seed uint64, workers *grad.Workers) (*trainee, error) {
	t, err := s.trainee(seed, workers)
	if err != nil || s.algorithm.Untrained {
		return t, err
	}
	return t, t.learn(updates)
}

// learn makes count updates.
func (t *trainee) learn(count int) error {
	for range count {
		if err := t.Step(t.sampler); err != nil {
			return fmt.Errorf("step %d: %w", t.Updates(), err)
		}
	}
	return nil
}

// tree is all parts in one.
func (t *trainee) tree() grad.Tree {
	var whole grad.Tree
	for _, part := range t.Parts() {
		whole = append(whole, part.Under(part.Name)...)
	}
	return whole
}

// snapshot is a copy of all parts.
func (t *trainee) snapshot() grad.Tree {
	tree := t.tree()
	like := tree.Like()
	for i, named := range tree {
		copy(like[i].Data, named.Data)
	}
	return like
}

// different names the first parameter of which not every bit is the same in both trees.
func different(a, b grad.Tree) (name string, found bool) {
	if difference := a.Diff(b); difference != "" {
		return difference, true
	}
	for i, named := range a {
		for j, x := range named.Data {
			if math.Float32bits(x) != math.Float32bits(b[i].Data[j]) {
				return fmt.Sprintf("%s[%d] is %v and %v", named.Name, j, x, b[i].Data[j]), true
			}
		}
	}
	return "", false
}
