package grad_test

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

// The value is hard's to the last bit, and the gradient is soft's; soft itself is not computed.
func TestStraightThrough(t *testing.T) {
	program := trace(t, func(t *grad.Tracer) {
		x := t.Input("x", 3)
		chosen := grad.StraightThrough(x.Mul(grad.Scalar(0.1)), x.Exp().Add(x))
		t.Output("value", chosen)
		t.Output("gradient", grad.Gradient(chosen.Mul(t.Input("weights", 3)).Sum(), x)[0])
	})
	equal(t, "sums", []int{count(program, "add")}, []int{1}) // that of the gradients of exp(x) + x
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	copy(executable.Input("x"), []float64{0, 0, 3})
	copy(executable.Input("weights"), []float64{1, 2, 0})
	executable.Run()
	tenth := 0.1
	equal(t, "value", executable.Output("value"), []float64{0, 0, 3 * tenth})
	equal(t, "gradient", executable.Output("gradient"), []float64{2, 4, 0})
}

// A gradient of one's own replaces the value's, may be nil, and reaches only what is named.
func TestWithGradientReplacesTheGradient(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		x, y, z := t.Input("x"), t.Input("y"), t.Input("z")
		rule := func(_, g *grad.Value, _ []*grad.Value) []*grad.Value { return []*grad.Value{g.Clip(-1, 1), nil} }
		for name, scale := range map[string]float64{"small": 0.5, "large": 20} {
			made := x.Mul(z).WithGradient(rule, x, y)
			gradients := grad.Gradient(made.Mul(grad.Scalar(scale)), x, y, z)
			t.Output(name, gradients[0])
			t.Output(name+" others", gradients[1].Abs().Add(gradients[2].Abs()))
		}
	})
	executable.Input("x")[0], executable.Input("z")[0] = 3, 5
	executable.Run()
	equal(t, "small", executable.Output("small"), []float64{0.5})
	equal(t, "large", executable.Output("large"), []float64{1})
	equal(t, "others", executable.Output("large others"), []float64{0})
}

// The gradient is traced, so it has gradients itself.
func TestWithGradientOfHigherOrder(t *testing.T) {
	gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value {
		cube := in[0].Square().Mul(in[0]).WithGradient(func(y, g *grad.Value, in []*grad.Value) []*grad.Value {
			return []*grad.Value{g.Mul(y).Div(in[0]).Mul(grad.Scalar(3))}
		}, in[0])
		return grad.Gradient(cube.Sum(), in[0])[0].Square()
	}, []int{4})
}

func TestErrorsOfCustomGradients(t *testing.T) {
	for _, c := range []struct {
		rule grad.GradientFunc
		says []string
	}{
		{func(_, _ *grad.Value, _ []*grad.Value) []*grad.Value { return nil }, []string{"with gradient", "0 gradients", "1 inputs"}},
		{func(_, g *grad.Value, _ []*grad.Value) []*grad.Value { return []*grad.Value{g.Sum()} }, []string{"with gradient", "gradient 0", "[]", "[3]"}},
	} {
		contains(t, message(t, func(t *grad.Tracer) {
			x := t.Input("x", 3)
			grad.Gradient(x.WithGradient(c.rule, x).Sum(), x)
		}), append(c.says, "custom_gradient_test.go")...)
	}
}

// In a scan, whose gradient goes through a copy of the body, both have the gradients of plain values.
func TestCustomGradientsInAScan(t *testing.T) {
	steps := func(step func(x *grad.Value) *grad.Value) func(tr *grad.Tracer, in []*grad.Value) []*grad.Value {
		return func(tr *grad.Tracer, in []*grad.Value) []*grad.Value {
			body := func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
				y := step(carry[0].Mul(elements[0]))
				return []*grad.Value{y.Add(carry[0])}, []*grad.Value{step(y)}
			}
			final, outputs := grad.Scan{Length: 4}.Run(tr, in[:1], in[1:], body)
			return grad.Gradient(final[0].Sum().Add(outputs[0].Square().Sum()), in[0], in[1])
		}
	}
	forms := map[string]func(x *grad.Value) *grad.Value{
		"plain":    (*grad.Value).Tanh,
		"straight": func(x *grad.Value) *grad.Value { return grad.StraightThrough(x.Tanh().Stop(), x.Tanh()) },
		"custom": func(x *grad.Value) *grad.Value {
			return x.Tanh().Stop().WithGradient(func(y, g *grad.Value, in []*grad.Value) []*grad.Value {
				return []*grad.Value{g.Sub(g.Mul(in[0].Tanh()).Mul(y))}
			}, x)
		},
	}
	executable := reference(t, func(t *grad.Tracer) {
		in := []*grad.Value{t.Normal(1, 3), t.Normal(2, 4, 3)}
		for name, form := range forms {
			gradients := steps(form)(t, in)
			t.Output(name+" initial", gradients[0])
			t.Output(name+" elements", gradients[1])
		}
	})
	executable.Run()
	for name := range forms {
		near(t, name, executable.Output(name+" initial"), executable.Output("plain initial"), 1e-12)
		near(t, name, executable.Output(name+" elements"), executable.Output("plain elements"), 1e-12)
	}
}
