package grad_test

import (
	"fmt"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

func TestGradientOfWhatIsNotUsedIsZero(t *testing.T) {
	unused, used := grad.NewParameter(2, 3).Filled(5), parameterOf(2)
	executable := reference(t, func(t *grad.Tracer) {
		early := t.Input("early", 2)
		loss := t.Value(used).Square().Sum()
		late := t.Input("late", 3)
		for i, gradient := range grad.Gradient(loss, early, unused, used, late) {
			t.Output(fmt.Sprint(i), gradient)
		}
	})
	executable.Run()
	equal(t, "early", executable.Output("0"), make([]float64, 2))
	equal(t, "unused", executable.Output("1"), make([]float64, 6))
	equal(t, "used", executable.Output("2"), []float64{4})
	equal(t, "late", executable.Output("3"), make([]float64, 3))
}

func TestBlockedGradients(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		x := t.Input("x", 2)
		flows := func(v *grad.Value) *grad.Value { return grad.Gradient(v.Sum(), x)[0] }
		t.Output("stop", flows(x.Square().Stop()))
		t.Output("half stopped", flows(x.Mul(x.Stop())))
		t.Output("sign", flows(x.Sign()))
		t.Output("greater", flows(x.Greater(one)))
		t.Output("maximum", flows(x.Maximum()))
		t.Output("call", flows(t.Call("f", []int{2}, func(_ []float64, _ [][]float64) {}, x)))
	})
	copy(executable.Input("x"), []float64{3, -2})
	executable.Run()
	for _, name := range []string{"stop", "sign", "greater", "maximum", "call"} {
		equal(t, name, executable.Output(name), []float64{0, 0})
	}
	equal(t, "half stopped", executable.Output("half stopped"), []float64{3, -2})
}

// At a tie the gradient of Max and Min goes to the operand, and Clip's is 0.
func TestGradientsAtTies(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		x, y := t.Input("x", 1), t.Input("y", 1)
		for name, v := range map[string]*grad.Value{"max": x.Max(y), "min": x.Min(y), "clip": x.Clip(-1, 1), "relu": x.Sub(one).ReLU(), "abs": x.Sub(y).Abs()} {
			gradients := grad.Gradient(v.Sum(), x, y)
			t.Output(name+" x", gradients[0])
			t.Output(name+" y", gradients[1])
		}
	})
	executable.Input("x")[0], executable.Input("y")[0] = 1, 1
	executable.Run()
	for name, want := range map[string]float64{
		"max x": 0, "max y": 1, "min x": 0, "min y": 1, "clip x": 0, "relu x": 0, "abs x": 0, "abs y": 0,
	} {
		equal(t, name, executable.Output(name), []float64{want})
	}
}

// The gradient with respect to a value on the way is the sum over everything that uses it, and does
// not stop the gradient to what it was made from.
func TestGradientOfIntermediateValues(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		x := t.Input("x")
		y := x.Square()
		loss := y.Mul(y).Add(y.Mul(grad.Scalar(3)))
		gradients := grad.Gradient(loss, y, x, loss)
		for i, gradient := range gradients {
			t.Output(fmt.Sprint(i), gradient)
		}
	})
	executable.Input("x")[0] = 2
	executable.Run()
	equal(t, "y", executable.Output("0"), []float64{2*4 + 3})
	equal(t, "x", executable.Output("1"), []float64{(2*4 + 3) * 2 * 2})
	equal(t, "loss", executable.Output("2"), []float64{1})
}

func transposed(shape []int, flag bool) []int {
	if flag {
		return []int{shape[1], shape[0]}
	}
	return shape
}

// Each combination of transposed operands has the right product, gradient and second derivative.
func TestTransposedProducts(t *testing.T) {
	for _, flags := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
		product := func(in []*grad.Value) *grad.Value { return in[0].MatMulTransposed(in[1], flags[0], flags[1]) }
		a, b := transposed([]int{3, 4}, flags[0]), transposed([]int{4, 2}, flags[1])
		t.Run(fmt.Sprint(flags), func(t *testing.T) {
			checkProduct(t, product, flags, a, b)
			gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value { return product(in) }, a, b)
			gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value {
				gradients := grad.Gradient(product(in).Tanh().Sum(), in[0], in[1])
				return gradients[0].Square().Sum().Add(gradients[1].Square().Sum())
			}, a, b)
		})
	}
}

// checkProduct compares with the product of explicitly transposed operands.
func checkProduct(t *testing.T, product func(in []*grad.Value) *grad.Value, flags [2]bool, a, b []int) {
	t.Helper()
	executable := reference(t, func(t *grad.Tracer) {
		in := []*grad.Value{t.Normal(1, a...), t.Normal(2, b...)}
		plain := make([]*grad.Value, 2)
		for i := range in {
			if plain[i] = in[i]; flags[i] {
				plain[i] = in[i].Transpose(1, 0)
			}
		}
		t.Output("got", product(in))
		t.Output("want", plain[0].MatMul(plain[1]))
	})
	executable.Run()
	near(t, "product", executable.Output("got"), executable.Output("want"), 1e-12)
}

// A penalty on the norm of a network's gradient, whose own gradient goes through every product again.
func TestSecondOrderThroughANetwork(t *testing.T) {
	gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value {
		x, first, second := in[0], in[1], in[2]
		hidden := x.MatMul(first).Standardise(0.1).Tanh()
		loss := hidden.MatMul(second).Add(in[3]).ELU().Softplus().Mean()
		penalty := loss
		for _, gradient := range grad.Gradient(loss, first, second, in[3]) {
			penalty = penalty.Add(gradient.Square().Sum())
		}
		return penalty
	}, []int{3, 4}, []int{4, 5}, []int{5, 2}, []int{2})
}
