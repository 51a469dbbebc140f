package grad_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// traceEverything traces a program with every operation, in the forms that losses use.
func traceEverything(t *grad.Tracer) {
	x, p := t.Input("x", 6, 5), grad.NewParameter(5, 5).Filled(0.1)
	moved := grad.NewParameter(5, 5)
	y := x.MatMul(p).Add(grad.NewParameter(5)).Standardise(1e-3).Tanh()
	functions := grad.Functions()
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		y = y.Add(functions[name](y.Abs().Add(one)).Mul(grad.Scalar(0.1)))
	}
	y = y.Add(y.GELU()).Add(y.Stop())
	y = y.Abs().Add(one).Sqrt().Log().Div(x.Square().Add(one)).Sub(one).Max(x).Min(grad.Scalar(3)).Mul(x.Greater(y))
	y = y.Concat(1, x.Slice(1, 0, 2)).Transpose(1, 0).Broadcast(2, 7, 6).Mean(0)
	y = y.Sub(t.Normal(1, 7, 6)).Softmax(0).Add(y.LogSumExp(1).KeepAxis(1)).Copy()
	patches := y.KeepAxis(2).Patches(window)
	y = y.Mul(patches.OverlapAdd(window, 7, 6).Reshape(7, 6))
	kernel := t.Value(grad.NewParameter(6, 4).Filled(0.1))
	y = y.Add(patches.MatMul(kernel).Sum().Square())
	y = y.Add(patches.Copy().MatMul(kernel).MatMul(kernel.Transpose(1, 0)).OverlapAdd(window, 7, 6).Reshape(7, 6))
	y = y.Add(grad.Gradient(patches.MatMul(kernel).Square().Sum(), kernel)[0].Sum())
	size := t.Call("size", []int{1}, func(out []float64, in [][]float64) { out[0] = in[0][0] }, y)
	loss := y.Mul(size).Add(y.Maximum()).Sum()
	loss = loss.Add(x.MatMul(p).Gather(x.Abs().Greater(one)).Mul(x.Greater(one).OneHot(5)).Sum())
	largest, _ := y.TopK(3)
	y = y.Add(t.Bytes("bytes", 6).Add(t.Integers("integers", 6)).Mul(t.Booleans("booleans", 6)))
	y = y.Add(t.Categorical(5, y).KeepAxis(1).Mul(grad.Scalar(0.01)))
	y = grad.StraightThrough(y.Sign(), y)
	y = y.WithGradient(func(_, g *grad.Value, _ []*grad.Value) []*grad.Value { return []*grad.Value{g} }, y)
	y = y.Add(y.Tanh().BackwardRecurrence(grad.Scalar(0.5))).Add(x.CumulativeSum(0).Mean())
	loss = loss.Add(y.Greater(one).Where(y, grad.Stack(0, y.ArgMax(0)).Pad(1, 0, 0)).Sum()).Add(largest.Sum())
	loss = loss.Add(y.KeepAxis(0).BatchMatMul(y.KeepAxis(0).Transpose(0, 2, 1)).Mean())
	_, sums := grad.Scan{Length: y.Shape()[0]}.Run(t, []*grad.Value{y.Sum(0)}, []*grad.Value{y}, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
		h := carry[0].Mul(elements[0]).Tanh()
		return []*grad.Value{h}, []*grad.Value{h.Sum()}
	})
	loss = loss.Add(sums[0].Sum())
	gradient := grad.Gradient(loss, p)[0]
	t.Adam(plainAdam(moved), grad.Gradient(gradient.Square().Sum(), p)[0], one, grad.Scalar(0.1), one)
	t.Assign(p, t.Value(p).Mul(grad.Scalar(0.99)))
	t.Output("loss", loss)
}

func TestRunDoesNotAllocate(t *testing.T) {
	for _, count := range []int{1, 2} {
		t.Run(fmt.Sprint(count, " workers"), func(t *testing.T) {
			workers := grad.NewWorkers(count)
			defer workers.Close()
			executable := fast(t, workers, traceEverything)
			draw(executable.Input("x"), rand.New(rand.NewPCG(1, 1)))
			if n := testing.AllocsPerRun(20, executable.Run); n > 0 {
				t.Errorf("a run allocates %v times", n)
			}
		})
	}
}

// traceEverything must stay true to its name.
func TestEveryOperationIsInTheProgram(t *testing.T) {
	listing := trace(t, traceEverything).String()
	for _, name := range grad.Operations() {
		if !slices.Contains(fieldsOf(listing), name) {
			t.Errorf("no operation %q", name)
		}
	}
}

func TestNormalDependsOnSeedStepAndStream(t *testing.T) {
	executable := fast(t, nil, func(t *grad.Tracer) {
		t.Output("other numbers", t.Normal(9, 33)) // what else is drawn does not matter
		t.Output("x", t.Normal(1, 1000))
		t.Output("y", t.Normal(2, 1000))
	})
	alone := fast(t, nil, func(t *grad.Tracer) { t.Output("x", t.Normal(1, 10, 100)) })
	at := func(e *grad.Executable[float32], seed, step uint64, name string) []float32 {
		e.Seed(seed, step)
		e.Run()
		return slices.Clone(e.Output(name))
	}
	first := at(executable, 1, 1, "x")
	for what, other := range map[string][]float32{
		"seed": at(executable, 2, 1, "x"), "step": at(executable, 1, 2, "x"), "stream": at(executable, 1, 1, "y"),
	} {
		if first[0] == other[0] || first[999] == other[999] {
			t.Errorf("the numbers do not depend on the %s", what)
		}
	}
	equal(t, "repeated", at(executable, 1, 1, "x"), first)
	equal(t, "in another program", at(alone, 1, 1, "x"), first)
}

func TestNormalMoments(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		x := t.Normal(1, 200_000)
		t.Output("mean", x.Mean())
		t.Output("square", x.Square().Mean())
		t.Output("fourth", x.Square().Square().Mean())
	})
	executable.Run()
	near(t, "mean", executable.Output("mean"), []float64{0}, 0.01)
	near(t, "square", executable.Output("square"), []float64{1}, 0.01)
	near(t, "fourth", executable.Output("fourth"), []float64{3}, 0.02)
}

// The loss and the gradients of a network in float32 agree with those in float64.
func TestNetworkPrecision(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	network := nn.NewTorso(17, []int{64, 64, 3}, random)
	tree := grad.TreeOf(network)
	program := trace(t, func(t *grad.Tracer) {
		loss := network.Apply(t.Input("x", 100, 17)).Softplus().Log().Square().Mean()
		t.Output("loss", loss)
		for _, named := range tree {
			t.Output(named.Name, grad.Gradient(loss, named.Parameter)[0])
		}
	})
	quick, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	exact, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	draw(quick.Input("x"), random)
	for i, x := range quick.Input("x") {
		exact.Input("x")[i] = float64(x)
	}
	quick.Run()
	exact.Run()
	near(t, "loss", quick.Output("loss"), exact.Output("loss"), 1e-5)
	for _, named := range tree {
		largest := 0.0
		for _, g := range exact.Output(named.Name) {
			largest = max(largest, g, -g)
		}
		scaled := func(x float64) float64 { return x / largest }
		var got, want []float64
		for i, g := range exact.Output(named.Name) {
			got, want = append(got, scaled(float64(quick.Output(named.Name)[i]))), append(want, scaled(g))
		}
		near(t, named.Name, got, want, 1e-4)
	}
}
