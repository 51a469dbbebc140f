package dist_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

func bernoulli(v *grad.Value) dist.Bernoulli { return dist.Bernoulli{Logits: v} }

func TestBernoulliAgreesWithEnumeration(t *testing.T) {
	p, q := 0.8, 0.35
	logit := func(p float64) float64 { return math.Log(p / (1 - p)) }
	run := func(f func(in []*grad.Value) *grad.Value) []float64 {
		return compute(t, f, matrix(1, logit(p), logit(q)), matrix(1, 1, 0), matrix(1, logit(q), logit(p)))
	}
	nearAll(t, "log-probability", run(func(in []*grad.Value) *grad.Value { return bernoulli(in[0]).LogProb(in[1]) }),
		[]float64{math.Log(p) + math.Log(1-q)}, 1e-12)
	entropy := func(p float64) float64 { return -p*math.Log(p) - (1-p)*math.Log(1-p) }
	nearAll(t, "entropy", run(func(in []*grad.Value) *grad.Value { return bernoulli(in[0]).Entropy() }),
		[]float64{entropy(p) + entropy(q)}, 1e-12)
	kl := func(p, q float64) float64 { return p*math.Log(p/q) + (1-p)*math.Log((1-p)/(1-q)) }
	nearAll(t, "KL", run(func(in []*grad.Value) *grad.Value { return bernoulli(in[0]).KL(bernoulli(in[2])) }),
		[]float64{kl(p, q), kl(q, p)}, 1e-12)
	nearAll(t, "mean", run(func(in []*grad.Value) *grad.Value { return bernoulli(in[0]).Mean() }), []float64{p, q}, 1e-12)
	nearAll(t, "mode", run(func(in []*grad.Value) *grad.Value { return bernoulli(in[0]).Mode() }), []float64{1, 0}, 0)
	nearAll(t, "cross-entropy with itself", run(func(in []*grad.Value) *grad.Value {
		return bernoulli(in[0]).LogProb(bernoulli(in[0]).Mean()).Neg()
	}), []float64{entropy(p) + entropy(q)}, 1e-12)
}

// Logits of any size give finite numbers.
func TestBernoulliIsStable(t *testing.T) {
	result := compute32(t, func(in []*grad.Value) *grad.Value {
		b := bernoulli(in[0])
		return b.LogProb(in[1]).Concat(0, b.Entropy(), b.KL(bernoulli(in[0].Neg())).Sum(-1))
	}, matrix(2, 200, -200), matrix(2, 1, 1))
	for i, want := range []float64{0, -200, 0, 0, 200, 200} {
		near(t, "log-probability, entropy or KL", float64(result[i]), want, 1e-4)
	}
}

// The sample is 1 for the share of the noise that the probability says, with the mean's gradient.
func TestBernoulliSample(t *testing.T) {
	sample := compute(t, func(in []*grad.Value) *grad.Value { return bernoulli(in[0]).Sample(in[1]) },
		vector(math.Log(3)), vector(0.1, 0.7, 0.749, 0.751, 0.99))
	nearAll(t, "sample", sample, []float64{1, 1, 1, 0, 0}, 0)
	gradient := compute(t, func(in []*grad.Value) *grad.Value {
		return grad.Gradient(bernoulli(in[0]).Stop().Sample(in[1]).Add(bernoulli(in[0]).Sample(in[1])).Sum(), in[0])[0]
	}, vector(math.Log(3)), vector(0.9))
	nearAll(t, "gradient", gradient, []float64{0.75 * 0.25}, 1e-12)
}

// With probability 3/4: noise made for a one is in the lower three quarters, for a zero above.
func TestBernoulliNoiseMakesTheSample(t *testing.T) {
	inputs := []array{vector(math.Log(3)), vector(1, 1, 0, 0), vector(0.2, 1, 0.5, 0.02)}
	noise := compute(t, func(in []*grad.Value) *grad.Value { return bernoulli(in[0]).Noise(in[1], in[2]) }, inputs...)
	nearAll(t, "noise", noise, []float64{0.15, 0.75, 0.875, 0.755}, 1e-12)
}

func TestBernoulliGradients(t *testing.T) {
	checkGradients(t, gradtest.Normal, map[string]func(in []*grad.Value) *grad.Value{
		"log-probability": func(in []*grad.Value) *grad.Value { return bernoulli(in[0]).LogProb(in[1]) },
		"entropy":         func(in []*grad.Value) *grad.Value { return bernoulli(in[0]).Entropy() },
		"KL":              func(in []*grad.Value) *grad.Value { return bernoulli(in[0]).KL(bernoulli(in[1])) },
	}, []int{2, 3}, []int{2, 3})
}
