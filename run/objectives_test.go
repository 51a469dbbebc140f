package run

import (
	"reflect"
	"testing"

	"github.com/reverie-rl/reverie/env"
)

// torn has two objectives and two constraints.
type torn struct{ env.Environment }

func (torn) Objectives() []string  { return []string{"reward", "energy"} }
func (torn) Constraints() []string { return []string{"slow", "low"} }

func TestViolationsAndObjectivesOfTwoEpisodes(t *testing.T) {
	counted := newTally(torn{})
	play := func(rewards [][]float64, held [][]bool) {
		counted.add(env.TimeStep{Type: env.First, Satisfied: []bool{false, false}})
		for i := range rewards {
			counted.add(env.TimeStep{Type: env.Mid, Rewards: rewards[i], Satisfied: held[i]})
		}
	}
	play([][]float64{{1, .5}, {2, .25}}, [][]bool{{true, false}, {true, false}})
	play([][]float64{{4, 0}}, [][]bool{{true, false}})
	var got Evaluation
	counted.finish(&got)
	want := Evaluation{
		Violations: []Violation{{"slow", 0, 0, 0}, {"low", 3, 1.5, 2}},
		Objectives: []ObjectiveReturn{{"reward", 3.5, []float64{3, 4}}, {"energy", .375, []float64{.75, 0}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestNothingIsCountedOfOneObjective(t *testing.T) {
	counted := newTally(struct{ env.Environment }{})
	counted.add(env.TimeStep{Type: env.First})
	counted.add(env.TimeStep{Type: env.Mid, Reward: 1})
	var got Evaluation
	if counted.finish(&got); !reflect.DeepEqual(got, Evaluation{}) {
		t.Errorf("%+v, want nothing", got)
	}
}
