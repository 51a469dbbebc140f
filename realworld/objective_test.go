package realworld

import (
	"reflect"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
)

// kept is a script whose constraint "even" holds after steps of even number, and "early" before step 3.
func kept(t *testing.T, length int) env.Environment {
	t.Helper()
	held := make([]bool, 2)
	e, err := wrap.Changed(newScript(length), wrap.Change{
		Kind: "kept", Constraints: []string{"even", "early"},
		Arrive: func(step *env.TimeStep) {
			now := int(step.Observation[0].Float64[0])
			held[0], held[1] = now%2 == 0, now < 3
			step.Satisfied = held
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestObjectivesAndTheirMerging(t *testing.T) {
	spec := DefaultSpec()
	spec.Objectives = Objectives{Names: []string{"safety", "energy", "even"}, Coefficient: .25, Observed: true}
	spec.Delay.Rewards = 1
	e := challenged(t, kept(t, 10), spec, 1)
	if got := env.Objectives(e); !slices.Equal(got, []string{"reward", "safety", "energy", "even"}) {
		t.Errorf("the objectives are %q", got)
	}
	steps := play(t, e, 4)
	// Actions (i, i) in [-10, 10] x [-10, 30] are i/10 and (i-10)/20 in canonical units.
	energy := func(i float64) float64 { return (i/10*(i/10) + (i-10)/20*((i-10)/20)) / 2 }
	exact := [][]float64{nil, {100, .5, energy(1), 1}, {200, 1, energy(2), 0}, {300, 0, energy(3), 1}}
	for i, want := range [][]float64{nil, exact[1], exact[1], exact[2]} { // late by one, and the first twice
		if !near(steps[i].Rewards, want) {
			t.Errorf("step %d: rewards %v, want %v", i, steps[i].Rewards, want)
		}
	}
	if got, want := rewarded(steps), []float64{0, 75.125, 75.125, 150.25}; !slices.Equal(got, want) {
		t.Errorf("rewards %v, want %v", got, want)
	}
	for i, want := range exact { // not late
		if want == nil {
			want = make([]float64, 4)
		}
		if got := steps[i].Observation[1].Float64; !near(got, want) {
			t.Errorf("step %d: %s is %v, want %v", i, e.Observations()[1].Name, got, want)
		}
	}
}

func near(got, want []float64) bool {
	return len(got) == len(want) && slices.EqualFunc(got, want, func(a, b float64) bool { return a-b < 1e-12 && b-a < 1e-12 })
}

// The observation of constraints is as late as the others, what evaluations see is not.
func TestObservedConstraintsAreDelayedWithTheRest(t *testing.T) {
	observing, err := observedConstraints(kept(t, 10))
	if err != nil {
		t.Fatal(err)
	}
	spec := DefaultSpec()
	spec.Delay.Observations = 2
	e := challenged(t, observing, spec, 1)
	steps := play(t, e, 5)
	for place, want := range [][]float64{{1, 1, 1, 0, 1}, {1, 1, 1, 1, 1}} {
		if got := observed(steps, 1, place); !slices.Equal(got, want) {
			t.Errorf("constraint %d is observed as %v, want %v", place, got, want)
		}
	}
	var satisfied [][]bool
	for _, step := range steps {
		satisfied = append(satisfied, step.Satisfied)
	}
	if want := [][]bool{{true, true}, {false, true}, {true, true}, {false, false}, {true, false}}; !reflect.DeepEqual(satisfied, want) {
		t.Errorf("satisfied are %v, want %v", satisfied, want)
	}
}
