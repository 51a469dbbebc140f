package plan

import (
	"math"
	"slices"
	"testing"
	"time"
)

// scoring scores each sequence by itself.
type scoring func(sequence []float32) float32

func (f scoring) Score(actions, scores []float32) {
	size := len(actions) / len(scores)
	for i := range scores {
		scores[i] = f(actions[i*size : (i+1)*size])
	}
}

var sizes = Sizes{Horizon: 6, Action: 2}

// target is the best sequence of distance. Beyond the bounds of an action lies one of its elements.
func target() []float32 {
	best := make([]float32, sizes.Size())
	for i := range best {
		best[i] = 0.7 * float32(math.Sin(float64(i)/3))
	}
	best[5] = 1.5
	return best
}

// distance is minus the squared distance from target.
func distance(sequence []float32) float32 {
	sum := float32(0)
	for i, x := range target() {
		sum -= (sequence[i] - x) * (sequence[i] - x)
	}
	return sum
}

// sampling lists the planners that draw samples.
func sampling() map[string]Planner {
	return map[string]Planner{
		"cem":        &CEM{Sizes: sizes, Elites: 20, Deviation: 1, MinimumDeviation: 1e-3},
		"momentum":   &CEM{Sizes: sizes, Elites: 20, Deviation: 1, MinimumDeviation: 1e-3, Momentum: 0.1},
		"mppi":       &MPPI{Sizes: sizes, Elites: 50, Deviation: 1, MinimumDeviation: 1e-3, Temperature: 1},
		"shooting":   &Shooting{Sizes: sizes},
		"predictive": &Predictive{Sizes: sizes, Spline: Cubic, Knots: 6, Exploration: 0.2},
	}
}

func nothing() Start { return Start{Nominal: make([]float32, sizes.Size()), Seed: 1} }

// found plans and checks what holds for every plan.
func found(t *testing.T, p Planner, rollout Rollout, start Start, budget Budget) Plan {
	t.Helper()
	got, err := p.Plan(rollout, start, budget)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range got.Actions {
		if !(a >= -1 && a <= 1) {
			t.Fatalf("an action is %v, outside of its bounds", a)
		}
	}
	got.Actions = slices.Clone(got.Actions)
	return got
}

// The element that the bounds hold costs 0.25.
func TestOptimum(t *testing.T) {
	for name, least := range map[string]float32{"cem": -0.251, "momentum": -0.251, "mppi": -0.251, "predictive": -0.4, "shooting": -3} {
		got := found(t, sampling()[name], scoring(distance), nothing(), Budget{Samples: 200, Iterations: 40})
		if score := distance(got.Actions); !(score >= least) || got.Iterations != 40 {
			t.Errorf("%s: %v after %d iterations, want %v", name, score, got.Iterations, least)
		}
	}
}

func TestMorePlanningThanShooting(t *testing.T) {
	budget := Budget{Samples: 100, Iterations: 10}
	shot := found(t, sampling()["shooting"], scoring(distance), nothing(), budget)
	for _, name := range []string{"cem", "mppi", "predictive"} {
		if got := found(t, sampling()[name], scoring(distance), nothing(), budget); got.Score <= shot.Score {
			t.Errorf("%s reaches %v, random shooting %v", name, got.Score, shot.Score)
		}
	}
}

// What is not finite loses against everything, and if there is nothing else the plan stays.
func TestNotFiniteNeverWins(t *testing.T) {
	broken := scoring(func(sequence []float32) float32 {
		switch x := sequence[0]; {
		case x > 0.1:
			return float32(math.NaN())
		case x < -0.5:
			return float32(math.Inf(1))
		default:
			return x - 1000
		}
	})
	start := nothing()
	start.Nominal[0] = 0.3
	for name, p := range sampling() {
		got := found(t, p, broken, start, Budget{Samples: 50, Iterations: 5})
		if x := got.Actions[0]; !(x <= 0.1 && x >= -0.5) || !(got.Score <= -999.9+1e-3) {
			t.Errorf("%s: begins with %v and promises %v", name, x, got.Score)
		}
		got = found(t, p, scoring(func([]float32) float32 { return float32(math.NaN()) }), start, Budget{Samples: 50, Iterations: 5})
		if !slices.Equal(got.Actions, start.Nominal) || !math.IsInf(float64(got.Score), -1) {
			t.Errorf("%s: without any score the plan is %v of score %v", name, got.Actions, got.Score)
		}
	}
}

func TestSeedsDecide(t *testing.T) {
	budget, other := Budget{Samples: 30, Iterations: 2}, nothing()
	other.Seed = 2
	for name, p := range sampling() {
		first := found(t, p, scoring(distance), nothing(), budget)
		if second := found(t, p, scoring(distance), other, budget); slices.Equal(first.Actions, second.Actions) {
			t.Errorf("%s: two seeds plan the same", name)
		}
		fresh := sampling()[name]
		if again := found(t, fresh, scoring(distance), nothing(), budget); !slices.Equal(first.Actions, again.Actions) {
			t.Errorf("%s: one seed plans two things", name)
		}
	}
}

// A plan never gets worse than what it began with; two samples leave hardly any other choice.
func TestBestIsRemembered(t *testing.T) {
	start := Start{Nominal: target(), Seed: 1}
	for name, p := range sampling() {
		if got := found(t, p, scoring(distance), start, Budget{Samples: 2, Iterations: 3}); got.Score < -0.2501 {
			t.Errorf("%s: the best that was met is %v, the start was better", name, got.Score)
		}
	}
}

func TestProposalsAreTried(t *testing.T) {
	start := nothing()
	start.Proposals = append(slices.Repeat([]float32{-1}, sizes.Size()), target()...)
	for name, p := range sampling() {
		if got := found(t, p, scoring(distance), start, Budget{Samples: 10, Iterations: 1}); got.Score < -0.2501 {
			t.Errorf("%s: the best that was met is %v, a proposal was better", name, got.Score)
		}
	}
	mppi := &MPPI{Sizes: sizes, Elites: 10, Deviation: 1, Temperature: 1e-3}
	got := found(t, mppi, scoring(distance), start, Budget{Samples: 10, Iterations: 1})
	if score := distance(got.Actions); score < -0.2501 {
		t.Errorf("cold MPPI does not follow the proposal: %v", score)
	}
}

// The weights of MPPI by hand: with a temperature of 2, a return lower by 2 ln 3 counts a third.
func TestMPPIWeights(t *testing.T) {
	p := &MPPI{Temperature: 2}
	p.search.scores, p.search.weights = []float32{0, float32(-2 * math.Log(3))}, make([]float64, 2)
	if w := p.weights([]int{0, 1}); math.Abs(w[0]-0.75) > 1e-6 || math.Abs(w[1]-0.25) > 1e-6 {
		t.Errorf("the weights are %v", w)
	}
}

// slow takes a millisecond.
var slow = scoring(func(sequence []float32) float32 {
	time.Sleep(time.Millisecond)
	return sequence[0]
})

func TestBudget(t *testing.T) {
	p := sampling()["shooting"]
	if got := found(t, p, slow, nothing(), Budget{Samples: 1, Iterations: 3, Time: time.Minute}); got.Iterations != 3 {
		t.Errorf("%d iterations, want 3", got.Iterations)
	}
	if got := found(t, p, slow, nothing(), Budget{Samples: 1, Time: 20 * time.Millisecond}); got.Iterations < 1 || got.Iterations > 20 {
		t.Errorf("%d iterations of a millisecond in 20", got.Iterations)
	}
	if got := found(t, p, slow, nothing(), Budget{Samples: 1, Iterations: 100, Time: 1}); got.Iterations != 1 {
		t.Errorf("%d iterations in no time, want the first", got.Iterations)
	}
	for _, b := range []Budget{{}, {Samples: 1}, {Iterations: 1}, {Samples: 1, Iterations: -1}, {Samples: 1, Time: -1}} {
		if _, err := p.Plan(slow, nothing(), b); err == nil {
			t.Errorf("a plan was made with %+v", b)
		}
	}
}

func TestStartHasToFit(t *testing.T) {
	for name, p := range sampling() {
		for _, start := range []Start{{}, {Nominal: make([]float32, 3)}, {Nominal: nothing().Nominal, Proposals: make([]float32, 1)}, {Nominal: nothing().Nominal, Proposals: make([]float32, 5*sizes.Size())}} {
			if _, err := p.Plan(scoring(distance), start, Budget{Samples: 5, Iterations: 1}); err == nil {
				t.Errorf("%s: a plan was made of a start with %d and %d numbers", name, len(start.Nominal), len(start.Proposals))
			}
		}
	}
}

func TestShift(t *testing.T) {
	actions := []float32{1, 2, 3, 4, 5, 6}
	Sizes{Horizon: 3, Action: 2}.Shift(actions)
	if want := []float32{3, 4, 5, 6, 5, 6}; !slices.Equal(actions, want) {
		t.Errorf("shifted: %v, want %v", actions, want)
	}
}

// A target moves at a constant speed. A plan that follows it still does so a step later, if it is shifted
// and its knots are read where they stand now; one that stayed behind would be 0.4 off.
func TestPlanMovesInTime(t *testing.T) {
	line := Sizes{Horizon: 8, Action: 1}
	following := func(now int) scoring {
		return func(sequence []float32) float32 {
			sum := float32(0)
			for i, a := range sequence {
				sum -= abs(a - 0.05*float32(now+i))
			}
			return sum
		}
	}
	for _, spline := range []Spline{Linear, Cubic} {
		p := &Predictive{Sizes: line, Spline: spline, Knots: 3, Exploration: 0.1}
		start := Start{Nominal: make([]float32, 8)}
		for i := range start.Nominal {
			start.Nominal[i] = 0.05 * float32(i)
		}
		for now := 1; now < 5; now++ {
			line.Shift(start.Nominal)
			start.Seed = uint64(now)
			got := found(t, p, following(now), start, Budget{Samples: 20, Iterations: 3})
			if got.Score < -0.2 {
				t.Errorf("%s: at time %d the plan is %v off", spline, now, -got.Score)
			}
			copy(start.Nominal, got.Actions)
		}
	}
}

func abs(x float32) float32 { return max(x, -x) }

// Once there is room for its samples, a sampling planner takes no memory.
func TestPlansDoNotAllocate(t *testing.T) {
	var rollout Rollout = scoring(func(sequence []float32) float32 { return sequence[0] })
	start, budget := Start{Nominal: make([]float32, 2)}, Budget{Samples: 20, Iterations: 3}
	for name, planner := range map[string]Planner{
		"CEM":      &CEM{Sizes: Sizes{2, 1}, Elites: 5, Deviation: 1},
		"MPPI":     &MPPI{Sizes: Sizes{2, 1}, Elites: 5, Deviation: 1, Temperature: 1},
		"Shooting": &Shooting{Sizes: Sizes{2, 1}},
	} {
		n := testing.AllocsPerRun(20, func() {
			if _, err := planner.Plan(rollout, start, budget); err != nil {
				t.Fatal(err)
			}
		})
		if n > 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
