package grad_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

// swapped is shape with its last two dimensions exchanged if flag is set.
func swapped(flag bool, shape ...int) []int {
	if n := len(shape); flag {
		shape[n-2], shape[n-1] = shape[n-1], shape[n-2]
	}
	return shape
}

// Each combination of transposed operands has the right gradient and second derivative.
func TestBatchProductGradients(t *testing.T) {
	for _, flags := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
		product := func(in []*grad.Value) *grad.Value { return in[0].BatchMatMulTransposed(in[1], flags[0], flags[1]) }
		a, b := swapped(flags[0], 2, 3, 4), swapped(flags[1], 2, 4, 2)
		t.Run(fmt.Sprint(flags), func(t *testing.T) {
			gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value { return product(in) }, a, b)
			gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value {
				gradients := grad.Gradient(product(in).Tanh().Sum(), in[0], in[1])
				return gradients[0].Square().Sum().Add(gradients[1].Square().Sum())
			}, a, b)
		})
	}
}

// A batch of products is the products of its members, whatever their size: many small ones to a
// tile, and large ones in several.
func TestBatchProductsAreProducts(t *testing.T) {
	for _, c := range []struct{ batch, m, k, n int }{{1, 2, 3, 4}, {300, 7, 5, 9}, {3, 130, 90, 210}, {40, 33, 64, 33}, {4, 1, 8, 5}, {4, 6, 8, 1}, {0, 2, 3, 4}, {2, 3, 0, 4}} {
		for _, flags := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
			t.Run(fmt.Sprint(c, flags), func(t *testing.T) {
				program := trace(t, func(t *grad.Tracer) {
					a, b := t.Input("a", swapped(flags[0], c.batch, c.m, c.k)...), t.Input("b", swapped(flags[1], c.batch, c.k, c.n)...)
					t.Output("product", a.BatchMatMulTransposed(b, flags[0], flags[1]))
				})
				random := rand.New(rand.NewPCG(1, 1))
				everySet(t, program, func(_ string, x []float32) { draw(x, random) }, []string{"a", "b"}, []string{"product"})
				exact, _ := grad.CompileReference(program)
				draw(exact.Input("a"), random)
				draw(exact.Input("b"), random)
				exact.Run()
				near(t, "product", exact.Output("product"), productsOf(exact, flags, c.batch, c.m, c.k, c.n), 1e-12)
			})
		}
	}
}

// productsOf computes the products one element at a time.
func productsOf(e *grad.Executable[float64], flags [2]bool, batch, m, k, n int) []float64 {
	a, b, want := e.Input("a"), e.Input("b"), make([]float64, batch*m*n)
	for i := range want {
		matrix, row, column := i/(m*n), i/n%m, i%n
		for j := range k {
			x, y := (matrix*m+row)*k+j, (matrix*k+j)*n+column
			if flags[0] {
				x = (matrix*k+j)*m + row
			}
			if flags[1] {
				y = (matrix*n+column)*k + j
			}
			want[i] += a[x] * b[y]
		}
	}
	return want
}

// Attention reads its keys and values as they lie, forwards and backwards.
func TestTransposedOperandsAreNotCopied(t *testing.T) {
	attention := func(t *grad.Tracer) *grad.Value {
		queries, keys := t.Input("queries", 2, 3, 5, 4), t.Input("keys", 2, 3, 6, 4)
		scores := queries.BatchMatMul(keys.Transpose(0, 1, 3, 2)).Softmax(-1)
		return scores.BatchMatMul(t.Input("values", 2, 3, 6, 4))
	}
	program := trace(t, func(t *grad.Tracer) {
		t.Output("mixed", attention(t))
		x, y := t.Input("x", 3, 4), t.Input("y", 5, 4)
		t.Output("plain", x.MatMul(y.Transpose(1, 0)))
	})
	equal(t, "transposes", []int{count(program, "transpose")}, []int{0})
	gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value {
		return in[0].BatchMatMul(in[1].Transpose(0, 1, 3, 2)).Softmax(-1).BatchMatMul(in[2])
	}, []int{1, 2, 3, 4}, []int{1, 2, 5, 4}, []int{1, 2, 5, 2})
}

// A transposed value that something else needs keeps its own gradient.
func TestFoldedTransposesKeepTheirGradients(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		x := t.Input("x", 2, 3)
		turned := x.Transpose(1, 0)
		product := t.Value(grad.NewParameter(1, 3).Filled(1)).MatMul(turned)
		gradients := grad.Gradient(product.Square().Sum(), turned, x)
		t.Output("turned", gradients[0].Transpose(1, 0))
		t.Output("x", gradients[1])
	})
	copy(executable.Input("x"), []float64{1, 2, 3, 4, 5, 6})
	executable.Run()
	equal(t, "turned", executable.Output("turned"), []float64{12, 12, 12, 30, 30, 30})
	equal(t, "x", executable.Output("x"), executable.Output("turned"))
}
