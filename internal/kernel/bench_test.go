package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func random(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = rand.Float32()*2 - 1
	}
	return x
}

func (p Product) String() string {
	letter := map[bool]string{false: "N", true: "T"}
	return fmt.Sprintf("%dx%dx%d%s%s", p.M, p.N, p.K, letter[p.TransposeA], letter[p.TransposeB])
}

// run packs and multiplies, tile after tile.
func run[T Float](s *Set[T], p Product, c, a, b, packed, bias []T) {
	for tile := range s.PackTiles(p) {
		s.Pack(p, tile, packed, b)
	}
	multiply := s.Multiply(p)
	for tile := range s.MultiplyTiles(p) {
		multiply(tile, c, a, b, packed, bias)
	}
}

func BenchmarkProduct(b *testing.B) {
	products := []Product{
		{M: 256, N: 256, K: 256},
		{M: 256, N: 256, K: 256, TransposeB: true},
		{M: 256, N: 256, K: 256, TransposeA: true},
		{M: 5120, N: 256, K: 256},
		{M: 5120, N: 256, K: 256, TransposeB: true},
		{M: 256, N: 256, K: 5120, TransposeA: true},
		{M: 5120, N: 256, K: 30},
		{M: 256, N: 256, K: 24},
		{M: 24, N: 256, K: 256, TransposeA: true},
		{M: 128, N: 256, K: 256},
		{M: 1280, N: 256, K: 256},
		{M: 256, N: 12, K: 256},
		{M: 256, N: 256, K: 12, TransposeB: true},
		{M: 256, N: 12, K: 256, TransposeA: true},
		{M: 256, N: 2, K: 256},
		{M: 256, N: 1, K: 256},
		{M: 256, N: 1, K: 256, TransposeA: true},
		{M: 256, N: 256, K: 1, TransposeB: true},
		{M: 5120, N: 1, K: 256},
		{M: 1, N: 256, K: 256},
		{M: 1, N: 256, K: 256, TransposeB: true},
		{M: 1, N: 256, K: 24},
		{M: 8, N: 256, K: 256},
	}
	for _, p := range products {
		for _, s := range Sets() {
			if s.Name == "go" {
				continue
			}
			b.Run(p.String()+"/"+s.Name, func(b *testing.B) { benchmarkProduct(b, s, p) })
		}
	}
}

func benchmarkProduct(b *testing.B, s *Set[float32], p Product) {
	x, y := random(p.M*p.K), random(p.K*p.N)
	c, packed := make([]float32, p.M*p.N), make([]float32, s.PackSize(p))
	packTiles, tiles, multiply := s.PackTiles(p), s.MultiplyTiles(p), s.Multiply(p)
	for b.Loop() {
		for tile := range packTiles {
			s.Pack(p, tile, packed, y)
		}
		for tile := range tiles {
			multiply(tile, c, x, y, packed, nil)
		}
	}
	work := 2 * float64(p.M) * float64(p.N) * float64(p.K)
	b.ReportMetric(work*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}

func BenchmarkVector(b *testing.B) {
	const n = 4096
	x, y := random(n), random(n)
	z, w := random(n), random(n)
	for _, s := range Sets() {
		report := func(name string, kernel func()) {
			b.Run(name+"/"+s.Name, func(b *testing.B) {
				for b.Loop() {
					kernel()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			})
		}
		for name, kernel := range unaryKernels(s) {
			report(name, func() { kernel(y, x) })
		}
		for name, kernel := range pairKernels(s) {
			report(name, func() { kernel(y, x, z) })
		}
		for name, kernel := range gradientKernels(s) {
			report(name, func() { kernel(y, x, z) })
		}
		report("MulScalar", func() { s.MulScalar(y, x, 3) })
		report("MulAdd", func() { s.MulAdd(y, x, z) })
		report("Sum", func() { s.Sum(x) })
		report("SumSquares", func() { s.SumSquares(x) })
		report("Maximum", func() { s.Maximum(x) })
		report("Dot", func() { s.Dot(x, z) })
		report("Standardise", func() { s.Standardise(y, x, 1e-3) })
		report("StandardiseGradient", func() { s.StandardiseGradient(w, y, x, 1) })
		step := AdamStep[float32]{Scale: 1, Rate: 1e-3, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Correction1: 1, Correction2: 1}
		report("Adam", func() { s.Adam(y, z, w, x, step) })
	}
}
