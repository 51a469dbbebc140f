package plan

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/classic"
)

// linear is a System with the dynamics and the cost of a classic.LinearSystem, without its noise.
type linear struct {
	classic.LinearSystem
	horizon int
	start   []float64
}

func (l linear) step(state, action []float64) (next []float64, reward float64) {
	x, u := mat.NewVecDense(len(state), state), mat.NewVecDense(len(action), action)
	var moved, pushed mat.VecDense
	moved.MulVec(l.A, x)
	pushed.MulVec(l.B, u)
	moved.AddVec(&moved, &pushed)
	return moved.RawVector().Data, -mat.Inner(x, l.Q, x) - mat.Inner(u, l.R, u)
}

func (l linear) play(law Law) Trajectory {
	played, state := Trajectory{}, l.start
	for t := range l.horizon {
		action := law(t, state)
		played.States, played.Actions = append(played.States, state), append(played.Actions, action)
		next, reward := l.step(state, action)
		state = next
		played.Score += reward
	}
	return played
}

func (l linear) Record(actions [][]float64) Trajectory {
	return l.play(func(t int, _ []float64) []float64 { return actions[t] })
}

func (l linear) Follow(laws []Law) []Trajectory {
	var played []Trajectory
	for _, law := range laws {
		played = append(played, l.play(law))
	}
	return played
}

func (l linear) Probe(probes []Probe) {
	for i := range probes {
		p := &probes[i]
		p.Next, p.Reward = l.step(p.State, p.Action)
	}
}

func (l linear) Score(actions, scores []float32) { panic("iLQG scores nothing") }

// One iteration solves a linear problem: the gains are those of the Riccati recursion, and so are the
// actions.
func TestILQGIsLQR(t *testing.T) {
	const horizon = 20
	l := linear{classic.CartOnRail(), horizon, []float64{0.4, -0.3}}
	p := &ILQG{Sizes: Sizes{Horizon: horizon, Action: 1}, Difference: 1e-3}
	got := found(t, p, l, Start{Nominal: make([]float32, horizon)}, Budget{Samples: 10, Iterations: 1})
	optimum, err := l.FiniteHorizon(horizon, 1)
	if err != nil {
		t.Fatal(err)
	}
	state := l.start
	for step, best := range optimum {
		for j := range state {
			if gain, want := p.feedback[step].gain.At(0, j), -best.Gain.At(0, j); math.Abs(gain-want) > 1e-6 {
				t.Fatalf("step %d: gain %v, want %v", step, gain, want)
			}
		}
		action := best.Control(state)
		if math.Abs(float64(got.Actions[step])-action[0]) > 1e-5 {
			t.Fatalf("step %d: action %v, want %v", step, got.Actions[step], action[0])
		}
		state, _ = l.step(state, action)
	}
	if want := -mat.Inner(mat.NewVecDense(2, l.start), optimum[0].Value, mat.NewVecDense(2, l.start)); math.Abs(float64(got.Score)-want) > 1e-5 {
		t.Errorf("the return is %v, want %v", got.Score, want)
	}
}

// From far away the bounds hold, and no plan near the one that was found is better.
func TestILQGKeepsBounds(t *testing.T) {
	const horizon = 10
	l := linear{classic.CartOnRail(), horizon, []float64{30, 0}}
	p := &ILQG{Sizes: Sizes{Horizon: horizon, Action: 1}, Difference: 1e-3}
	got := found(t, p, l, Start{Nominal: make([]float32, horizon)}, Budget{Samples: 10, Iterations: 20})
	if got.Actions[0] != -1 {
		t.Errorf("the first action is %v, want the bound -1", got.Actions[0])
	}
	for i := range got.Actions {
		for _, by := range []float64{-0.02, 0.02} {
			rows := p.rows(got.Actions)
			rows[i][0] = min(max(rows[i][0]+by, -1), 1)
			if better := l.Record(rows).Score; better > float64(got.Score)+1e-4 {
				t.Errorf("action %d moved by %v: %v, better than %v", i, by, better, got.Score)
			}
		}
	}
}

// What breaks down counts as flat, and a plan that leads nowhere is given up.
func TestILQGSurvivesBreakdowns(t *testing.T) {
	b := broken{linear{classic.CartOnRail(), 5, []float64{0.4, 0}}}
	p := &ILQG{Sizes: Sizes{Horizon: 5, Action: 1}, Difference: 1e-3}
	got := found(t, p, b, Start{Nominal: slices.Repeat([]float32{0.9}, 5)}, Budget{Samples: 5, Iterations: 3})
	if idle := b.Record(p.rows(make([]float32, 5))).Score; !(float64(got.Score) > idle && got.Score <= 0) {
		t.Errorf("the return is %v, without doing anything %v", got.Score, idle)
	}
}

// broken has no return where an action is above 0.5, an infinite one where it is below -0.1, and cannot be probed at its second step.
type broken struct{ linear }

func (b broken) spoil(played Trajectory) Trajectory {
	for _, action := range played.Actions {
		if action[0] > 0.5 {
			played.Score = math.NaN()
		} else if action[0] < -0.1 {
			played.Score = math.Inf(1)
		}
	}
	return played
}

func (b broken) Record(actions [][]float64) Trajectory { return b.spoil(b.linear.Record(actions)) }

func (b broken) Follow(laws []Law) []Trajectory {
	played := b.linear.Follow(laws)
	for i := range played {
		played[i] = b.spoil(played[i])
	}
	return played
}

func (b broken) Probe(probes []Probe) {
	b.linear.Probe(probes)
	for i := range probes {
		if probes[i].Step == 1 {
			probes[i].Reward = math.NaN()
		}
	}
}

func TestILQGNeedsASystem(t *testing.T) {
	p := &ILQG{Sizes: sizes, Difference: 1e-3}
	if _, err := p.Plan(scoring(distance), nothing(), Budget{Samples: 1, Iterations: 1}); err == nil {
		t.Error("iLQG plans in what cannot be moved")
	}
	if _, err := p.Plan(linear{}, Start{}, Budget{Samples: 1, Iterations: 1}); err == nil {
		t.Error("iLQG plans without a plan of the right size")
	}
}

// boxQP agrees with a search over a fine grid in two dimensions.
func TestBoxQP(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float64Range(-2, 2)
		a, b, c := number.Draw(t, "a"), number.Draw(t, "b"), number.Draw(t, "c")
		h := mat.NewSymDense(2, []float64{a*a + b*b + 0.1, b * c, b * c, c*c + 0.1}) // L L' + 0.1 I
		g := []float64{number.Draw(t, "g0"), number.Draw(t, "g1")}
		lower, upper := []float64{-1, -0.5}, []float64{0.3, 1}
		x, _, _, ok := boxQP(h, g, lower, upper)
		if !ok {
			t.Fatal("a positive matrix is refused")
		}
		least := math.Inf(1)
		const steps = 60
		for i := range steps + 1 {
			for j := range steps + 1 {
				point := []float64{lower[0] + (upper[0]-lower[0])*float64(i)/steps, lower[1] + (upper[1]-lower[1])*float64(j)/steps}
				least = min(least, valueOf(h, g, point))
			}
		}
		if got := valueOf(h, g, x); got > least+1e-9 || x[0] < lower[0] || x[0] > upper[0] || x[1] < lower[1] || x[1] > upper[1] {
			t.Fatalf("%v has the value %v, a grid finds %v", x, got, least)
		}
	})
	if _, _, _, ok := boxQP(mat.NewSymDense(1, []float64{-1}), []float64{0}, []float64{-1}, []float64{1}); ok {
		t.Error("a negative matrix has a minimum")
	}
}

func TestNotNegative(t *testing.T) {
	m := notNegative(mat.NewSymDense(2, []float64{0, 2, 2, 0})) // eigenvalues 2 and -2
	for i := range 2 {
		for j := range 2 {
			if math.Abs(m.At(i, j)-1) > 1e-12 {
				t.Errorf("the convex part is %v", mat.Formatted(m))
			}
		}
	}
}
