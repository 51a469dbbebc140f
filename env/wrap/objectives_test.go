package wrap_test

import (
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
)

// torn gives two objectives and keeps one constraint until its second step.
type torn struct {
	count   int
	rewards [2]float64
	held    [1]bool
}

func (*torn) Observations() []env.Spec { return []env.Spec{{Name: "count"}} }
func (*torn) Action() env.Spec         { return env.Spec{Name: "action", Shape: []int{1}} }
func (*torn) Objectives() []string     { return []string{"reward", "energy"} }
func (*torn) Constraints() []string    { return []string{"early"} }
func (*torn) Close() error             { return nil }

func (t *torn) observe() env.Observation {
	t.held[0] = t.count < 2
	return env.Observation{{Float64: []float64{float64(t.count)}}}
}

func (t *torn) Reset() (env.TimeStep, error) {
	t.count = 0
	step := env.Restart(t.observe())
	step.Satisfied = t.held[:]
	return step, nil
}

func (t *torn) Step(action []float64) (env.TimeStep, error) {
	if err := t.Action().CheckAction(action); err != nil && t.count != 0 {
		return env.TimeStep{}, err
	}
	t.count++
	step := env.Transition(3, t.observe())
	t.rewards = [2]float64{1, 2}
	step.Rewards, step.Satisfied = t.rewards[:], t.held[:]
	return step, nil
}

func TestWrappersPassOnObjectivesAndConstraints(t *testing.T) {
	e := must[env.Environment](t)(wrap.TimeLimit(must[env.Environment](t)(wrap.ActionRepeat(&torn{}, 2)), 5))
	if got := env.Objectives(e); !slices.Equal(got, []string{"reward", "energy"}) {
		t.Errorf("the objectives are %q", got)
	}
	if got := env.Constraints(e); !slices.Equal(got, []string{"early"}) {
		t.Errorf("the constraints are %q", got)
	}
	first := must[env.TimeStep](t)(e.Reset())
	if first.Rewards != nil || !slices.Equal(first.Satisfied, []bool{true}) {
		t.Errorf("FIRST has %v, %v", first.Rewards, first.Satisfied)
	}
	step := must[env.TimeStep](t)(e.Step([]float64{0}))
	if step.Reward != 6 || !slices.Equal(step.Rewards, []float64{2, 4}) || !slices.Equal(step.Satisfied, []bool{false}) {
		t.Errorf("two repetitions give %v, %v, %v", step.Reward, step.Rewards, step.Satisfied)
	}
	if e := must[env.Environment](t)(wrap.TimeLimit(&script{}, 5)); env.Objectives(e) != nil || env.Constraints(e) != nil {
		t.Error("objectives or constraints come from nowhere")
	}
}
