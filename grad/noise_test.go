package grad_test

import (
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

func TestUniformMoments(t *testing.T) {
	build := func(t *grad.Tracer) {
		x := t.Uniform(1, 200_000)
		t.Output("x", x)
		t.Output("mean", x.Mean())
		t.Output("square", x.Square().Mean())
		t.Output("gumbel", t.Gumbel(2, 200_000).Mean())
	}
	exact, quick := reference(t, build), fast(t, nil, build)
	exact.Run()
	quick.Run()
	const euler = 0.5772156649 // the mean of Gumbel's distribution
	near(t, "mean", exact.Output("mean"), []float64{0.5}, 0.005)
	near(t, "square", exact.Output("square"), []float64{1. / 3}, 0.005)
	near(t, "gumbel", exact.Output("gumbel"), []float64{euler}, 0.01)
	near(t, "fast gumbel", quick.Output("gumbel"), []float64{euler}, 0.01)
	for _, x := range quick.Output("x") {
		if !(x > 0 && x < 1) {
			t.Fatalf("%g is not inside of (0, 1)", x)
		}
	}
}

// The smallest number is half of the next, where the generator draws 0.
func TestUniformIsNeverZero(t *testing.T) {
	executable := fast(t, nil, func(t *grad.Tracer) { t.Output("least", t.Uniform(1, 1<<20).Neg().Maximum()) })
	least := float32(1)
	for step := uint64(0); least > 0x1p-25 && step < 100; step++ {
		executable.Seed(1, step)
		executable.Run()
		least = min(least, -executable.Output("least")[0])
	}
	equal(t, "least", []float32{least}, []float32{0x1p-25})
}

// Classes come up as often as their probability says, and differ between rows and runs.
func TestCategoricalFrequencies(t *testing.T) {
	const rows = 50_000
	executable := fast(t, nil, func(t *grad.Tracer) {
		logits := t.Input("logits", 3).Broadcast(rows, 3)
		t.Output("frequencies", t.Categorical(7, logits).OneHot(3).Mean(0))
	})
	logits := executable.Input("logits")
	for i, probability := range []float64{0.2, 0.7, 0.1} {
		logits[i] = float32(math.Log(probability)) + 3 // a shift changes nothing
	}
	executable.Run()
	first := slices.Clone(executable.Output("frequencies"))
	near(t, "frequencies", first, []float64{0.2, 0.7, 0.1}, 0.01)
	executable.Seed(1, 2)
	executable.Run()
	if slices.Equal(first, executable.Output("frequencies")) {
		t.Error("another seed draws the same classes")
	}
	contains(t, message(t, func(t *grad.Tracer) { t.Categorical(1, t.Input("x")) }), "categorical", "[]")
}

// Each step of a scan draws its own numbers, whether or not they depend on what is carried.
func TestUniformInAScan(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		zero := t.Value(grad.Scalar(0)).Broadcast(2)
		_, outputs := grad.Scan{Length: 3}.Run(t, []*grad.Value{zero}, nil, func(carry, _ []*grad.Value) (next, outputs []*grad.Value) {
			noise := t.Uniform(1, 2)
			return []*grad.Value{carry[0].Tanh().Add(noise)}, []*grad.Value{noise}
		})
		t.Output("noise", outputs[0])
	})
	executable.Run()
	noise := slices.Clone(executable.Output("noise"))
	slices.Sort(noise)
	equal(t, "different numbers", []int{len(slices.Compact(noise))}, []int{6})
}
