package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// matrices of one product, with room for what its Set packs.
type matrices struct{ c, a, b, packed, bias []float32 }

func randomMatrices(s *Set[float32], p Product, seed uint64) matrices {
	source := rand.New(rand.NewPCG(seed, 3))
	m := matrices{
		c: normal(source, p.M*p.N), a: normal(source, p.M*p.K), b: normal(source, p.K*p.N),
		packed: make([]float32, s.PackSize(p)),
	}
	for i := range m.packed {
		m.packed[i] = float32(math.NaN())
	}
	if p.Bias {
		m.bias = normal(source, p.N)
	}
	return m
}

func (m matrices) multiply(s *Set[float32], p Product) {
	run(s, p, m.c, m.a, m.b, m.packed, m.bias)
}

func drawProduct(t *rapid.T) Product {
	size := rapid.OneOf(rapid.IntRange(1, 6), rapid.IntRange(1, 100), rapid.IntRange(200, 300))
	return Product{
		M: size.Draw(t, "M"), N: size.Draw(t, "N"), K: size.Draw(t, "K"),
		TransposeA: rapid.Bool().Draw(t, "transpose A"),
		TransposeB: rapid.Bool().Draw(t, "transpose B"),
		Bias:       rapid.Bool().Draw(t, "bias"),
		Reused:     rapid.Bool().Draw(t, "reused"),
	}
}

func checkProductOf(t rapid.TB, s *Set[float32], p Product) {
	m := randomMatrices(s, p, 1)
	m.multiply(s, p)
	want := make([]float64, p.M*p.N)
	run(Reference[float64](), p, want, wide(m.a), wide(m.b), nil, wide(m.bias))
	for i, v := range m.c {
		if !near(v, want[i], summed, 1e-6*float64(p.K+1)) {
			t.Fatalf("%v (bias %v): element (%d, %d): got %g, want %g", p, p.Bias, i/p.N, i%p.N, v, want[i])
		}
	}
}

func TestProduct(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		rapid.Check(t, func(t *rapid.T) { checkProductOf(t, s, drawProduct(t)) })
	})
}

// TestProductTails goes through every remainder of rows and columns, every transposition, and
// depths on both sides of a block.
func TestProductTails(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		for flags := range 8 {
			for size := 1; size <= 70; size++ {
				p := Product{TransposeA: flags&1 > 0, TransposeB: flags&2 > 0, Bias: flags&4 > 0}
				p.M, p.N, p.K = size, 71-size, 9
				checkProductOf(t, s, p)
				p.M, p.N, p.K = 13, size, size
				checkProductOf(t, s, p)
			}
			for _, depth := range []int{1, 255, 256, 257, 700} {
				p := Product{M: 25, N: 35, K: depth, TransposeA: flags&1 > 0, TransposeB: flags&2 > 0, Bias: flags&4 > 0}
				checkProductOf(t, s, p)
				p.M = 1
				checkProductOf(t, s, p)
				p.M, p.N = 35, 1
				checkProductOf(t, s, p)
			}
		}
	})
}

// TestProductOfPages multiplies matrices whose rows lie a page apart, of which a copy is made.
func TestProductOfPages(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		for flags := range 4 {
			checkProductOf(t, s, Product{M: 128, N: 1024, K: 269, TransposeA: flags&1 > 0, Bias: flags&2 > 0})
			checkProductOf(t, s, Product{M: 1024, N: 140, K: 269, TransposeA: true, TransposeB: flags&1 > 0, Bias: flags&2 > 0})
		}
	})
}

func TestProductWithoutDepth(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		for _, bias := range []bool{false, true} {
			checkProductOf(t, s, Product{M: 5, N: 3, Bias: bias})
			checkProductOf(t, s, Product{M: 5, N: 1, Bias: bias})
		}
		for _, p := range []Product{{M: 5, K: 3}, {N: 5, K: 3}} {
			if tiles := s.MultiplyTiles(p); tiles != 0 {
				t.Errorf("%v has %d tiles", p, tiles)
			}
		}
	})
}

// TestTileOrder runs the tiles of a product backwards and expects the same bits.
func TestTileOrder(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		for flags := range 4 {
			p := Product{M: 261, N: 259, K: 300, TransposeA: flags&1 > 0, TransposeB: flags&2 > 0}
			m := randomMatrices(s, p, 1)
			m.multiply(s, p)
			back := randomMatrices(s, p, 1)
			for tile := s.PackTiles(p) - 1; tile >= 0; tile-- {
				s.Pack(p, tile, back.packed, back.b)
			}
			multiply := s.Multiply(p)
			for tile := s.MultiplyTiles(p) - 1; tile >= 0; tile-- {
				multiply(tile, back.c, back.a, back.b, back.packed, nil)
			}
			checkSame(t, p.String(), back.c, m.c)
		}
	})
}

// TestReused expects the same bits whether B is packed for one product or for many.
func TestReused(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		for m := 1; m <= 36; m++ {
			for flags := range 2 {
				p := Product{M: m, N: 75, K: 67, TransposeA: flags > 0, TransposeB: true}
				once := randomMatrices(s, p, 1)
				once.multiply(s, p)
				p.Reused = true
				reused := randomMatrices(s, p, 1)
				reused.multiply(s, p)
				checkSame(t, p.String(), once.c, reused.c)
			}
		}
	})
}

// TestBatchOfOne expects a row's result not to depend on the rows computed with it.
func TestBatchOfOne(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		p := Product{M: 64, N: 100, K: 300, Bias: true}
		m := randomMatrices(s, p, 1)
		m.multiply(s, p)
		row := m
		row.a, row.c = m.a[7*p.K:8*p.K], make([]float32, p.N)
		p.M = 1
		row.multiply(s, p)
		checkSame(t, "row", row.c, m.c[7*p.N:8*p.N])
	})
}

func TestNoAllocation(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		x, y := random(100), random(100)
		p := Product{M: 30, N: 40, K: 50, TransposeB: true, Bias: true}
		m := randomMatrices(s, p, 1)
		multiply := s.Multiply(p)
		allocations := testing.AllocsPerRun(10, func() {
			s.Exp(x, y)
			s.Add(x, x, y)
			s.AddScalar(x, y, 1)
			s.Dot(x, y)
			s.Standardise(x, y, 1e-3)
			s.Adam(x, y, x, y, AdamStep[float32]{Correction1: 1, Correction2: 1})
			s.Pack(p, 0, m.packed, m.b)
			multiply(0, m.c, m.a, m.b, m.packed, m.bias)
			s.MultiplyBlock(Block{M: p.M, N: p.N, K: p.K, ARow: p.K, AColumn: 1, BRow: p.N, CRow: p.N}, m.c, m.a, m.b, nil)
		})
		if allocations != 0 {
			t.Errorf("%g allocations", allocations)
		}
	})
}

func TestUnequalLengths(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		defer func() {
			if recover() == nil {
				t.Error("a short input was accepted")
			}
		}()
		s.Exp(make([]float32, 20), make([]float32, 10))
	})
}
