package grad_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

func TestGatherAndItsGradientAreSums(t *testing.T) {
	for _, c := range []struct {
		table, indices []int
	}{{[]int{4}, []int{3}}, {[]int{5, 3}, []int{2, 4}}, {[]int{3, 2, 2}, nil}, {[]int{50, 70}, []int{900}}, {[]int{7, 0}, []int{2}}, {[]int{2, 3}, []int{0}}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			program := trace(t, func(t *grad.Tracer) {
				table, indices := t.Input("table", c.table...), t.Input("indices", c.indices...)
				rows := table.Gather(indices)
				t.Output("rows", rows)
				t.Output("gradient", grad.Gradient(rows.Square().Sum(), table)[0])
			})
			random := rand.New(rand.NewPCG(1, 1))
			fill := func(name string, x []float32) {
				for i := range x {
					x[i] = float32(random.IntN(c.table[0]))
				}
			}
			everySet(t, program, fill, []string{"table", "indices"}, []string{"rows", "gradient"})
			executable, _ := grad.CompileReference(program)
			table, indices := executable.Input("table"), executable.Input("indices")
			draw(table, random)
			for i := range indices {
				indices[i] = float64(random.IntN(c.table[0]))
			}
			executable.Run()
			width := len(table) / c.table[0]
			want, gradient := []float64{}, make([]float64, len(table))
			for _, index := range indices {
				for i := int(index) * width; i < int(index+1)*width; i++ {
					want, gradient[i] = append(want, table[i]), gradient[i]+2*table[i]
				}
			}
			equal(t, "rows", executable.Output("rows"), want)
			near(t, "gradient", executable.Output("gradient"), gradient, 1e-13)
		})
	}
}

// What is no index shows, and moves nothing.
func TestWrongIndicesGiveNaN(t *testing.T) {
	program := trace(t, func(t *grad.Tracer) {
		table, indices := t.Input("table", 2, 1), t.Input("indices", 8)
		rows := table.Gather(indices)
		t.Output("rows", rows)
		t.Output("gradient", grad.Gradient(rows.Sum(), table)[0])
		t.Output("one-hot", indices.OneHot(2).Slice(1, 1, 2))
	})
	executable, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	copy(executable.Input("table"), []float32{5, 7})
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	copy(executable.Input("indices"), []float32{1, -1, 2, 0.5, nan, inf, 1e30, 0})
	executable.Run()
	marked := func(x []float32) []float32 { // NaN as -9, to compare
		x = slices.Clone(x)
		for i := range x {
			if x[i] != x[i] {
				x[i] = -9
			}
		}
		return x
	}
	equal(t, "rows", marked(executable.Output("rows")), []float32{7, -9, -9, -9, -9, -9, -9, 5})
	equal(t, "one-hot", marked(executable.Output("one-hot")), []float32{1, -9, -9, -9, -9, -9, -9, 0})
	equal(t, "gradient", executable.Output("gradient"), []float32{1, 1})
}

func TestOneHot(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) { t.Output("rows", t.Input("x", 2, 2).OneHot(3)) })
	copy(executable.Input("x"), []float64{2, 0, 1, 2})
	executable.Run()
	equal(t, "rows", executable.Output("rows"), []float64{0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1})
}

// A scatter in many tiles, with many indices for each row, adds up in the same order everywhere.
func TestScatterDoesNotDependOnWorkers(t *testing.T) {
	var results [][]float32
	for _, count := range []int{1, 2, 8} {
		workers := grad.NewWorkers(count)
		defer workers.Close()
		executable := fast(t, workers, func(t *grad.Tracer) {
			table, indices := t.Input("table", 37, 40), t.Input("indices", 5000)
			loss := table.Gather(indices).Mul(t.Normal(1, 5000, 40)).Sum()
			t.Output("gradient", grad.Gradient(loss, table)[0])
		})
		for i := range executable.Input("indices") {
			executable.Input("indices")[i] = float32(i * i % 37)
		}
		executable.Run()
		results = append(results, executable.Output("gradient"))
	}
	equal(t, "gradient with 2 workers", results[1], results[0])
	equal(t, "gradient with 8 workers", results[2], results[0])
}
