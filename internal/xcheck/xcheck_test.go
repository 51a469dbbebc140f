package main

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/internal/kernel"
)

// TestAgainstOpenBLAS compares every Set with the peer on the timed shapes, on small ones with every
// remainder, and on all transpositions.
func TestAgainstOpenBLAS(t *testing.T) {
	if _, err := openBLAS(); err != nil {
		t.Skip(err)
	}
	setThreads(1)
	var products []kernel.Product
	for _, w := range works {
		products = append(products, w.Product)
	}
	for size := 1; size <= 67; size++ {
		products = append(products,
			kernel.Product{M: size, N: 68 - size, K: 40}, kernel.Product{M: 33, N: size, K: 70 - size},
			kernel.Product{M: size, N: 1, K: 300}, kernel.Product{M: 1, N: 3 * size, K: 300})
	}
	for _, set := range kernel.Sets() {
		t.Run(set.Name, func(t *testing.T) {
			for _, p := range products {
				if set.Name == "go" && p.M*p.N*p.K > 1<<24 {
					continue // takes seconds
				}
				for flags := range 4 {
					p.TransposeA, p.TransposeB = flags&1 > 0, flags&2 > 0
					compare(t, set, p)
				}
			}
		})
	}
}

// compare allows for the rounding of sums of p.K products of numbers up to 1, added in any order.
func compare(t *testing.T, set *kernel.Set[float32], p kernel.Product) {
	t.Helper()
	m := newMatrices(set, p)
	newProgram(set, work{Product: p}, m, 1).run()
	want := make([]float32, len(m.c))
	peerMultiply(p, want, m.a, m.b)
	tolerance := 1e-6 + 2e-7*float64(p.K)
	for i := range want {
		if difference := math.Abs(float64(m.c[i] - want[i])); !(difference <= tolerance) {
			t.Fatalf("%v: element (%d, %d): got %g, OpenBLAS %g", work{Product: p}, i/p.N, i%p.N, m.c[i], want[i])
		}
	}
}
