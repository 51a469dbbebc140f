package grad_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

// Rewards 1, 2, 3 at a discount of a half, by hand; and an episode's end in the middle.
func TestDiscountedReturns(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		rewards, discounts := t.Input("rewards", 3), t.Input("discounts", 3)
		t.Output("constant", rewards.BackwardRecurrence(grad.Scalar(0.5)))
		t.Output("ending", rewards.BackwardRecurrence(discounts))
		t.Output("trace", rewards.ForwardRecurrence(discounts))
		t.Output("repeated", rewards.BackwardRecurrence(t.Value(grad.Scalar(1)).Broadcast(3, 1)).Slice(1, 2, 3))
	})
	copy(executable.Input("rewards"), []float64{1, 2, 3})
	copy(executable.Input("discounts"), []float64{0.5, 0, 7})
	executable.Run()
	equal(t, "constant", executable.Output("constant"), []float64{2.75, 3.5, 3})
	equal(t, "ending", executable.Output("ending"), []float64{2, 2, 3})
	equal(t, "trace", executable.Output("trace"), []float64{1, 2, 17})
	equal(t, "repeated", executable.Output("repeated"), []float64{9, 6, 3})
}

// Both directions agree with the loop that defines them, on all kernels.
func TestRecurrencesAgreeWithTheirDefinition(t *testing.T) {
	for _, shape := range [][]int{{1}, {9}, {5, 1}, {1, 5}, {7, 3}, {3, 4, 5}, {200, 500}, {0, 3}, {3, 0}} {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			program := trace(t, func(t *grad.Tracer) {
				x, decay := t.Input("x", shape...), t.Input("decay", shape...).Tanh()
				t.Output("decay", decay)
				t.Output("backward", x.BackwardRecurrence(decay))
				t.Output("forward", x.ForwardRecurrence(decay))
			})
			random := rand.New(rand.NewPCG(1, 1))
			everySet(t, program, func(_ string, x []float32) { draw(x, random) }, []string{"x", "decay"}, []string{"backward", "forward"})
			executable, _ := grad.CompileReference(program)
			x := executable.Input("x")
			draw(x, random)
			draw(executable.Input("decay"), random)
			executable.Run()
			decay, width := executable.Output("decay"), max(1, len(x)/max(1, shape[0]))
			forward, backward := slices.Clone(x), slices.Clone(x)
			for i := width; i < len(x); i++ {
				forward[i] += decay[i] * forward[i-width]
			}
			for i := len(x) - width - 1; i >= 0; i-- {
				backward[i] += decay[i] * backward[i+width]
			}
			near(t, "forward", executable.Output("forward"), forward, 1e-13)
			near(t, "backward", executable.Output("backward"), backward, 1e-13)
		})
	}
}

func TestCumulativeSumAlongEachAxis(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		x := t.Input("x", 2, 2, 2)
		for axis := range 3 {
			t.Output(fmt.Sprint(axis), x.CumulativeSum(axis))
		}
		t.Output("last", x.CumulativeSum(-1))
	})
	copy(executable.Input("x"), []float64{1, 2, 3, 4, 5, 6, 7, 8})
	executable.Run()
	equal(t, "axis 0", executable.Output("0"), []float64{1, 2, 3, 4, 6, 8, 10, 12})
	equal(t, "axis 1", executable.Output("1"), []float64{1, 2, 4, 6, 5, 6, 12, 14})
	equal(t, "axis 2", executable.Output("2"), []float64{1, 3, 3, 7, 5, 11, 7, 15})
	equal(t, "axis -1", executable.Output("last"), executable.Output("2"))
}

// The gradients of both directions, to the values and to the decay, and their own gradients.
func TestGradientsOfRecurrences(t *testing.T) {
	for name, function := range map[string]func(x, decay *grad.Value) *grad.Value{
		"backward": func(x, decay *grad.Value) *grad.Value { return x.BackwardRecurrence(decay) },
		"forward":  func(x, decay *grad.Value) *grad.Value { return x.ForwardRecurrence(decay) },
		"sum":      func(x, decay *grad.Value) *grad.Value { return x.Square().CumulativeSum(1).Mul(decay) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, shapes := range [][2][]int{{{4, 2}, {4, 2}}, {{5, 1}, {5, 1}}, {{3, 2}, {}}, {{1, 2}, {3, 1}}} {
				gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value {
					return function(in[0], in[1])
				}, shapes[0], shapes[1])
				gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value {
					gradients := grad.Gradient(function(in[0], in[1]).Tanh().Sum(), in[0], in[1])
					return gradients[0].Square().Sum().Add(gradients[1].Square().Sum())
				}, shapes[0], shapes[1])
			}
		})
	}
}
