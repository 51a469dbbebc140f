package classic

import (
	"math"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/env"
	"gonum.org/v1/gonum/mat"
)

// integrator is x' = x + u with cost x^2 + u^2, whose Riccati equation is P = 1 + P - P^2/(1 + P).
func integrator() LinearSystem {
	one := func() *mat.Dense { return mat.NewDense(1, 1, []float64{1}) }
	return LinearSystem{A: one(), B: one(), Q: one(), R: one()}
}

func TestRiccatiByHand(t *testing.T) {
	solutions, err := integrator().FiniteHorizon(3, 1)
	if err != nil {
		t.Fatal(err)
	}
	// Backwards: P = 1, then 1 + 1 - 1/2, then 1 + 1.5 - 1.5^2/2.5; K = P_next/(1 + P_next).
	for i, want := range []struct{ value, gain float64 }{{1.6, 0.6}, {1.5, 0.5}, {1, 0}} {
		near(t, "value", solutions[i].Value.At(0, 0), want.value, 1e-15)
		near(t, "gain", solutions[i].Gain.At(0, 0), want.gain, 1e-15)
	}
	endless, err := integrator().InfiniteHorizon(1)
	if err != nil {
		t.Fatal(err)
	}
	golden := (1 + math.Sqrt(5)) / 2
	near(t, "endless value", endless.Value.At(0, 0), golden, 1e-12)
	near(t, "endless gain", endless.Gain.At(0, 0), 1/golden, 1e-12)
}

// With discount g the scalar equation is g P^2 + (1 - 2 g) P - 1 = 0, and the noise costs
// g/(1 - g) Noise^2 P.
func TestDiscountedRiccatiByHand(t *testing.T) {
	system := integrator()
	system.Noise = 0.3
	solution, err := system.InfiniteHorizon(0.5)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "value", solution.Value.At(0, 0), math.Sqrt2, 1e-12)
	near(t, "constant", solution.Constant, 0.09*math.Sqrt2, 1e-12)
	near(t, "return", solution.Return([]float64{2}), -4*math.Sqrt2-0.09*math.Sqrt2, 1e-12)
	long, err := system.FiniteHorizon(200, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "long horizon", long[0].Return([]float64{2}), solution.Return([]float64{2}), 1e-12)
}

func TestOptimalGainReachesThePredictedReturn(t *testing.T) {
	system := CartOnRail()
	system.Noise = 0
	solutions, err := system.FiniteHorizon(lqrLimit, 1)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(5) {
		e, err := NewLinear(lqrName, system, lqrLimit, seed)
		if err != nil {
			t.Fatal(err)
		}
		want, got := optimalEpisode(t, e, solutions)
		near(t, "return", got, want, 1e-9*math.Abs(want))
	}
}

// With noise the prediction is an expectation: the mean over many episodes must agree within a few
// standard errors.
func TestOptimalGainReachesTheExpectedReturnUnderNoise(t *testing.T) {
	const episodes = 400
	system := CartOnRail()
	system.Noise = 0.03
	solutions, err := system.FiniteHorizon(lqrLimit, 1)
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewLinear(lqrName, system, lqrLimit, 1)
	if err != nil {
		t.Fatal(err)
	}
	sum, squares := 0.0, 0.0
	for range episodes {
		want, got := optimalEpisode(t, e, solutions)
		sum += got - want
		squares += (got - want) * (got - want)
	}
	mean := sum / episodes
	deviation := math.Sqrt(squares/episodes-mean*mean) / math.Sqrt(episodes)
	if math.Abs(mean) > 4*deviation {
		t.Errorf("mean return is off by %g, with a standard error of %g", mean, deviation)
	}
}

// optimalEpisode plays one episode and returns the predicted and the realised return.
func optimalEpisode(t *testing.T, e env.Environment, solutions []Solution) (want, got float64) {
	t.Helper()
	now := 0
	steps := play(t, e, func(step env.TimeStep) []float64 {
		x := step.Observation[0].Float64
		if now == 0 {
			want = solutions[0].Return(x)
		}
		control := solutions[now].Control(x)
		if math.Abs(control[0]) > 1 {
			t.Fatalf("the optimal control %v at %v is out of bounds: the prediction does not hold", control, x)
		}
		now++
		return control
	})
	for _, step := range steps {
		got += step.Reward
	}
	if last := steps[len(steps)-1]; !last.Truncated() {
		t.Errorf("the episode ends with %+v, want a truncation", last)
	}
	return want, got
}

func TestOptimalGainBeatsItsNeighbours(t *testing.T) {
	system := CartOnRail()
	system.Noise = 0
	best, err := system.InfiniteHorizon(1)
	if err != nil {
		t.Fatal(err)
	}
	score := func(scale float64) float64 {
		e, _ := NewLinear(lqrName, system, 2000, 3)
		sum := 0.0
		for _, step := range play(t, e, func(step env.TimeStep) []float64 {
			return []float64{scale * best.Control(step.Observation[0].Float64)[0]}
		}) {
			sum += step.Reward
		}
		return sum
	}
	if score(1) <= score(0.9) || score(1) <= score(1.1) {
		t.Errorf("gains times 0.9, 1, 1.1 score %g, %g, %g", score(0.9), score(1), score(1.1))
	}
}

func TestLinearSystemErrors(t *testing.T) {
	unstoppable := integrator()
	unstoppable.A, unstoppable.B = mat.NewDense(1, 1, []float64{2}), mat.NewDense(1, 1, []float64{0})
	noisy := integrator()
	noisy.Noise = 1
	misshapen := integrator()
	misshapen.Q = mat.NewDense(2, 2, nil)
	tests := []struct {
		system LinearSystem
		want   string
	}{
		{LinearSystem{}, "needs all of A, B, Q and R"},
		{misshapen, "Q is 2x2, must be 1x1"},
		{noisy, "must be below 1"},
		{unstoppable, "did not settle"},
	}
	for _, test := range tests {
		if _, err := test.system.InfiniteHorizon(1); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
	if _, err := NewLinear("misshapen", misshapen, 1, 0); err == nil {
		t.Error("an environment was made of a misshapen system")
	}
}

// near fails the test unless got is within tolerance of want.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}
