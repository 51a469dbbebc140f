package grad_test

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// parameterOf returns a parameter with the given elements.
func parameterOf(values ...float32) *grad.Parameter {
	p := grad.NewParameter(len(values))
	copy(p.Data, values)
	return p
}

// plainAdam moves a parameter by one unit of rate against the sign of its first gradient.
func plainAdam(p *grad.Parameter) grad.AdamState {
	return grad.AdamState{
		Parameter: p, First: grad.NewParameter(p.Shape...), Second: grad.NewParameter(p.Shape...),
		Beta1: 0.9, Beta2: 0.999,
	}
}

var one = grad.Scalar(1)

func TestAssignmentsTakeEffectAtTheEnd(t *testing.T) {
	a, b := parameterOf(1, 2), parameterOf(3, 4)
	executable := fast(t, nil, func(t *grad.Tracer) {
		t.Assign(a, b)
		t.Assign(b, a)
		t.Output("sum after", t.Value(a).Add(b))
	})
	executable.Run()
	equal(t, "a", a.Data, []float32{3, 4})
	equal(t, "b", b.Data, []float32{1, 2})
	executable.Run()
	equal(t, "a", a.Data, []float32{1, 2})
	equal(t, "sum", executable.Output("sum after"), []float32{4, 6})
}

// A reshaped parameter is the parameter's own memory, which needs the same care.
func TestReshapedParametersSwap(t *testing.T) {
	a, b := grad.NewParameter(2, 1), parameterOf(3, 4)
	executable := fast(t, nil, func(t *grad.Tracer) {
		t.Assign(a, t.Value(b).Reshape(2, 1).Stop())
		t.Assign(b, t.Value(a).Reshape(2))
	})
	executable.Run()
	equal(t, "a", a.Data, []float32{3, 4})
	equal(t, "b", b.Data, []float32{0, 0})
}

func TestOutputsOfParametersAreTheirOldValues(t *testing.T) {
	p, q := parameterOf(1), parameterOf(1)
	executable := fast(t, nil, func(t *grad.Tracer) {
		t.Assign(p, grad.Scalar(5))
		t.Adam(plainAdam(q), q, one, grad.Scalar(0.5), one)
		t.Output("p", p)
		t.Output("q", t.Value(q).Reshape())
	})
	executable.Run()
	equal(t, "assigned", p.Data, []float32{5})
	near(t, "moved", q.Data, []float32{0.5}, 1e-5)
	equal(t, "output p", executable.Output("p"), []float32{1})
	equal(t, "output q", executable.Output("q"), []float32{1})
}

// A target copy traced beside an optimiser's step gets the value from before the step, whichever of
// the two is traced first.
func TestTargetCopyGetsTheOldValue(t *testing.T) {
	for _, copyFirst := range []bool{true, false} {
		online, target := parameterOf(2), parameterOf(0)
		executable := fast(t, nil, func(t *grad.Tracer) {
			gradient := grad.Gradient(t.Value(online).Square().Sum(), online)[0]
			if copyFirst {
				t.Assign(target, online)
			}
			t.Adam(plainAdam(online), gradient, one, grad.Scalar(0.25), one)
			if !copyFirst {
				t.Assign(target, online)
			}
		})
		executable.Run()
		equal(t, "target", target.Data, []float32{2})
		near(t, "online", online.Data, []float32{1.75}, 1e-5)
		executable.Run()
		near(t, "target", target.Data, []float32{1.75}, 1e-5)
	}
}

// A step of Adam reads its gradient and its rate from before the run, even where they are
// parameters that another effect changes first.
func TestAdamReadsOldValues(t *testing.T) {
	moved, gradient, rate := parameterOf(1), parameterOf(1), parameterOf(0.5)
	executable := fast(t, nil, func(t *grad.Tracer) {
		t.Assign(gradient, grad.Scalar(-1))
		t.Assign(rate, grad.Scalar(100))
		t.Adam(plainAdam(moved), gradient, one, rate, one)
	})
	executable.Run()
	near(t, "moved", moved.Data, []float32{0.5}, 1e-5)
}

// CompileReference works on copies.
func TestReferenceLeavesParametersAlone(t *testing.T) {
	p := parameterOf(1)
	executable := reference(t, func(t *grad.Tracer) {
		t.Assign(p, t.Value(p).Add(one))
		t.Output("p", t.Value(p).Mul(one))
	})
	executable.Run()
	executable.Run()
	equal(t, "parameter", p.Data, []float32{1})
	equal(t, "copy", executable.Output("p"), []float64{2})
}
