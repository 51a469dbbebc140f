package optim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.9g, want %.9g", what, got, want)
	}
}

func compile(t *testing.T, build func(t *grad.Tracer)) *grad.Executable[float32] {
	t.Helper()
	program, err := grad.Trace(build)
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	return executable
}

// descent is an optimiser whose gradients are the inputs "0", "1", ... of its program.
type descent struct {
	tree grad.Tree
	adam *optim.Adam
	step *grad.Executable[float32]
}

func newDescent(t *testing.T, rate, limit float64, sizes ...int) descent {
	t.Helper()
	var d descent
	for i, size := range sizes {
		d.tree = append(d.tree, grad.Named{Name: fmt.Sprint(i), Parameter: grad.NewParameter(size)})
	}
	d.adam = optim.NewAdam(d.tree, rate)
	d.step = compile(t, func(t *grad.Tracer) {
		loss := t.Value(grad.Scalar(0))
		for _, named := range d.tree {
			loss = loss.Add(t.Value(named.Parameter).Mul(t.Input(named.Name, named.Shape...)).Sum())
		}
		t.Output("norm", d.adam.Minimise(t, loss, limit))
	})
	return d
}

// By hand, with the gradients 1, 2 and -1: m / (1 - 0.9^t) is 1, 0.29/0.19 and 0.161/0.271, and
// v / (1 - 0.999^t) is 1, 0.004999/0.001999 and 0.005994001/0.002997001.
func TestAdamByHand(t *testing.T) {
	d := newDescent(t, 0.1, 0, 1)
	for i, c := range []struct{ gradient, want float64 }{{1, -0.1}, {2, -0.1965182}, {-1, -0.2385271}} {
		d.step.Input("0")[0] = float32(c.gradient)
		d.step.Run()
		near(t, fmt.Sprint("parameter after step ", i+1), float64(d.tree[0].Data[0]), c.want, 3e-6)
		near(t, "count", float64(d.adam.Count.Data[0]), float64(i+1), 0)
		near(t, "norm", float64(d.step.Output("norm")[0]), math.Abs(c.gradient), 1e-6)
	}
}

// literalAdam is algorithm 1 of the paper, behind clipping by the global norm.
type literalAdam struct{ parameter, first, second []float64 }

func (a *literalAdam) step(gradient []float64, rate, limit float64, count int) {
	norm := 0.0
	for _, g := range gradient {
		norm += g * g
	}
	scale := 1.0
	if limit > 0 {
		scale = math.Min(1, limit/math.Sqrt(norm))
	}
	for i, g := range gradient {
		g *= scale
		a.first[i] = 0.9*a.first[i] + 0.1*g
		a.second[i] = 0.999*a.second[i] + 0.001*g*g
		first := a.first[i] / (1 - math.Pow(0.9, float64(count)))
		second := a.second[i] / (1 - math.Pow(0.999, float64(count)))
		a.parameter[i] -= rate * first / (math.Sqrt(second) + 1e-8)
	}
}

func TestAdamAgreesWithTheLiteralVersion(t *testing.T) {
	for _, limit := range []float64{0, 2} {
		random := rand.New(rand.NewPCG(1, 1))
		d := newDescent(t, 0.01, limit, 3, 1, 20)
		literal := literalAdam{make([]float64, 24), make([]float64, 24), make([]float64, 24)}
		for count := 1; count <= 50; count++ {
			var gradient []float64
			size := math.Exp(2 * random.NormFloat64())
			for _, named := range d.tree {
				input := d.step.Input(named.Name)
				for i := range input {
					input[i] = float32(size * random.NormFloat64())
					gradient = append(gradient, float64(input[i]))
				}
			}
			d.step.Run()
			literal.step(gradient, 0.01, limit, count)
		}
		i := 0
		for _, named := range d.tree {
			for _, x := range named.Data {
				near(t, fmt.Sprintf("limit %g, element %d", limit, i), float64(x), literal.parameter[i], 1e-5)
				i++
			}
		}
	}
}

func TestAdamWithoutGradientStaysWhereItIs(t *testing.T) {
	d := newDescent(t, 0.1, 1, 2)
	d.step.Run()
	near(t, "parameter", float64(d.tree[0].Data[0]), 0, 0)
}

// A checkpoint finds the optimiser's state, under names that tell it apart.
func TestAdamStateIsATree(t *testing.T) {
	names := map[string]bool{}
	for _, named := range grad.TreeOf(newDescent(t, 0.1, 0, 2, 3).adam) {
		names[named.Name] = true
	}
	for _, name := range []string{"first/0", "first/1", "second/0", "second/1", "count"} {
		if !names[name] || len(names) != 5 {
			t.Errorf("the state is %v, without %q", names, name)
		}
	}
}

func TestClipping(t *testing.T) {
	step := compile(t, func(t *grad.Tracer) {
		gradients := []*grad.Value{t.Input("a", 2), t.Input("b", 1)}
		norm := optim.GlobalNorm(gradients)
		t.Output("norm", norm)
		t.Output("scale", optim.ClipScale(t, norm, 2))
	})
	for _, c := range []struct{ a, b, norm, scale float64 }{{3, 4, 5, 0.4}, {0, 1, 1, 1}, {0, 2, 2, 1}, {0, 0, 0, 1}} {
		step.Input("a")[1], step.Input("b")[0] = float32(c.a), float32(c.b)
		step.Run()
		near(t, "norm", float64(step.Output("norm")[0]), c.norm, 1e-6)
		near(t, "scale", float64(step.Output("scale")[0]), c.scale, 1e-6)
	}
}

func TestDual(t *testing.T) {
	dual := optim.NewDual(6, 0)
	raw := []float32{-100, -18, 0, 1, 10, 1000}
	copy(dual.Raw.Data, raw)
	step := compile(t, func(t *grad.Tracer) { t.Output("value", dual.Value(t)) })
	step.Run()
	want := []float64{1e-8, 1.522998e-8 + 1e-8, math.Ln2, 1.313261688, 10.0000454, 1000}
	for i, x := range step.Output("value") {
		near(t, fmt.Sprintf("value at %g", raw[i]), float64(x), want[i], 1e-6*want[i])
		near(t, fmt.Sprintf("multiplier at %g", raw[i]), dual.Multiplier(i), want[i], 1e-6*want[i])
	}
	dual.Project()
	for i, x := range dual.Raw.Data {
		near(t, "projected", float64(x), math.Max(float64(raw[i]), -18), 0)
	}
	near(t, "start", float64(optim.NewDual(2, 3).Raw.Data[1]), 3, 0)
}

// By hand: from 1 towards 5 and from 0 towards -2, by a quarter of the way, and again.
func TestAverageByHand(t *testing.T) {
	tree := func(x ...float32) grad.Tree {
		p := grad.NewParameter(len(x))
		copy(p.Data, x)
		return grad.Tree{{Name: "x", Parameter: p}}
	}
	average, parameters := tree(1, 0), tree(5, -2)
	step := compile(t, func(t *grad.Tracer) { optim.Average(t, average, parameters, 0.25) })
	for _, want := range [][2]float64{{2, -0.5}, {2.75, -0.875}} {
		step.Run()
		for i := range want {
			near(t, "average", float64(average[0].Data[i]), want[i], 1e-6)
		}
	}
	near(t, "parameter", float64(parameters[0].Data[0]), 5, 0)
}
