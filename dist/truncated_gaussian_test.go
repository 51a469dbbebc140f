package dist_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

func truncated(in []*grad.Value) dist.TruncatedGaussian {
	return dist.TruncatedGaussian{Mean: in[0], Deviation: in[1]}
}

// truncatedDensity is the Gaussian density over its integral within the bounds.
func truncatedDensity(mean, deviation float64) func(x float64) float64 {
	mass := within(func(x float64) float64 { return density(x, mean, deviation) })
	return func(x float64) float64 { return density(x, mean, deviation) / mass }
}

// within integrates f over [-1, 1].
func within(f func(x float64) float64) float64 {
	const points = 20000
	sum := 0.0
	for i := range points {
		sum += f(2*(float64(i)+0.5)/points-1) * 2 / points
	}
	return sum
}

func TestTruncatedGaussianAgreesWithQuadrature(t *testing.T) {
	for _, g := range [][2]float64{{0.3, 0.4}, {-1, 0.2}, {0.9, 2.1}, {1.2, 0.5}} {
		p, q := truncatedDensity(g[0], g[1]), truncatedDensity(-0.5, 0.7)
		run := func(f func(in []*grad.Value) *grad.Value) float64 {
			return compute(t, f, vector(g[0]), vector(g[1]), vector(-0.5), vector(0.7), vector(0.35))[0]
		}
		near(t, "log-density", run(func(in []*grad.Value) *grad.Value { return truncated(in).LogProb(in[4]) }), math.Log(p(0.35)), 1e-7)
		near(t, "entropy", run(func(in []*grad.Value) *grad.Value { return truncated(in).Entropy() }),
			within(func(x float64) float64 { return -p(x) * math.Log(p(x)) }), 1e-6)
		near(t, "average", run(func(in []*grad.Value) *grad.Value { return truncated(in).Average() }),
			within(func(x float64) float64 { return p(x) * x }), 1e-7)
		near(t, "KL", run(func(in []*grad.Value) *grad.Value { return truncated(in).KL(truncated(in[2:]).Stop()) }),
			within(func(x float64) float64 { return p(x) * math.Log(p(x)/q(x)) }), 1e-6)
		near(t, "mode", run(func(in []*grad.Value) *grad.Value { return truncated(in).Mode() }), min(g[0], 1), 0)
	}
}

// The noise is the place of the sample in the distribution function.
func TestTruncatedGaussianSample(t *testing.T) {
	const mean, deviation = 0.4, 0.6
	p, noise := truncatedDensity(mean, deviation), []float64{0, 1e-6, 0.1, 0.5, 0.9, 1 - 1e-6, 1}
	sample := compute(t, func(in []*grad.Value) *grad.Value { return truncated(in).Sample(in[2]) }, vector(mean), vector(deviation), vector(noise...))
	for i, x := range sample {
		below := within(func(y float64) float64 { return (x + 1) / 2 * p((y+1)/2*(x+1)-1) })
		near(t, "probability below the sample", below, noise[i], 1e-7)
	}
	again := compute(t, func(in []*grad.Value) *grad.Value { return truncated(in).Noise(truncated(in).Sample(in[2])) }, vector(mean), vector(deviation), vector(noise...))
	nearAll(t, "noise", again, noise, 1e-9)
}

// In float32 samples stay within the bounds whatever the noise, and their densities are finite.
func TestTruncatedGaussianIsStable(t *testing.T) {
	mean, deviation := vector(-1, 1, 0, 0.999), vector(0.1, 0.1, 0.1, 2)
	noise := matrix(5, 0, 0, 0, 0, 1, 1, 1, 1, 1e-7, 1e-7, 1e-7, 1e-7, 1-1e-7, 1-1e-7, 1-1e-7, 1-1e-7, 0.5, 0.5, 0.5, 0.5)
	result := compute32(t, func(in []*grad.Value) *grad.Value {
		g := truncated(in)
		sample := g.Sample(in[2])
		gradient := grad.Gradient(sample.Sum(), in[0], in[1])
		return flat(sample, g.LogProb(sample), gradient[0], gradient[1], g.Entropy(), g.KL(truncated([]*grad.Value{in[0].Neg(), in[1]})))
	}, mean, deviation, noise)
	for i, x := range result {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) || i < len(noise.data) && math.Abs(float64(x)) > 1 {
			t.Errorf("element %d is %g", i, x)
		}
	}
}

func TestDreamerTruncatedGaussianByHand(t *testing.T) {
	head := compute(t, func(in []*grad.Value) *grad.Value {
		g := dist.DreamerTruncatedGaussian(in[0], in[1])
		return g.Mean.Concat(0, g.Deviation)
	}, vector(0, 50, -0.5), vector(0, 100, -100))
	nearAll(t, "head", head, []float64{0, 1, math.Tanh(-0.5), 1.1, 2.1, 0.1}, 1e-9)
}

func TestTruncatedGaussianGradients(t *testing.T) {
	inside := func(random *rand.Rand) float64 { return 0.1 + 0.8*random.Float64() }
	checkGradients(t, inside, map[string]func(in []*grad.Value) *grad.Value{
		"log-density": func(in []*grad.Value) *grad.Value { return truncated(in).LogProb(in[2]) },
		"entropy":     func(in []*grad.Value) *grad.Value { return truncated(in).Entropy() },
		"average":     func(in []*grad.Value) *grad.Value { return truncated(in).Average() },
		"sample":      func(in []*grad.Value) *grad.Value { return truncated(in).Sample(in[2]) },
		"noise":       func(in []*grad.Value) *grad.Value { return truncated(in).Noise(in[2]) },
		"KL":          func(in []*grad.Value) *grad.Value { return truncated(in).KL(truncated([]*grad.Value{in[1], in[0]})) },
	}, []int{3, 2}, []int{3, 2}, []int{3, 2})
}
