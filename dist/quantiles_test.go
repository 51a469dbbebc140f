package dist_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

// literalQuantileLoss is the double loop of the definition.
func literalQuantileLoss(quantiles, targets []float64, threshold float64) float64 {
	loss := 0.0
	for i, quantile := range quantiles {
		level := (2*float64(i) + 1) / (2 * float64(len(quantiles)))
		for _, target := range targets {
			u := target - quantile
			huber := u * u / 2
			if math.Abs(u) > threshold {
				huber = threshold * (math.Abs(u) - threshold/2)
			}
			weight := level
			if u < 0 {
				weight = 1 - level
			}
			loss += weight * huber / threshold / float64(len(targets))
		}
	}
	return loss
}

func TestQuantileLossAgreesWithTheDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	quantiles, targets := make([]float64, 2*5), make([]float64, 2*7)
	for i := range quantiles {
		quantiles[i] = random.NormFloat64()
	}
	for i := range targets {
		targets[i] = 2 * random.NormFloat64()
	}
	for _, threshold := range []float64{1, 0.3} {
		loss := compute(t, func(in []*grad.Value) *grad.Value { return dist.Quantiles{Values: in[0]}.Loss(in[1], threshold) },
			matrix(2, quantiles...), matrix(2, targets...))
		nearAll(t, "loss", loss, []float64{
			literalQuantileLoss(quantiles[:5], targets[:7], threshold),
			literalQuantileLoss(quantiles[5:], targets[7:], threshold),
		}, 1e-6)
	}
}

// With a small threshold the loss is least at the quantiles of the targets: of 1..100 the levels
// 1/8, 3/8, 5/8 and 7/8 are near 13, 38, 63 and 88.
func TestQuantileLossIsLeastAtTheQuantiles(t *testing.T) {
	targets := make([]float64, 100)
	for i := range targets {
		targets[i] = float64(i + 1)
	}
	gradient := compute(t, func(in []*grad.Value) *grad.Value {
		return grad.Gradient(dist.Quantiles{Values: in[0]}.Loss(in[1], 1e-3).Sum(), in[0])[0]
	}, matrix(3, 13, 38, 63, 88, 10, 35, 60, 85, 16, 41, 66, 91), matrix(1, targets...))
	for i, g := range gradient {
		if least := i < 4; least && math.Abs(g) > 0.011 || !least && g*(float64(i)-7.5) < 0.01 {
			t.Errorf("the gradient of quantile %d is %g", i, g)
		}
	}
}

func TestQuantileMeanByHand(t *testing.T) {
	mean := compute(t, func(in []*grad.Value) *grad.Value { return dist.Quantiles{Values: in[0]}.Stop().Mean() }, matrix(2, 1, 2, 6, -1, 0, 4))
	nearAll(t, "mean", mean, []float64{3, 1}, 1e-12)
}

func TestQuantileSample(t *testing.T) {
	inputs := []array{matrix(3, 1, 2, 3, 4, 10, 20, 30, 40, -1, -2, -3, -4), vector(0.3, 0, 0.9999)}
	sample := compute(t, func(in []*grad.Value) *grad.Value { return dist.Quantiles{Values: in[0]}.Sample(in[1]) }, inputs...)
	nearAll(t, "sample", sample, []float64{2, 10, -4}, 0)
	gradient := compute(t, func(in []*grad.Value) *grad.Value {
		return grad.Gradient(dist.Quantiles{Values: in[0]}.Sample(in[1]).Sum(), in[0])[0]
	}, inputs...)
	nearAll(t, "gradient", gradient, []float64{0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1}, 0)
}

func TestQuantileNoiseMakesTheSample(t *testing.T) {
	samples := vector(2, 10, -4)
	again := compute(t, func(in []*grad.Value) *grad.Value {
		q := dist.Quantiles{Values: in[0]}
		return q.Sample(q.Noise(in[1]))
	}, matrix(3, 1, 2, 3, 4, 10, 20, 30, 40, -1, -2, -3, -4), samples)
	nearAll(t, "sample", again, samples.data, 0)
}

func TestQuantileGradients(t *testing.T) {
	targets := vector(-1.5, 0.2, 2)
	gradtest.Check(t, gradtest.Normal, func(tracer *grad.Tracer, in []*grad.Value) *grad.Value {
		constant := grad.NewParameter(3)
		for i, x := range targets.data {
			constant.Data[i] = float32(x)
		}
		return dist.Quantiles{Values: in[0]}.Loss(tracer.Value(constant).Broadcast(2, 3), 0.5)
	}, []int{2, 4})
}
