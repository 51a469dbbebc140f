package dist_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

func mixture(in []*grad.Value) dist.MixtureOfGaussians {
	return dist.MixtureOfGaussians{Logits: in[0], Components: dist.Gaussian{Mean: in[1], Deviation: in[2]}}
}

// Three components over two dimensions, against the sum of the densities.
func TestMixtureAgreesWithTheSumOfDensities(t *testing.T) {
	logits, mean, deviation := matrix(1, 0.5, -1, 0.2), array{[]int{1, 3, 2}, []float64{0, 1, -1, 2, 3, 0.5}}, array{[]int{1, 3, 2}, []float64{1, 0.5, 2, 0.7, 0.3, 1}}
	x := []float64{0.4, 0.9}
	weights, want := softmax(logits.data), 0.0
	for k, w := range weights {
		want += w * density(x[0], mean.data[2*k], deviation.data[2*k]) * density(x[1], mean.data[2*k+1], deviation.data[2*k+1])
	}
	logProb := compute(t, func(in []*grad.Value) *grad.Value { return mixture(in).LogProb(in[3]) }, logits, mean, deviation, matrix(1, x...))
	nearAll(t, "log-density", logProb, []float64{math.Log(want)}, 1e-12)

	average := compute(t, func(in []*grad.Value) *grad.Value { return mixture(in).Mean() }, logits, mean, deviation)
	nearAll(t, "mean", average, []float64{-weights[1] + 3*weights[2], weights[0] + 2*weights[1] + 0.5*weights[2]}, 1e-12)
}

// Far from every component, where all densities are 0 in floating point, the log-density is finite.
func TestMixtureIsStable(t *testing.T) {
	logProb := compute32(t, func(in []*grad.Value) *grad.Value { return mixture(in).Stop().LogProb(in[3]) },
		matrix(1, 0, 0), array{[]int{1, 2, 1}, []float64{0, 0}}, array{[]int{1, 2, 1}, []float64{1, 1}}, matrix(1, 1000))
	near(t, "log-density", float64(logProb[0]), -500000-0.5*math.Log(2*math.Pi), 0.1)
}

// The first noise picks the component, the second the place in it; the gradient reaches that
// component alone.
func TestMixtureSample(t *testing.T) {
	inputs := []array{
		matrix(1, 0, 0), {[]int{1, 2, 1}, []float64{-5, 5}}, {[]int{1, 2, 1}, []float64{1, 2}},
		matrix(2, 0.9, 0.1, 0.1, 0.9), matrix(2, 0.5, -0.5),
	}
	sample := compute(t, func(in []*grad.Value) *grad.Value { return mixture(in).Sample(in[3], in[4]) }, inputs...)
	nearAll(t, "sample", sample, []float64{-4.5, 4}, 1e-12)
	gradient := compute(t, func(in []*grad.Value) *grad.Value {
		return grad.Gradient(mixture(in).Sample(in[3], in[4]).Slice(0, 0, 1).Sum(), in[2])[0]
	}, inputs...)
	nearAll(t, "gradient of the deviations", gradient, []float64{0.5, 0}, 1e-12)
}

// Whatever is picked, the noise gives the sample again; where the components lie far apart it is the
// near one that is picked.
func TestMixtureNoiseMakesTheSample(t *testing.T) {
	components := []array{matrix(1, 0, 1), {[]int{1, 2, 1}, []float64{-5, 5}}, {[]int{1, 2, 1}, []float64{1, 2}}}
	samples, uniform := matrix(4, -4.5, 4, 0.2, -0.3), matrix(4, 0.9, 0.1, 0.2, 0.7, 0.05, 0.9, 0.5, 0.5)
	both := compute(t, func(in []*grad.Value) *grad.Value {
		choice, noise := mixture(in).Noise(in[3], in[4], in[4])
		return mixture(in).Sample(choice, noise).Concat(0, noise)
	}, append(components, samples, uniform)...)
	nearAll(t, "sample", both[:4], samples.data, 1e-12)
	nearAll(t, "noise", both[4:6], []float64{0.5, -0.5}, 1e-12)
}

func TestMixtureGradients(t *testing.T) {
	checkGradients(t, gradtest.Positive, map[string]func(in []*grad.Value) *grad.Value{
		"log-density": func(in []*grad.Value) *grad.Value { return mixture(in).LogProb(in[3]) },
		"mean":        func(in []*grad.Value) *grad.Value { return mixture(in).Mean() },
	}, []int{2, 3}, []int{2, 3, 2}, []int{2, 3, 2}, []int{2, 2})
}
