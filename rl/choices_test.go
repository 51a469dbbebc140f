package rl_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
	"github.com/reverie-rl/reverie/rl"
)

// By hand: with probabilities 1/2, 1/4, 1/4 and the values 0, log 2, log 4 at temperature 1, the weights are in
// proportion to 1/2, 1/2, 1, and the cross-entropy with the target itself is that mean of log 2, log 4 and log 4.
func TestChoicesByHand(t *testing.T) {
	executable := run(t, func(t *grad.Tracer) {
		target := dist.Categorical{Logits: literal(t, []int{1, 3}, math.Log(2), 0, 0)}
		values := literal(t, []int{3, 1}, 0, math.Log(2), math.Log(4))
		weights := rl.ChoiceWeights(values, target, literal(t, []int{1}, 1))
		t.Output("weights", weights)
		t.Output("loss", rl.ChoiceMStep(weights, target))
	})
	for i, want := range []float64{0.25, 0.25, 0.5} {
		near(t, "weight", executable.Output("weights")[i], want, 1e-12)
	}
	near(t, "loss", executable.Output("loss")[0], 0.25*math.Log(2)+0.75*math.Log(4), 1e-12)
}

// The divergence from the target at the temperature found is the bound.
func TestChoiceTemperatureSolvesTheConstraint(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		choices, batch := 2+random.IntN(5), 1+random.IntN(6)
		values, logits := make([]float64, choices*batch), make([]float64, choices*batch)
		for i := range values {
			values[i], logits[i] = 10*random.NormFloat64(), random.NormFloat64()
		}
		probabilities := columnSoftmax(logits, choices, batch)
		eta := rl.SolveChoiceTemperature(values, probabilities, choices, batch, 0.05, 1)
		total, tilted := 0.0, make([]float64, len(values))
		for i := range tilted {
			tilted[i] = math.Log(probabilities[i]) + values[i]/eta
		}
		for i, w := range columnSoftmax(tilted, choices, batch) {
			if w > 0 {
				total += w * math.Log(w/probabilities[i]) / float64(batch)
			}
		}
		near(t, "KL over bound", total/0.05, 1, 0.0101)
	}
}

// columnSoftmax normalises each column of x [choices, batch].
func columnSoftmax(x []float64, choices, batch int) []float64 {
	y := make([]float64, len(x))
	for j := range batch {
		sum := 0.0
		for i := range choices {
			y[i*batch+j] = math.Exp(x[i*batch+j] - x[j])
			sum += y[i*batch+j]
		}
		for i := range choices {
			y[i*batch+j] /= sum
		}
	}
	return y
}

// With equally likely choices the exact E-step is the sampled one that has drawn each of them once.
func TestEquallyLikelyChoicesAreSamples(t *testing.T) {
	values := []float64{1, 3, 2, -1, 0, 5}
	uniform := []float64{1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3}
	near(t, "temperature", rl.SolveChoiceTemperature(values, uniform, 3, 2, 0.1, 1), rl.SolveTemperature(values, 3, 2, 0.1, 1), 1e-9)
}

// A target that is already sure of the best choices cannot diverge by the bound: the coldest temperature takes them.
func TestChoiceTemperatureOfASureTarget(t *testing.T) {
	if eta := rl.SolveChoiceTemperature([]float64{1, 0}, []float64{0.99, 0.01}, 2, 1, 0.1, 1); !(eta < 1e-7) {
		t.Errorf("the temperature is %g, want the coldest", eta)
	}
}

func TestChoiceMStepGradient(t *testing.T) {
	gradtest.Check(t, gradtest.Positive, func(t *grad.Tracer, in []*grad.Value) *grad.Value {
		return rl.ChoiceMStep(literal(t, []int{3, 2}, 0.2, 0.3, 0.3, 0.3, 0.5, 0.4), dist.Categorical{Logits: in[0]})
	}, []int{2, 3})
}

// The numbers of two objectives: four actions that they rank in opposite order, with bounds 0.1 and 0.01.
func TestSeveralObjectivesByHand(t *testing.T) {
	first, second := []float64{1, 2, 3, 4}, []float64{4, 3, 2, 1}
	a, b := rl.SolveTemperature(first, 4, 1, 0.1, 1), rl.SolveTemperature(second, 4, 1, 0.01, 1)
	near(t, "second temperature", b, 7.878769, 0.06)
	executable := run(t, func(t *grad.Tracer) {
		weights := rl.Weights(literal(t, []int{4, 1}, first...), literal(t, []int{1}, a))
		t.Output("sum", weights.Add(rl.Weights(literal(t, []int{4, 1}, second...), literal(t, []int{1}, b))))
	})
	for i, want := range []float64{.42033, .446719, .509231, .623719} {
		near(t, "summed weight", executable.Output("sum")[i], want, 2e-3)
	}
}

// An objective a thousand times as large has a temperature a thousand times as large, and the same weights.
func TestTemperatureScalesWithTheValues(t *testing.T) {
	near(t, "temperature", rl.SolveTemperature([]float64{1000, 2000, 3000, 4000}, 4, 1, 0.1, 1000)/1000, rl.SolveTemperature([]float64{1, 2, 3, 4}, 4, 1, 0.1, 1), 1e-9)
}
