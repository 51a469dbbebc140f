package rl_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
	"github.com/reverie-rl/reverie/rl"
)

// traced evaluates an operator on two windows at once, w and one of zeros with the same ratios, and
// returns what belongs to w.
func (w window) traced(t *testing.T, operator func(values, rewards, discounts, logRatios *grad.Value) *grad.Value) []float64 {
	t.Helper()
	n := len(w.rewards)
	return run(t, func(t *grad.Tracer) {
		array := func(numbers []float64) *grad.Value {
			return literal(t, []int{2, len(numbers)}, append(append([]float64{}, numbers...), make([]float64, len(numbers))...)...)
		}
		t.Output("result", operator(array(w.values), array(w.rewards), array(w.discounts), array(w.logRatios)))
	}).Output("result")[:n]
}

func (w window) nStep(t *testing.T, gamma float64, n int) []float64 {
	t.Helper()
	return w.traced(t, func(v, r, d, _ *grad.Value) *grad.Value { return rl.NStepReturns(v, r, d, gamma, n) })
}

func (w window) lambda(t *testing.T, gamma, lambda float64) []float64 {
	t.Helper()
	return w.traced(t, func(v, r, d, _ *grad.Value) *grad.Value { return rl.LambdaReturns(v, r, d, gamma, grad.Scalar(lambda)) })
}

func (w window) advantages(t *testing.T, gamma, lambda float64) []float64 {
	t.Helper()
	return w.traced(t, func(v, r, d, _ *grad.Value) *grad.Value { return rl.GeneralisedAdvantages(v, r, d, gamma, lambda) })
}

func (w window) vtrace(t *testing.T, gamma, lambda, rhoBound, cBound float64) (targets, advantages []float64) {
	t.Helper()
	result := func(pick func(targets, advantages *grad.Value) *grad.Value) []float64 {
		return w.traced(t, func(v, r, d, ratios *grad.Value) *grad.Value {
			return pick(rl.VTrace(v, r, d, ratios, gamma, lambda, rhoBound, cBound))
		})
	}
	targets = result(func(targets, _ *grad.Value) *grad.Value { return targets })
	return targets, result(func(_, advantages *grad.Value) *grad.Value { return advantages })
}

func nearAll(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		near(t, fmt.Sprintf("%s, element %d", what, i), got[i], want[i], tolerance)
	}
}

// byHand is the window of the numbers that were worked out by hand, with γ = 0.9.
var byHand = window{
	values: []float64{0.5, 1, 1.5, 2}, rewards: []float64{1, 0, 2}, discounts: []float64{1, 1, 1},
	logRatios: []float64{math.Log(0.5), math.Log(2), 0},
}

func TestReturnsByHand(t *testing.T) {
	w := byHand
	differences := w.traced(t, func(v, r, d, _ *grad.Value) *grad.Value { return rl.TemporalDifferences(v, r, d, 0.9) })
	nearAll(t, "δ", differences, []float64{1.4, 0.35, 2.3}, 1e-9)
	nearAll(t, "two steps", w.nStep(t, 0.9, 2), []float64{2.215, 3.42, 3.8}, 1e-9)
	nearAll(t, "λ = 1/2", w.lambda(t, 0.9, 0.5), []float64{2.523250, 2.385, 3.8}, 1e-9)
	nearAll(t, "advantages", w.advantages(t, 0.9, 0.5), []float64{2.023250, 1.385, 2.3}, 1e-9)
	targets, advantages := w.vtrace(t, 0.9, 1, 1, 1)
	nearAll(t, "V-trace", targets, []float64{2.289, 3.42, 3.8}, 1e-9)
	nearAll(t, "policy gradient", advantages, []float64{0.5 * (1 + 0.9*3.42 - 0.5), 0.9*3.8 - 1, 2 + 0.9*2 - 1.5}, 1e-9)
}

// literalNStep adds the rewards one by one.
func (w window) literalNStep(t int, gamma float64, n int) float64 {
	sum, weight := 0.0, 1.0
	for range n {
		if t == len(w.rewards) {
			break
		}
		sum += weight * w.rewards[t]
		weight *= gamma * w.discounts[t]
		t++
	}
	return sum + weight*w.values[t]
}

// literalLambda is the weighted sum of all n-step returns (Sutton and Barto, 2018, equation 12.3).
func (w window) literalLambda(t int, gamma, lambda float64) float64 {
	steps := len(w.rewards) - t
	sum := math.Pow(lambda, float64(steps-1)) * w.literalNStep(t, gamma, steps)
	for n := 1; n < steps; n++ {
		sum += (1 - lambda) * math.Pow(lambda, float64(n-1)) * w.literalNStep(t, gamma, n)
	}
	return sum
}

// literalVTrace is equation 1 of the paper: the value plus the sum of corrected differences.
func (w window) literalVTrace(t int, gamma, lambda, rhoBound, cBound float64) float64 {
	result, weight := w.values[t], 1.0
	for s := t; s < len(w.rewards); s++ {
		ratio := math.Exp(w.logRatios[s])
		difference := w.rewards[s] + gamma*w.discounts[s]*w.values[s+1] - w.values[s]
		result += weight * math.Min(rhoBound, ratio) * difference
		weight *= gamma * w.discounts[s] * lambda * math.Min(cBound, ratio)
	}
	return result
}

func TestReturnsAgreeWithTheLiteralSums(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for length := 1; length < 8; length++ {
		w := randomWindow(random, length)
		n := 1 + random.IntN(length+2)
		steps, mixed, advantages := w.nStep(t, 0.9, n), w.lambda(t, 0.9, 0.7), w.advantages(t, 0.9, 0.7)
		targets, gradients := w.vtrace(t, 0.9, 0.8, 1.5, 1.1)
		for i := range length {
			near(t, "n-step return", steps[i], w.literalNStep(i, 0.9, n), 1e-9)
			near(t, "λ-return", mixed[i], w.literalLambda(i, 0.9, 0.7), 1e-9)
			near(t, "advantage", advantages[i], w.literalLambda(i, 0.9, 0.7)-w.values[i], 1e-9)
			near(t, "V-trace", targets[i], w.literalVTrace(i, 0.9, 0.8, 1.5, 1.1), 1e-9)
			next := w.values[length]
			if i+1 < length {
				next = w.literalVTrace(i+1, 0.9, 0.8, 1.5, 1.1)
			}
			rho := math.Min(1.5, math.Exp(w.logRatios[i]))
			near(t, "policy gradient", gradients[i], rho*(w.rewards[i]+0.9*w.discounts[i]*next-w.values[i]), 1e-9)
		}
	}
}

func TestLimitsOfReturns(t *testing.T) {
	w := randomWindow(rand.New(rand.NewPCG(9, 10)), 6)
	nearAll(t, "λ = 0 is one step", w.lambda(t, 0.9, 0), w.nStep(t, 0.9, 1), 1e-9)
	nearAll(t, "λ = 1 is all steps", w.lambda(t, 0.9, 1), w.nStep(t, 0.9, 6), 1e-9)
	nearAll(t, "more steps than there are", w.nStep(t, 0.9, 50), w.nStep(t, 0.9, 6), 0)
	w.logRatios = make([]float64, 6)
	targets, _ := w.vtrace(t, 0.9, 0.7, 1, 1)
	nearAll(t, "V-trace on policy is the λ-return", targets, w.lambda(t, 0.9, 0.7), 1e-9)
	_, advantages := w.vtrace(t, 0.9, 1, 1, 1)
	nearAll(t, "and its advantage, with λ = 1, that of GAE", advantages, w.advantages(t, 0.9, 1), 1e-9)
	targets, advantages = w.vtrace(t, 0.9, 1, 0, 0)
	nearAll(t, "ρ̄ = 0 moves no value", targets, w.values[:6], 0)
	nearAll(t, "and no policy", advantages, make([]float64, 6), 0)
}

// Without discounting nor rewards, values that are right are their own returns.
func TestReturnsOfConsistentValues(t *testing.T) {
	w := window{values: []float64{3, 3, 3, 3}, rewards: make([]float64, 3), discounts: []float64{1, 1, 1}, logRatios: []float64{1, -1, 0}}
	targets, advantages := w.vtrace(t, 1, 1, 1, 1)
	for what, got := range map[string][]float64{
		"n-step": w.nStep(t, 1, 2), "λ": w.lambda(t, 1, 0.3), "V-trace": targets,
	} {
		nearAll(t, what, got, []float64{3, 3, 3}, 1e-12)
	}
	nearAll(t, "advantages", append(advantages, w.advantages(t, 1, 0.3)...), make([]float64, 6), 1e-12)
}

// Nothing flows back over a termination.
func TestReturnsEndWithTheEpisode(t *testing.T) {
	all := func(w window) (results []float64) {
		targets, advantages := w.vtrace(t, 0.9, 1, 1, 1)
		for _, of := range [][]float64{w.nStep(t, 0.9, 3), w.lambda(t, 0.9, 0.8), w.advantages(t, 0.9, 0.8), targets, advantages} {
			results = append(results, of[:3]...)
		}
		return results
	}
	w := randomWindow(rand.New(rand.NewPCG(11, 12)), 5)
	w.discounts[2] = 0
	before := all(w)
	w.rewards[3], w.values[3], w.values[5] = 100, -50, 70
	nearAll(t, "before the end", all(w), before, 0)
}

// With a λ of 0 at the last of two steps that are known, the returns are those of a window of two steps,
// whatever stands behind it.
func TestLambdaReturnsOfAShorterWindow(t *testing.T) {
	w := randomWindow(rand.New(rand.NewPCG(13, 14)), 5)
	shorter := window{values: w.values[:3], rewards: w.rewards[:2], discounts: w.discounts[:2], logRatios: w.logRatios[:2]}
	w.logRatios = []float64{0.7, 0, 0.7, 0.7, 0.7}
	got := w.traced(t, func(v, r, d, lambdas *grad.Value) *grad.Value { return rl.LambdaReturns(v, r, d, 0.9, lambdas) })
	nearAll(t, "returns", got[:2], shorter.lambda(t, 0.9, 0.7), 1e-12)
}

func TestReturnsGradients(t *testing.T) {
	gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value {
		return rl.LambdaReturns(in[0], in[1], in[2].Sigmoid(), 0.9, grad.Scalar(0.8)).Add(rl.NStepReturns(in[0], in[1], in[2].Sigmoid(), 0.9, 2))
	}, []int{2, 5}, []int{2, 4}, []int{2, 4})
}

// No gradient flows through what is a target.
func TestTargetsHaveNoGradient(t *testing.T) {
	executable := run(t, func(t *grad.Tracer) {
		v, r, d, ratios := literal(t, []int{1, 3}, 1, 2, 3), literal(t, []int{1, 2}, 1, 1), literal(t, []int{1, 2}, 1, 1), literal(t, []int{1, 2}, 0, 1)
		targets, advantages := rl.VTrace(v, r, d, ratios, 0.9, 1, 1, 1)
		sum := targets.Add(advantages).Add(rl.GeneralisedAdvantages(v, r, d, 0.9, 1)).Sum()
		sum = sum.Add(rl.ExpectedSARSA(r.Reshape(2), d.Reshape(2), v.Slice(1, 0, 2)).Sum())
		t.Output("gradient", grad.Gradient(sum, v)[0])
	})
	nearAll(t, "gradient", executable.Output("gradient"), []float64{0, 0, 0}, 0)
}

// By hand: rewards 1 and 2, discounts 0.9 and 0 of the means 2 and 30.
func TestExpectedSARSAByHand(t *testing.T) {
	executable := run(t, func(t *grad.Tracer) {
		values := literal(t, []int{3, 2}, 1, 10, 2, 20, 3, 60)
		t.Output("target", rl.ExpectedSARSA(literal(t, []int{2}, 1, 2), literal(t, []int{2}, 0.9, 0), values))
	})
	nearAll(t, "target", executable.Output("target"), []float64{2.8, 2}, 1e-12)
}

// With one sample it is SARSA, and it lies between the targets of the least and the greatest value,
// where the literal sum puts it.
func TestExpectedSARSAProperties(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	for samples := 1; samples < 6; samples++ {
		values := make([]float64, samples)
		sum, least, greatest := 0.0, math.Inf(1), math.Inf(-1)
		for i := range values {
			values[i] = random.NormFloat64()
			sum += 0.9 * values[i] / float64(samples)
			least, greatest = math.Min(least, values[i]), math.Max(greatest, values[i])
		}
		got := run(t, func(t *grad.Tracer) {
			t.Output("target", rl.ExpectedSARSA(literal(t, []int{1}, 0.5), literal(t, []int{1}, 0.9), literal(t, []int{samples, 1}, values...)))
		}).Output("target")[0]
		near(t, "target", got, 0.5+sum, 1e-12)
		if !(got >= 0.5+0.9*least-1e-12 && got <= 0.5+0.9*greatest+1e-12) {
			t.Errorf("the target %g of values %v is not between theirs", got, values)
		}
	}
}
