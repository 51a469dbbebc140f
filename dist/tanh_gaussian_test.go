package dist_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

func tanhGaussian(in []*grad.Value) dist.TanhGaussian {
	return dist.TanhGaussian{Base: dist.Gaussian{Mean: in[0], Deviation: in[1]}}
}

// The density integrates to 1, and its mean is that of tanh under the Gaussian.
func TestTanhGaussianAgreesWithQuadrature(t *testing.T) {
	const mean, deviation, points = 0.3, 0.8, 200001
	x := make([]float64, points)
	for i := range x {
		x[i] = 2*(float64(i)+0.5)/points - 1
	}
	logProb := compute(t, func(in []*grad.Value) *grad.Value { return tanhGaussian(in).LogProb(in[2]) },
		vector(mean), vector(deviation), array{[]int{points, 1}, x})
	total, average := 0.0, 0.0
	for i, l := range logProb {
		mass := math.Exp(l) * 2 / points
		total, average = total+mass, average+mass*x[i]
	}
	near(t, "total probability", total, 1, 1e-6)
	want := integral(func(y float64) float64 { return density(y, mean, deviation) * math.Tanh(y) })
	near(t, "mean", average, want, 1e-6)
}

// By hand: at x = 0 of a standard normal the slope of tanh is 1; two elements add up.
func TestTanhGaussianByHand(t *testing.T) {
	logProb := compute(t, func(in []*grad.Value) *grad.Value { return tanhGaussian(in).LogProb(in[2]) },
		vector(0), vector(1), matrix(1, 0, 0.5))[0]
	y := math.Atanh(0.5)
	near(t, "log-density", logProb, -math.Log(2*math.Pi)-y*y/2-math.Log(0.75), 1e-12)
}

// In float32 tanh(9.5) is 1: the log-density of the sample stays finite and right, and so does its
// gradient.
func TestTanhGaussianAtTheBounds(t *testing.T) {
	for _, y := range []float64{9.5, -9.5, 40, -40} {
		exact := -0.5*math.Log(2*math.Pi) - 2*(math.Ln2-math.Abs(y)-math.Log1p(math.Exp(-2*math.Abs(y))))
		result := compute32(t, func(in []*grad.Value) *grad.Value {
			d := dist.TanhGaussian{Base: dist.Gaussian{Mean: in[0], Deviation: in[1]}}
			sample, logProb := d.SampleWithLogProb(in[2])
			gradients := grad.Gradient(logProb.Sum(), in[0], in[1])
			return sample.Concat(0, logProb.KeepAxis(0), gradients[0], gradients[1], d.LogProb(sample).KeepAxis(0))
		}, vector(y), vector(1), vector(0))
		near(t, "sample", float64(result[0]), math.Copysign(1, y), 0)
		near(t, "log-density", float64(result[1]), exact, 1e-5*math.Abs(y))
		near(t, "gradient of the mean", float64(result[2]), math.Copysign(2, y), 1e-5)
		near(t, "gradient of the deviation", float64(result[3]), -1, 1e-5)
		if outer := float64(result[4]); math.IsInf(outer, 0) || math.IsNaN(outer) {
			t.Errorf("the log-density at the bound is %g", outer)
		}
	}
}

func TestTanhGaussianSampleAndNoiseAreInverse(t *testing.T) {
	noise := compute(t, func(in []*grad.Value) *grad.Value {
		d := tanhGaussian(in)
		return d.Noise(d.Sample(in[2]))
	}, vector(0.5, -1), vector(0.5, 1.2), vector(0.7, -1.3))
	nearAll(t, "noise", noise, []float64{0.7, -1.3}, 1e-12)
}

// Both ways to the log-density of a sample agree, the mode is within the bounds, and KL is that of
// the densities of tanh.
func TestTanhGaussianIsConsistent(t *testing.T) {
	mean, deviation, noise := vector(0.5, -1), vector(0.5, 1.2), matrix(1, 0.7, -1.3)
	difference := compute(t, func(in []*grad.Value) *grad.Value {
		sample, logProb := tanhGaussian(in).SampleWithLogProb(in[2])
		return tanhGaussian(in).LogProb(sample).Sub(logProb)
	}, mean, deviation, noise)
	near(t, "difference", difference[0], 0, 1e-12)
	mode := compute(t, func(in []*grad.Value) *grad.Value { return tanhGaussian(in).Mode() }, mean, deviation)
	nearAll(t, "mode", mode, []float64{math.Tanh(0.5), math.Tanh(-1)}, 1e-12)

	kl := compute(t, func(in []*grad.Value) *grad.Value {
		return tanhGaussian(in).KL(tanhGaussian(in[2:]).Stop())
	}, vector(0.3), vector(0.8), vector(-0.5), vector(1.7))
	want := integral(func(y float64) float64 {
		p := density(y, 0.3, 0.8)
		return p * (math.Log(p+1e-300) - math.Log(density(y, -0.5, 1.7)))
	})
	near(t, "KL", kl[0], want, 1e-9)
}

// At raw outputs of 0 the mean is 0 and the deviation 5; large ones keep the mean within ±5.
func TestDreamerTanhGaussian(t *testing.T) {
	head := compute(t, func(in []*grad.Value) *grad.Value {
		d := dist.DreamerTanhGaussian(in[0], in[1])
		return d.Base.Mean.Concat(0, d.Base.Deviation)
	}, vector(0, 100, 1), vector(0, -100, 1))
	nearAll(t, "head", head, []float64{0, 5, 5 * math.Tanh(0.2), 5.0001, 1e-4, math.Log1p((math.Expm1(5))*math.E) + 1e-4}, 1e-9)
}

func TestTanhGaussianGradients(t *testing.T) {
	inside := func(random *rand.Rand) float64 { return 0.1 + 0.8*random.Float64() }
	checkGradients(t, inside, map[string]func(in []*grad.Value) *grad.Value{
		"log-density": func(in []*grad.Value) *grad.Value { return tanhGaussian(in).LogProb(in[2]) },
		"sample":      func(in []*grad.Value) *grad.Value { return tanhGaussian(in).Sample(in[2]) },
		"noise":       func(in []*grad.Value) *grad.Value { return tanhGaussian(in).Noise(in[2]) },
		"own log-density": func(in []*grad.Value) *grad.Value {
			_, logProb := tanhGaussian(in).SampleWithLogProb(in[2])
			return logProb
		},
		"head": func(in []*grad.Value) *grad.Value { return dist.DreamerTanhGaussian(in[0], in[1]).Sample(in[2]) },
	}, []int{3, 2}, []int{3, 2}, []int{4, 3, 2})
}
