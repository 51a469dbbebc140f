package grad_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// The first operation that makes a NaN is named, with the line that traced it and what it read; no
// parameter is set.
func TestTrapNamesTheFirstOperation(t *testing.T) {
	p := grad.NewParameter(3).Filled(1)
	executable := fast(t, nil, func(t *grad.Tracer) {
		x := t.Input("x", 3)
		y := x.Mul(p).Exp().Sub(one).Log() // of -0.6, where x is -1
		t.Assign(p, y.Add(p).Neg())
	})
	var trapped *grad.NotFiniteError
	executable.Trap(func(e *grad.NotFiniteError) { trapped = e })
	copy(executable.Input("x"), []float32{1, 2, 3})
	executable.Run()
	if trapped != nil {
		t.Fatalf("a run without NaN is trapped: %v", trapped)
	}
	before := slices.Clone(p.Filled(1).Data)
	copy(executable.Input("x"), []float32{1, -1, 3})
	executable.Run()
	if trapped == nil || trapped.Operation != "log" || trapped.Index != 1 || !strings.Contains(trapped.Origin, "sight_test.go:") {
		t.Fatalf("got %+v", trapped)
	}
	equal(t, "parameter", p.Data, before)
	near(t, "input", trapped.Inputs[0].Data[1:2], []float64{math.Exp(-1) - 1}, 1e-6)
	if text := trapped.Error(); !strings.Contains(text, "log made NaN (element 1 of [3])") || !strings.Contains(text, "input 0: sub[3] in [") {
		t.Errorf("the error says %q", text)
	}
}

func TestTrapNamesAnInputThatHoldsNaN(t *testing.T) {
	executable := fast(t, nil, func(t *grad.Tracer) { t.Output("y", t.Input("x", 2).Tanh()) })
	var trapped *grad.NotFiniteError
	executable.Trap(func(e *grad.NotFiniteError) { trapped = e })
	executable.Input("x")[1] = float32(math.NaN())
	executable.Run()
	if trapped == nil || !strings.Contains(trapped.Error(), "input x holds NaN (element 1 of [2])") {
		t.Errorf("got %v", trapped)
	}
}

// Inside a scan the trap finds the operation of the body.
func TestTrapLooksIntoScans(t *testing.T) {
	executable := fast(t, nil, func(t *grad.Tracer) {
		final, _ := grad.Scan{Length: 5}.Run(t, []*grad.Value{t.Input("x", 2)}, nil, func(carry, _ []*grad.Value) (next, outputs []*grad.Value) {
			return []*grad.Value{carry[0].Sub(one).Sqrt()}, nil
		})
		t.Output("y", final[0])
	})
	var trapped *grad.NotFiniteError
	executable.Trap(func(e *grad.NotFiniteError) { trapped = e })
	copy(executable.Input("x"), []float32{2, 9})
	executable.Run()
	if trapped == nil || trapped.Operation != "sqrt" || trapped.Inputs[0].Operation != "sub" {
		t.Errorf("got %v", trapped)
	}
}

// Trapped and measured runs give the same bytes as others.
func TestWatchedRunsAreTheSame(t *testing.T) {
	draws := func(watch func(e *grad.Executable[float32])) []float32 {
		executable := fast(t, nil, func(t *grad.Tracer) {
			x := t.Input("x", 40, 50)
			loss := x.MatMul(x.Transpose(1, 0)).Standardise(1e-3).Tanh().Add(t.Normal(1, 40, 40)).Sum(0)
			t.Output("y", loss.Concat(0, grad.Gradient(loss.Softplus().Sum(), x)[0].Reshape(2000)))
		})
		watch(executable)
		executable.Seed(1, 2)
		draw(executable.Input("x"), rand.New(rand.NewPCG(1, 1)))
		executable.Run()
		return slices.Clone(executable.Output("y"))
	}
	plain := draws(func(*grad.Executable[float32]) {})
	equal(t, "trapped", draws(func(e *grad.Executable[float32]) {
		e.Trap(func(trapped *grad.NotFiniteError) { t.Error(trapped) })
	}), plain)
	var profile grad.Profile
	equal(t, "measured", draws(func(e *grad.Executable[float32]) { e.Measure(&profile) }), plain)
	for _, want := range []string{"share", "matmul", "GFLOP/s", "sight_test.go:"} {
		if !strings.Contains(profile.String(), want) {
			t.Errorf("no %q in\n%v", want, &profile)
		}
	}
}

func TestListingShowsShapesCostsAndPlaces(t *testing.T) {
	executable := fast(t, nil, func(t *grad.Tracer) {
		t.Output("y", t.Input("x", 500, 100).MatMul(grad.NewParameter(100, 20)).Tanh())
	})
	listing := executable.String()
	for _, want := range []string{"arena of", "stages", "matmul", "-> [500 20] @", "0.002 GFLOP", "at grad/sight_test.go:"} {
		if !strings.Contains(listing, want) {
			t.Errorf("no %q in\n%s", want, listing)
		}
	}
}
