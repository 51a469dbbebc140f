package wrap_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
)

// counting adds the number of actions so far to each action and to each reward.
func counting(e env.Environment, _ uint64) (env.Environment, error) {
	count, changed := int64(0), make([]float64, e.Action().Size())
	return wrap.Changed(e, wrap.Change{
		Kind: "counting", Memory: []any{&count}, Rewards: true,
		Act: func(action []float64) []float64 {
			count++
			for i, u := range action {
				changed[i] = u + float64(count)
			}
			return changed
		},
		Arrive: func(step *env.TimeStep) {
			if step.Type != env.First {
				step.Reward += float64(count)
			}
		},
	})
}

func TestAChangeSeesWhatIsApplied(t *testing.T) {
	s := episode(env.Termination(3, nil), 1)
	e := must[env.Environment](t)(counting(s, 0))
	refused := []float64{math.NaN(), 0}
	var rewards []float64
	for _, action := range [][]float64{refused, {1, 1}, {2, 2}, refused, {1, 1}} {
		rewards = append(rewards, must[env.TimeStep](t)(e.Step(action)).Reward)
	}
	if _, err := e.Step(refused); err == nil {
		t.Error("an action that is not finite was accepted")
	}
	rewards = append(rewards, must[env.TimeStep](t)(e.Step([]float64{5, 5})).Reward)
	if want := [][]float64{{2, 2}, {4, 4}, {4, 4}, {9, 9}}; !reflect.DeepEqual(s.actions, want) {
		t.Errorf("the actions are %v, want %v", s.actions, want)
	}
	if want := []float64{0, 2, 5, 0, 4, 7}; !slices.Equal(rewards, want) {
		t.Errorf("the rewards are %v, want %v", rewards, want)
	}
}

func TestAChangeConforms(t *testing.T) {
	conform(t, classic.NewPendulum, []wrapper{{"Changed", counting}})
}

func TestChangedRewardsAreNotRelabelled(t *testing.T) {
	for _, test := range []struct {
		change wrap.Change
		want   bool
	}{{wrap.Change{Kind: "nothing"}, true}, {wrap.Change{Kind: "rewards", Rewards: true}, false}, {wrap.Change{Kind: "objectives", Objectives: []string{"reward"}}, false}} {
		e := must[env.Environment](t)(wrap.Changed(must[env.Environment](t)(classic.NewPendulum(1)), test.change))
		if _, got := e.(env.Relabeller); got != test.want {
			t.Errorf("%s: a Relabeller is %v, want %v", test.change.Kind, got, test.want)
		}
	}
	several := must[env.Environment](t)(classic.NewPointMultitask(1))
	if _, err := wrap.Changed(several, wrap.Change{Kind: "objectives", Objectives: []string{"reward"}}); err == nil || !strings.Contains(err.Error(), "red, blue, slow, fast") {
		t.Errorf("objectives of several tasks: %v", err)
	}
}
