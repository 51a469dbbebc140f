package dist_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

func TestTwoHotByHand(t *testing.T) {
	support := dist.LinearSupport(-1, 1, 5)
	weights := compute(t, func(in []*grad.Value) *grad.Value { return support.TwoHot(in[0]) }, vector(0.125, -1, 1, 0.5, -7, 7))
	nearAll(t, "two-hot", weights, []float64{
		0, 0, 0.75, 0.25, 0,
		1, 0, 0, 0, 0,
		0, 0, 0, 0, 1,
		0, 0, 0, 1, 0,
		1, 0, 0, 0, 0,
		0, 0, 0, 0, 1,
	}, 1e-6)
}

// In float32, as in training, what is spread over DreamerV3's atoms has the same mean again.
func TestTwoHotDecodesToTheSameValue(t *testing.T) {
	support := dist.SymexpSupport(-20, 20, 255)
	values := vector(0, 0.01, -0.3, 1, -2.5, 40, 999, -123456, 3e8)
	decoded := compute32(t, func(in []*grad.Value) *grad.Value { return support.Mean(support.TwoHot(in[0])) }, values)
	for i, want := range values.data {
		near(t, "decoded value", float64(decoded[i]), want, 1e-5*(1e-2+math.Abs(want)))
	}
}

// A network whose last layer is 0 starts with a prediction of exactly 0.
func TestMeanOfEqualProbabilitiesIsZero(t *testing.T) {
	mean := compute32(t, func(in []*grad.Value) *grad.Value {
		return dist.ValueDistribution{Support: dist.SymexpSupport(-20, 20, 255), Logits: in[0]}.Mean()
	}, array{[]int{1, 255}, make([]float64, 255)})
	near(t, "mean", float64(mean[0]), 0, 0)
}

// The numbers are worked out by hand: atoms -1, -0.5, 0, 0.5, 1; reward 0.3, discount 0.9.
func TestBackupByHand(t *testing.T) {
	backup := compute(t, func(in []*grad.Value) *grad.Value {
		return dist.ValueDistribution{Support: dist.LinearSupport(-1, 1, 5), Logits: in[0]}.Backup(in[1], in[2])
	}, matrix(2, -99, -99, -99, 0, -99, 0, 0, 0, 0, 0), vector(0.3, 0.3), vector(0.9, 0.9))
	nearAll(t, "backup", backup, []float64{0, 0, 0, 0.5, 0.5, 0.04, 0.22, 0.22, 0.22, 0.30}, 1e-6)
}

// Within the support the projection keeps the mean: E[r + γ z] = r + γ E[z].
func TestBackupKeepsTheMean(t *testing.T) {
	difference := compute(t, func(in []*grad.Value) *grad.Value {
		v := dist.ValueDistribution{Support: dist.LinearSupport(-2, 5, 8), Logits: in[0]}
		mean := v.Support.Mean(v.Backup(in[1], in[2]))
		return mean.Sub(v.Mean().Mul(in[2])).Sub(in[1])
	}, matrix(2, 1, 0, 0.5, -2, 3, 1, 0, 0.1, 0, 0, 2, 2, -1, 0, 1, 4), vector(0.1, -0.2), vector(0.7, 0.9))
	nearAll(t, "difference of means", difference, []float64{0, 0}, 1e-6)
}

func TestValueDistributionAgreesWithEnumeration(t *testing.T) {
	logits, others := []float64{0.3, -1, 2}, []float64{1, 0, -1}
	p, q := softmax(logits), softmax(others)
	support := dist.LinearSupport(0, 10, 3)
	run := func(f func(v dist.ValueDistribution, in []*grad.Value) *grad.Value) []float64 {
		return compute(t, func(in []*grad.Value) *grad.Value {
			return f(dist.ValueDistribution{Support: support, Logits: in[0]}, in)
		}, matrix(1, logits...), vector(4), matrix(1, others...), matrix(1, 0.999, 0.5, 0.5))
	}
	type v = dist.ValueDistribution
	entropy, kl := 0.0, 0.0
	for i := range p {
		entropy -= p[i] * math.Log(p[i])
		kl += p[i] * math.Log(p[i]/q[i])
	}
	for what, test := range map[string]struct {
		f    func(v v, in []*grad.Value) *grad.Value
		want float64
	}{
		"mean":           {func(v v, _ []*grad.Value) *grad.Value { return v.Mean() }, 5*p[1] + 10*p[2]},
		"log-likelihood": {func(v v, in []*grad.Value) *grad.Value { return v.LogProb(in[1]) }, 0.2*math.Log(p[0]) + 0.8*math.Log(p[1])},
		"entropy":        {func(v v, _ []*grad.Value) *grad.Value { return v.Entropy() }, entropy},
		"KL":             {func(a v, in []*grad.Value) *grad.Value { return a.KL(v{support, in[2]}.Stop()) }, kl},
		"mode":           {func(v v, _ []*grad.Value) *grad.Value { return v.Mode() }, 10},
		"sample":         {func(v v, in []*grad.Value) *grad.Value { return v.Sample(in[3]) }, 0},
	} {
		nearAll(t, what, run(test.f), []float64{test.want}, 1e-6)
	}
}

func TestValueDistributionNoiseMakesTheSample(t *testing.T) {
	samples := vector(-20, 0, 5, 20)
	again := compute(t, func(in []*grad.Value) *grad.Value {
		v := dist.ValueDistribution{Support: dist.LinearSupport(-20, 20, 9), Logits: in[0]}
		return v.Sample(v.Noise(in[1], in[2]))
	}, matrix(1, 3, 1, 2, -1, 0, 0, 4, 1, -2), samples, matrix(1, 0.1, 0.9, 0.3, 0.5, 0.2, 0.7, 0.99, 0.01, 0.4))
	nearAll(t, "sample", again, samples.data, 1e-12)
}

func TestSupportsAreChecked(t *testing.T) {
	for name, make := range map[string]func(){
		"one atom":   func() { dist.LinearSupport(0, 1, 1) },
		"no range":   func() { dist.SymexpSupport(2, 2, 5) },
		"wrong ends": func() { dist.LinearSupport(1, -1, 5) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			make()
		})
	}
}

func TestValueDistributionGradients(t *testing.T) {
	value := func(v *grad.Value) dist.ValueDistribution {
		return dist.ValueDistribution{Support: dist.LinearSupport(-3, 3, 4), Logits: v}
	}
	checkGradients(t, gradtest.Normal, map[string]func(in []*grad.Value) *grad.Value{
		"mean":           func(in []*grad.Value) *grad.Value { return value(in[0]).Mean() },
		"log-likelihood": func(in []*grad.Value) *grad.Value { return value(in[0]).LogProb(in[1].Tanh()) },
		"backup":         func(in []*grad.Value) *grad.Value { return value(in[0]).Backup(in[1].Tanh(), in[1].Sigmoid()) },
		"KL":             func(in []*grad.Value) *grad.Value { return value(in[0]).KL(value(in[0].Tanh())) },
	}, []int{2, 4}, []int{2})
}
