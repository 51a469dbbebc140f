package envtest

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// objectiveFault is a way in which a torn walker breaks the contract.
type objectiveFault int

const (
	noObjectiveFault objectiveFault = iota
	sameObjectives
	objectivesAtFirst
	fewObjectives
	infiniteObjective
	sameConstraints
	fewConstraints
	constraintsUntold
)

// brokenObjectives says which rule catches which fault.
var brokenObjectives = map[objectiveFault]struct{ name, rule string }{
	sameObjectives:    {"two objectives of one name", "of several objectives"},
	objectivesAtFirst: {"FIRST has rewards", "of several objectives"},
	fewObjectives:     {"a reward is missing", "of several objectives"},
	infiniteObjective: {"an infinite reward", "of several objectives"},
	sameConstraints:   {"two constraints of one name", "of several constraints"},
	fewConstraints:    {"a constraint is not told", "of several constraints"},
	constraintsUntold: {"constraints of no name", "of several constraints"},
}

// torn is a walker with two objectives and two constraints.
type torn struct {
	env.Environment
	fault objectiveFault
}

func (t torn) Objectives() []string {
	if t.fault == sameObjectives {
		return []string{"reward", "reward"}
	}
	return []string{"reward", "energy"}
}

func (t torn) Constraints() []string {
	switch t.fault {
	case sameConstraints:
		return []string{"slow", "slow"}
	case constraintsUntold:
		return nil
	}
	return []string{"slow", "low"}
}

func (t torn) Reset() (env.TimeStep, error) { return t.judged(t.Environment.Reset()) }

func (t torn) Step(action []float64) (env.TimeStep, error) {
	return t.judged(t.Environment.Step(action))
}

func (t torn) judged(step env.TimeStep, err error) (env.TimeStep, error) {
	if err != nil {
		return step, err
	}
	step.Satisfied = []bool{step.Reward < 1, true}
	if step.Type != env.First || t.fault == objectivesAtFirst {
		step.Rewards = []float64{step.Reward, 1}
	}
	switch {
	case t.fault == fewConstraints:
		step.Satisfied = step.Satisfied[:1]
	case step.Rewards != nil && t.fault == fewObjectives:
		step.Rewards = step.Rewards[:1]
	case step.Rewards != nil && t.fault == infiniteObjective:
		step.Rewards[1] = math.Inf(1)
	}
	return step, nil
}

// tornWalkers makes walkers with a fault.
func tornWalkers(fault objectiveFault) func(seed uint64) (env.Environment, error) {
	return func(seed uint64) (env.Environment, error) {
		e, err := walkers(none)(seed)
		return torn{e, fault}, err
	}
}

func TestObjectivesAndConstraintsPass(t *testing.T) {
	for _, finding := range Check(tornWalkers(noObjectiveFault)) {
		if finding.Failed() {
			t.Errorf("%s: %v", finding.Rule, finding.Err)
		}
	}
}

func TestEveryFaultOfObjectivesIsCaught(t *testing.T) {
	for f := noObjectiveFault + 1; f <= constraintsUntold; f++ {
		want := brokenObjectives[f]
		t.Run(want.name, func(t *testing.T) {
			if !fails(Check(tornWalkers(f)), want.rule) {
				t.Errorf("no finding of a rule that begins with %q", want.rule)
			}
		})
	}
}
