package grad_test

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// What is computed twice is computed once, whoever asks for it, and also in the body of a scan.
func TestEqualValuesAreMerged(t *testing.T) {
	weight := grad.NewParameter(3, 3)
	program := trace(t, func(t *grad.Tracer) {
		x := t.Input("x", 2, 3)
		t.Output("a", x.MatMul(weight).Tanh())
		t.Output("b", x.MatMul(weight).Tanh())
		t.Output("noise", t.Normal(1, 2, 3).Add(t.Normal(1, 2, 3)).Add(t.Normal(2, 2, 3)))
		final, _ := grad.Scan{Length: 4}.Run(t, []*grad.Value{x}, nil, func(carry, _ []*grad.Value) (next, outputs []*grad.Value) {
			h := carry[0].MatMul(weight).Exp().Mul(carry[0].MatMul(weight).Exp())
			return []*grad.Value{h}, nil
		})
		t.Output("final", final[0])
	})
	for operation, want := range map[string]int{"matmul": 2, "tanh": 1, "exp": 1, "normal": 2} {
		if got := count(program, operation); got != want {
			t.Errorf("%d of %q, want %d:\n%v", got, operation, want, program)
		}
	}
}

// What differs in anything but its operands is not merged.
func TestDifferentValuesAreNotMerged(t *testing.T) {
	program := trace(t, func(t *grad.Tracer) {
		x := t.Input("x", 4, 4)
		for i, v := range []*grad.Value{
			x.Slice(0, 0, 2), x.Slice(0, 2, 4), x.Slice(1, 0, 2), x.Sum(0), x.Sum(1), x.Standardise(1), x.Standardise(2),
			x.ForwardRecurrence(grad.Scalar(1)), x.BackwardRecurrence(grad.Scalar(1)), x.Reshape(2, 8), x.Reshape(8, 2),
		} {
			t.Output(string(rune('a'+i)), v.Neg())
		}
	})
	if got := count(program, "neg"); got != 11 {
		t.Errorf("%d values are left of 11:\n%v", got, program)
	}
}

func TestKnownNumbersAreFolded(t *testing.T) {
	program := trace(t, func(t *grad.Tracer) {
		x := t.Input("x", 3)
		two := t.Value(grad.Scalar(1)).Add(grad.Scalar(1))
		wide := two.Broadcast(3).Mul(grad.Scalar(3)).Sqrt()
		t.Output("y", x.Mul(wide).Add(grad.Scalar(0)).Mul(grad.Scalar(1)).Sub(grad.Scalar(0)).Div(t.Value(one).Broadcast(3)))
		t.Output("z", x.Mul(two.Broadcast(1, 3).Reshape(3)))
		t.Output("constant", two.Exp().Reshape(1))
	})
	for operation, want := range map[string]int{"mul": 2, "add": 0, "sub": 0, "div": 0, "sqrt": 0, "exp": 0, "broadcast": 0} {
		if got := count(program, operation); got != want {
			t.Errorf("%d of %q, want %d:\n%v", got, operation, want, program)
		}
	}
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	copy(executable.Input("x"), []float64{1, 2, -1})
	executable.Run()
	near(t, "y", executable.Output("y"), []float64{2.449489742783178, 4.898979485566356, -2.449489742783178}, 1e-15)
	near(t, "constant", executable.Output("constant"), []float64{7.38905609893065}, 1e-15)
}

// A sum with 0 is not left out where it keeps the value that a parameter had.
func TestParametersAreReadBeforeTheyAreSet(t *testing.T) {
	p := grad.NewParameter(2).Filled(1)
	executable := reference(t, func(t *grad.Tracer) {
		before := t.Value(p).Add(grad.Scalar(0))
		t.Assign(p, t.Value(p).Mul(grad.Scalar(5)))
		t.Output("before", before)
	})
	executable.Run()
	equal(t, "before", executable.Output("before"), []float64{1, 1})
}
