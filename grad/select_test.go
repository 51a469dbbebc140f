package grad_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/tensor"
)

func TestWhereBroadcasts(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for _, c := range [][3]tensor.Shape{
		{{2, 3}, {2, 3}, {2, 3}}, {{2, 1}, {2, 3}, {}}, {{2, 1}, {3}, {2, 3}}, {{3}, {2, 3}, {2, 1}}, {{4, 3}, {}, {}},
		{{}, {5}, {5}}, {{}, {}, {}}, {{2, 1, 3}, {4, 1}, {3}}, {{3, 1}, {1}, {3, 70}}, {{2, 0}, {2, 1}, {}}, {{40000}, {40000}, {40000}},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			names := []string{"mask", "a", "b"}
			program := trace(t, func(t *grad.Tracer) {
				mask, a, b := t.Input("mask", c[0]...), t.Input("a", c[1]...), t.Input("b", c[2]...)
				t.Output("result", mask.Where(a, b))
			})
			fill := func(name string, x []float32) {
				for i := range x {
					if x[i] = float32(random.NormFloat64()); name == "mask" {
						x[i] *= float32(random.IntN(2))
					}
				}
			}
			everySet(t, program, fill, names, []string{"result"})
			executable, _ := grad.CompileReference(program)
			var arrays [3]array
			for i, name := range names {
				data := executable.Input(name)
				arrays[i] = array{c[i], data}
				for j := range data {
					data[j] = float64(random.IntN(3))
				}
			}
			executable.Run()
			shape, _ := tensor.Broadcast(c[0], c[1])
			shape, _ = tensor.Broadcast(shape, c[2])
			var want []float64
			each(shape, func(index []int) {
				source := arrays[1]
				if arrays[0].at(index) == 0 {
					source = arrays[2]
				}
				want = append(want, source.at(index))
			})
			equal(t, "result", executable.Output("result"), want)
		})
	}
}

// What a mask hides may be NaN: neither the result nor the gradient shows it.
func TestWhereHidesWhatIsNotANumber(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		x := t.Input("x", 3)
		safe := x.Greater(grad.Scalar(0)).Where(x.Log(), grad.Scalar(-1))
		t.Output("value", safe)
		t.Output("gradient", grad.Gradient(x.Greater(grad.Scalar(0)).Where(x, x.Log().Stop()).Sum(), x)[0])
	})
	copy(executable.Input("x"), []float64{1, -1, 1})
	executable.Run()
	equal(t, "value", executable.Output("value"), []float64{0, -1, 0})
	equal(t, "gradient", executable.Output("gradient"), []float64{1, 0, 1})
}

func TestArgMax(t *testing.T) {
	nan := math.NaN()
	executable := reference(t, func(t *grad.Tracer) {
		x := t.Input("x", 2, 3, 2)
		for axis := range 3 {
			t.Output(fmt.Sprint(axis), x.ArgMax(axis))
		}
		t.Output("last", x.ArgMax(-1))
	})
	copy(executable.Input("x"), []float64{1, 5, 3, 5, 3, 4, 1, nan, 7, math.Inf(1), nan, nan})
	executable.Run()
	equal(t, "axis 0", executable.Output("0"), []float64{0, 1, 1, 1, 1, 1})
	equal(t, "axis 1", executable.Output("1"), []float64{1, 0, 2, 0})
	equal(t, "axis 2", executable.Output("2"), []float64{1, 1, 1, 1, 1, 0})
	equal(t, "axis -1", executable.Output("last"), executable.Output("2"))
}

// The k largest are the first of a stable sort.
func TestTopKSorts(t *testing.T) {
	for _, c := range []struct{ rows, length, k int }{{1, 1, 1}, {3, 10, 4}, {2, 7, 7}, {5, 300, 20}, {2, 5, 0}, {0, 5, 2}} {
		executable := reference(t, func(t *grad.Tracer) {
			values, indices := t.Input("x", c.rows, c.length).TopK(c.k)
			t.Output("values", values)
			t.Output("indices", indices)
		})
		x := executable.Input("x")
		random := rand.New(rand.NewPCG(1, 1))
		for i := range x {
			x[i] = float64(random.IntN(c.length))
		}
		executable.Run()
		values, indices := []float64{}, []float64{}
		for row := range slices.Chunk(x, c.length) {
			order := make([]int, c.length)
			for i := range order {
				order[i] = i
			}
			sort.SliceStable(order, func(i, j int) bool { return row[order[i]] > row[order[j]] })
			for _, i := range order[:c.k] {
				values, indices = append(values, row[i]), append(indices, float64(i))
			}
		}
		equal(t, "values", executable.Output("values"), values)
		equal(t, "indices", executable.Output("indices"), indices)
	}
}

func TestTopKPutsNaNFirst(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		_, indices := t.Input("x", 5).TopK(4)
		t.Output("indices", indices)
	})
	copy(executable.Input("x"), []float64{1, math.NaN(), math.Inf(1), math.NaN(), 2})
	executable.Run()
	equal(t, "indices", executable.Output("indices"), []float64{1, 3, 2, 4})
}

func TestStackAndPad(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		a, b := t.Input("a", 2), t.Input("b", 2)
		t.Output("first", grad.Stack(0, a, b))
		t.Output("last", grad.Stack(-1, a, b))
		t.Output("padded", grad.Stack(0, a, b).Pad(1, 1, 2))
	})
	copy(executable.Input("a"), []float64{1, 2})
	copy(executable.Input("b"), []float64{3, 4})
	executable.Run()
	equal(t, "first", executable.Output("first"), []float64{1, 2, 3, 4})
	equal(t, "last", executable.Output("last"), []float64{1, 3, 2, 4})
	equal(t, "padded", executable.Output("padded"), []float64{0, 1, 2, 0, 0, 0, 3, 4, 0, 0})
}
