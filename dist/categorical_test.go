package dist_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

func TestCategoricalAgreesWithEnumeration(t *testing.T) {
	logits, others := []float64{0.3, -1.2, 2.5, 0}, []float64{1, 1, -0.5, 0.2}
	p, q := softmax(logits), softmax(others)
	entropy, kl := 0.0, 0.0
	for i := range p {
		entropy -= p[i] * math.Log(p[i])
		kl += p[i] * math.Log(p[i]/q[i])
	}
	run := func(f func(a, b dist.Categorical) *grad.Value) []float64 {
		return compute(t, func(in []*grad.Value) *grad.Value {
			return f(dist.Categorical{Logits: in[0]}, dist.Categorical{Logits: in[1]})
		}, matrix(1, logits...), matrix(1, others...))
	}
	nearAll(t, "probabilities", run(func(a, _ dist.Categorical) *grad.Value { return a.Probabilities() }), p, 1e-12)
	nearAll(t, "entropy", run(func(a, _ dist.Categorical) *grad.Value { return a.Entropy() }), []float64{entropy}, 1e-12)
	nearAll(t, "KL", run(func(a, b dist.Categorical) *grad.Value { return a.KL(b) }), []float64{kl}, 1e-12)
	nearAll(t, "mode", run(func(a, _ dist.Categorical) *grad.Value { return a.Mode() }), []float64{0, 0, 1, 0}, 0)
	nearAll(t, "log-probability of the mode", run(func(a, _ dist.Categorical) *grad.Value { return a.LogProb(a.Mode()) }), []float64{math.Log(p[2])}, 1e-12)
	nearAll(t, "unimix", run(func(a, _ dist.Categorical) *grad.Value { return a.Unimix(0.2).Probabilities() }),
		[]float64{0.8*p[0] + 0.05, 0.8*p[1] + 0.05, 0.8*p[2] + 0.05, 0.8*p[3] + 0.05}, 1e-12)
}

// Of classes that are equally likely the mode is the first, not all of them.
func TestCategoricalModeOfEqualLogits(t *testing.T) {
	mode := compute(t, func(in []*grad.Value) *grad.Value { return dist.Categorical{Logits: in[0]}.Mode() },
		matrix(2, 0, 0, 0, -1, 3, 3))
	nearAll(t, "mode", mode, []float64{1, 0, 0, 0, 1, 0}, 0)
}

// Over a fine grid of the noise each class wins the share that is its probability.
func TestCategoricalSamplesHaveTheirProbability(t *testing.T) {
	const side = 200
	noise := make([]float64, 0, 2*side*side)
	for i := range side {
		for j := range side {
			noise = append(noise, (float64(i)+0.5)/side, (float64(j)+0.5)/side)
		}
	}
	samples := compute(t, func(in []*grad.Value) *grad.Value { return dist.Categorical{Logits: in[0]}.Sample(in[1]) },
		matrix(1, 0.4, -0.7), array{[]int{side * side, 2}, noise})
	count := 0.0
	for i := 0; i < len(samples); i += 2 {
		near(t, "sum of a sample", samples[i]+samples[i+1], 1, 0)
		count += samples[i]
	}
	near(t, "frequency of the first class", count/side/side, softmax([]float64{0.4, -0.7})[0], 1e-3)
}

// Noise made for a class picks that class; weighted by the probabilities of the classes it has the
// moments of a uniform number, 1/2 and 1/3, and of two independent ones, 1/4.
func TestCategoricalNoiseMakesTheSample(t *testing.T) {
	const side = 100
	logits := []float64{0.4, -0.7}
	fresh := make([]float64, 0, 2*side*side)
	for i := range side {
		for j := range side {
			fresh = append(fresh, (float64(i)+0.5)/side, (float64(j)+0.5)/side)
		}
	}
	first, square, product := 0.0, 0.0, 0.0
	for class, p := range softmax(logits) {
		sample := vector(float64(1-class), float64(class))
		both := compute(t, func(in []*grad.Value) *grad.Value {
			c := dist.Categorical{Logits: in[0]}
			noise := c.Noise(in[1].Broadcast(side*side, 2), in[2])
			return noise.Concat(0, c.Sample(noise))
		}, matrix(1, logits...), sample, array{[]int{side * side, 2}, fresh})
		noise, samples := both[:len(fresh)], both[len(fresh):]
		for i := 0; i < len(noise); i += 2 {
			if samples[i] != sample.data[0] || samples[i+1] != sample.data[1] {
				t.Fatalf("noise %v made for class %d gives %v", noise[i:i+2], class, samples[i:i+2])
			}
			first += p * noise[i] / side / side
			square += p * noise[i+1] * noise[i+1] / side / side
			product += p * noise[i] * noise[i+1] / side / side
		}
	}
	near(t, "mean", first, 1.0/2, 1e-3)
	near(t, "mean square", square, 1.0/3, 1e-3)
	near(t, "mean product", product, 1.0/4, 1e-3)
}

// The sample's gradient is that of the probabilities.
func TestCategoricalSampleIsStraightThrough(t *testing.T) {
	gradients := compute(t, func(in []*grad.Value) *grad.Value {
		c := dist.Categorical{Logits: in[0]}
		straight := grad.Gradient(c.Sample(in[1]).Mul(in[2]).Sum(), in[0])[0]
		return straight.Sub(grad.Gradient(c.Probabilities().Mul(in[2]).Sum(), in[0])[0])
	}, matrix(2, 1, 2, 3, 4, 5, 6), matrix(2, 0.1, 0.5, 0.9, 0.2, 0.3, 0.7), matrix(2, 1, -2, 3, 0.5, 4, -1))
	nearAll(t, "difference of the gradients", gradients, make([]float64, 6), 1e-12)
}

func TestMultiCategoricalAddsUpItsGroups(t *testing.T) {
	logits, noise := []float64{0.3, -1.2, 2.5, 1, 1, -0.5}, []float64{0.5, 0.5, 0.5, 0.2, 0.9, 0.5}
	run := func(f func(m dist.MultiCategorical, noise *grad.Value) *grad.Value) []float64 {
		return compute(t, func(in []*grad.Value) *grad.Value {
			return f(dist.MultiCategorical{Categorical: dist.Categorical{Logits: in[0]}}, in[1])
		}, array{[]int{1, 2, 3}, logits}, array{[]int{1, 2, 3}, noise})
	}
	p, q := softmax(logits[:3]), softmax(logits[3:])
	nearAll(t, "sample", run(func(m dist.MultiCategorical, noise *grad.Value) *grad.Value { return m.Sample(noise) }),
		[]float64{0, 0, 1, 0, 1, 0}, 0)
	nearAll(t, "log-probability", run(func(m dist.MultiCategorical, noise *grad.Value) *grad.Value { return m.LogProb(m.Sample(noise)) }),
		[]float64{math.Log(p[2] * q[1])}, 1e-12)
	entropy := 0.0
	for i := range p {
		entropy -= p[i]*math.Log(p[i]) + q[i]*math.Log(q[i])
	}
	nearAll(t, "entropy", run(func(m dist.MultiCategorical, _ *grad.Value) *grad.Value { return m.Entropy() }), []float64{entropy}, 1e-12)
	nearAll(t, "KL from itself", run(func(m dist.MultiCategorical, _ *grad.Value) *grad.Value { return m.KL(m.Stop()) }), []float64{0, 0}, 1e-12)
	if mixed := run(func(m dist.MultiCategorical, _ *grad.Value) *grad.Value { return m.Unimix(1).Probabilities() }); len(mixed) != 6 || math.Abs(mixed[5]-1.0/3) > 1e-12 {
		t.Errorf("all uniform, the probabilities are %v", mixed)
	}
}

func TestCategoricalGradients(t *testing.T) {
	categorical := func(v *grad.Value) dist.Categorical { return dist.Categorical{Logits: v} }
	checkGradients(t, gradtest.Normal, map[string]func(in []*grad.Value) *grad.Value{
		"log-probability": func(in []*grad.Value) *grad.Value { return categorical(in[0]).LogProb(in[1]) },
		"entropy":         func(in []*grad.Value) *grad.Value { return categorical(in[0]).Entropy() },
		"KL":              func(in []*grad.Value) *grad.Value { return categorical(in[0]).KL(categorical(in[1])) },
		"unimix":          func(in []*grad.Value) *grad.Value { return categorical(in[0]).Unimix(0.1).KL(categorical(in[1])) },
		"groups": func(in []*grad.Value) *grad.Value {
			m := dist.MultiCategorical{Categorical: categorical(in[0])}
			return m.LogProb(in[1]).Add(m.Entropy())
		},
	}, []int{2, 3, 4}, []int{2, 3, 4})
}
