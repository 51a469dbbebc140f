package rl_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
)

// window is one window of steps, for the slow literal version.
type window struct {
	values, actionValues, rewards, discounts, logRatios []float64
}

func randomWindow(random *rand.Rand, length int) window {
	draw := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = random.NormFloat64()
		}
		return x
	}
	w := window{draw(length + 1), draw(length), draw(length), draw(length), draw(length)}
	for i := range w.discounts {
		w.discounts[i] = random.Float64()
	}
	return w
}

// literalRetrace is equation 3 of the paper: Q plus the sum of corrected temporal differences.
func (w window) literalRetrace(t int, gamma, lambda float64) float64 {
	result, weight := w.actionValues[t], 1.0
	for s := t; s < len(w.rewards); s++ {
		if s > t {
			weight *= lambda * math.Min(1, math.Exp(w.logRatios[s]))
		}
		difference := w.rewards[s] + gamma*w.discounts[s]*w.values[s+1] - w.actionValues[s]
		result += weight * difference
		weight *= gamma * w.discounts[s]
	}
	return result
}

func (w window) retrace(t *testing.T, gamma, lambda float64) []float64 {
	return run(t, func(t *grad.Tracer) {
		n := len(w.rewards)
		t.Output("returns", rl.Retrace(literal(t, []int{1, n + 1}, w.values...), literal(t, []int{1, n}, w.actionValues...),
			literal(t, []int{1, n}, w.rewards...), literal(t, []int{1, n}, w.discounts...), literal(t, []int{1, n}, w.logRatios...), gamma, lambda))
	}).Output("returns")
}

func TestRetraceAgreesWithTheLiteralSum(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for length := 1; length < 8; length++ {
		w := randomWindow(random, length)
		got := w.retrace(t, 0.9, 0.8)
		for i := range got {
			near(t, "return", got[i], w.literalRetrace(i, 0.9, 0.8), 1e-9)
		}
	}
}

func TestRetraceLimits(t *testing.T) {
	w := randomWindow(rand.New(rand.NewPCG(5, 6)), 5)
	for i, got := range w.retrace(t, 0.9, 0) {
		near(t, "λ = 0 is one-step expected SARSA", got, w.rewards[i]+0.9*w.discounts[i]*w.values[i+1], 1e-9)
	}
	w.discounts[2] = 0
	before := w.retrace(t, 0.9, 1)
	w.rewards[3], w.values[4] = 100, -50
	after := w.retrace(t, 0.9, 1)
	for i := range 3 {
		near(t, "nothing flows back over a termination", after[i], before[i], 0)
	}
	near(t, "the terminal step is its reward", after[2], w.rewards[2], 1e-12)
}

// By hand: two steps, γ = 0.5, λ = 1, ratio 1/2 at the second action.
func TestRetraceByHand(t *testing.T) {
	w := window{values: []float64{9, 4, 2}, actionValues: []float64{7, 3}, rewards: []float64{1, 10}, discounts: []float64{1, 1}, logRatios: []float64{5, math.Log(0.5)}}
	got := w.retrace(t, 0.5, 1)
	near(t, "second", got[1], 10+0.5*2, 1e-9)
	near(t, "first", got[0], 1+0.5*(4+0.5*(11-3)), 1e-9)
}
