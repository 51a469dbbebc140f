package dist_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

// evaluate runs f once on two Gaussians and returns its elements.
func evaluate(t *testing.T, mean, deviation, otherMean, otherDeviation []float64, f func(a, b dist.Gaussian, t *grad.Tracer) *grad.Value) []float64 {
	t.Helper()
	inputs := map[string][]float64{"mean": mean, "deviation": deviation, "other mean": otherMean, "other deviation": otherDeviation}
	program, err := grad.Trace(func(t *grad.Tracer) {
		in := func(name string) *grad.Value { return t.Input(name, len(inputs[name])) }
		a := dist.Gaussian{Mean: in("mean"), Deviation: in("deviation")}
		b := dist.Gaussian{Mean: in("other mean"), Deviation: in("other deviation")}
		t.Output("result", f(a, b, t))
	})
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range inputs {
		copy(executable.Input(name), values)
	}
	executable.Run()
	return executable.Output("result")
}

func constant(x float64) func(*grad.Tracer) *grad.Value {
	return func(t *grad.Tracer) *grad.Value { return t.Value(grad.Scalar(x)).Broadcast(1) }
}

// integral sums f over the real line where the Gaussians of these tests have their mass.
func integral(f func(x float64) float64) float64 {
	sum, step := 0.0, 1e-3
	for x := -20.0; x < 20; x += step {
		sum += f(x) * step
	}
	return sum
}

func density(x, mean, deviation float64) float64 {
	z := (x - mean) / deviation
	return math.Exp(-z*z/2) / (deviation * math.Sqrt(2*math.Pi))
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.9g, want %.9g", what, got, want)
	}
}

func TestGaussianAgreesWithQuadrature(t *testing.T) {
	mean, deviation, otherMean, otherDeviation := 0.3, 0.8, -0.5, 1.7
	run := func(f func(a, b dist.Gaussian, t *grad.Tracer) *grad.Value) float64 {
		return evaluate(t, []float64{mean}, []float64{deviation}, []float64{otherMean}, []float64{otherDeviation}, f)[0]
	}
	logProb := run(func(a, _ dist.Gaussian, t *grad.Tracer) *grad.Value { return a.LogProb(constant(1.1)(t)) })
	near(t, "log-density", logProb, math.Log(density(1.1, mean, deviation)), 1e-12)
	entropy := run(func(a, _ dist.Gaussian, _ *grad.Tracer) *grad.Value { return a.Entropy() })
	near(t, "entropy", entropy, integral(func(x float64) float64 {
		p := density(x, mean, deviation)
		return -p * math.Log(p+1e-300)
	}), 1e-9)
	kl := run(func(a, b dist.Gaussian, _ *grad.Tracer) *grad.Value { return a.KL(b) })
	near(t, "KL", kl, integral(func(x float64) float64 {
		p := density(x, mean, deviation)
		return p * (math.Log(p+1e-300) - math.Log(density(x, otherMean, otherDeviation)))
	}), 1e-9)
}

// The numbers of MPO's decoupled trust region.
func TestGaussianKLByHand(t *testing.T) {
	kl := evaluate(t, []float64{0, 0}, []float64{1, 1}, []float64{0.5, 0}, []float64{1, 0.8},
		func(a, b dist.Gaussian, _ *grad.Tracer) *grad.Value { return a.KL(b) })
	near(t, "KL of the means", kl[0], 0.125, 1e-12)
	near(t, "KL of the deviations", kl[1], 0.058106, 1e-6)
}

func TestSampleAndNoiseAreInverse(t *testing.T) {
	noise := evaluate(t, []float64{1, -2}, []float64{0.5, 3}, []float64{0.7, -1.3}, []float64{1, 1},
		func(a, b dist.Gaussian, _ *grad.Tracer) *grad.Value { return a.Noise(a.Sample(b.Mean)) })
	near(t, "noise", noise[0], 0.7, 1e-12)
	near(t, "noise", noise[1], -1.3, 1e-12)
}

func TestGaussianGradients(t *testing.T) {
	gaussian := func(in []*grad.Value) dist.Gaussian { return dist.Gaussian{Mean: in[0], Deviation: in[1]} }
	for name, f := range map[string]func(in []*grad.Value) *grad.Value{
		"log-density": func(in []*grad.Value) *grad.Value { return gaussian(in).LogProb(in[2]) },
		"entropy":     func(in []*grad.Value) *grad.Value { return gaussian(in).Entropy() },
		"sample":      func(in []*grad.Value) *grad.Value { return gaussian(in).Sample(in[2]) },
		"KL": func(in []*grad.Value) *grad.Value {
			return gaussian(in).KL(dist.Gaussian{Mean: in[2], Deviation: in[1].Exp()})
		},
	} {
		t.Run(name, func(t *testing.T) {
			gradtest.Check(t, gradtest.Positive, func(_ *grad.Tracer, in []*grad.Value) *grad.Value { return f(in) }, []int{3, 2}, []int{3, 2}, []int{4, 3, 2})
		})
	}
}
