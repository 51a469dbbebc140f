package grad_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// stages reads the number of stages from the listing of a program.
func stages[T grad.Float](t *testing.T, e *grad.Executable[T]) int {
	t.Helper()
	var elements, count int
	if _, err := fmt.Sscanf(e.String(), "arena of %d elements, %d stages", &elements, &count); err != nil {
		t.Fatal(err)
	}
	return count
}

// A layer with its bias, its normalisation and activation, and the reduction of its rows are one stage.
func TestALayerIsOneStage(t *testing.T) {
	weight, bias := grad.NewParameter(32, 48), grad.NewParameter(48)
	executable := fast(t, nil, func(t *grad.Tracer) {
		x := t.Input("x", 100, 32)
		t.Output("y", x.MatMul(weight).Add(bias).Standardise(1e-5).Mul(bias).Tanh().Square().Sum(1))
	})
	if got := stages(t, executable); got != 1 {
		t.Errorf("%d stages:\n%v", got, executable)
	}
}

// A chain of element-wise operations is one stage, cut into blocks at the end of rows.
func TestAChainIsOneStage(t *testing.T) {
	build := func(rows, columns int) func(t *grad.Tracer) {
		return func(t *grad.Tracer) {
			x, row, column := t.Input("x", rows, columns), t.Input("row", columns), t.Input("column", rows, 1)
			t.Output("y", x.Exp().Add(row).Mul(column).Tanh().Sub(x).Max(row).Standardise(0.1))
		}
	}
	for _, size := range [][2]int{{1, 1}, {3, 5}, {1000, 33}, {7, 5000}, {300, 128}} {
		executable := fast(t, nil, build(size[0], size[1]))
		if got := stages(t, executable); got != 1 {
			t.Errorf("%v: %d stages:\n%v", size, got, executable)
		}
		want := reference(t, build(size[0], size[1]))
		random := rand.New(rand.NewPCG(1, 1))
		for _, name := range []string{"x", "row", "column"} {
			draw(executable.Input(name), random)
			for i, x := range executable.Input(name) {
				want.Input(name)[i] = float64(x)
			}
		}
		executable.Run()
		want.Run()
		near(t, "y", executable.Output("y"), want.Output("y"), 1e-4)
	}
}

// An operand that is read out of step, as a transposed one, ends a stage.
func TestWhatIsReadOutOfStepIsNotFused(t *testing.T) {
	executable := fast(t, nil, func(t *grad.Tracer) {
		x := t.Input("x", 64, 64)
		y := x.Exp()
		t.Output("y", y.Add(y.Transpose(1, 0)).Sub(y.Sum(0)).Mul(y.Slice(0, 3, 4)))
	})
	random := rand.New(rand.NewPCG(1, 1))
	draw(executable.Input("x"), random)
	x := slices.Clone(executable.Input("x"))
	executable.Run()
	plain := reference(t, func(t *grad.Tracer) {
		x := t.Input("x", 64, 64)
		t.Output("y", x.Exp())
	})
	for i := range x {
		plain.Input("x")[i] = float64(x[i])
	}
	plain.Run()
	y := plain.Output("y")
	want := make([]float64, len(y))
	for i := range 64 {
		for j := range 64 {
			sum := 0.0
			for k := range 64 {
				sum += y[k*64+j]
			}
			want[i*64+j] = (y[i*64+j] + y[j*64+i] - sum) * y[3*64+j]
		}
	}
	near(t, "y", executable.Output("y"), want, 1e-4)
}

// All parameters are moved in one stage, unless one of them is set twice.
func TestParametersAreSetInOneStage(t *testing.T) {
	p, q := grad.NewParameter(3), grad.NewParameter(4)
	set := func(twice bool) *grad.Executable[float32] {
		return fast(t, nil, func(t *grad.Tracer) {
			t.Assign(p, t.Input("x", 3))
			t.Assign(q, t.Input("y", 4))
			if twice {
				t.Assign(p, t.Input("z", 3))
			}
		})
	}
	if got := stages(t, set(false)); got != 1 {
		t.Errorf("%d stages", got)
	}
	executable := set(true)
	copy(executable.Input("z"), []float32{1, 2, 3})
	executable.Run()
	if got := stages(t, executable); got != 3 || p.Data[2] != 3 {
		t.Errorf("%d stages, parameter %v", got, p.Data)
	}
}
