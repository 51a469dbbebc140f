package kernel

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestTilesOfRows expects a tile to write the rows that MultiplyRows promises, and no others.
func TestTilesOfRows(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		rapid.Check(t, func(t *rapid.T) {
			p := drawProduct(t)
			rows, tiles := s.MultiplyRows(p), s.MultiplyTiles(p)
			if rows == 0 {
				return
			}
			if want := (p.M + rows - 1) / rows; tiles != want {
				t.Fatalf("%v: %d tiles of %d rows, want %d", p, tiles, rows, want)
			}
			tile := rapid.IntRange(0, tiles-1).Draw(t, "tile")
			checkRowsWritten(t, s, p, tile, tile*rows, min((tile+1)*rows, p.M))
		})
	})
}

func checkRowsWritten(t *rapid.T, s *Set[float32], p Product, tile, first, last int) {
	m := randomMatrices(s, p, 1)
	for i := range m.c {
		m.c[i] = float32(math.NaN())
	}
	for tile := range s.PackTiles(p) {
		s.Pack(p, tile, m.packed, m.b)
	}
	s.Multiply(p)(tile, m.c, m.a, m.b, m.packed, m.bias)
	for i, v := range m.c {
		row := i / p.N
		if written := v == v; written != (first <= row && row < last) {
			t.Fatalf("%v: tile %d of rows [%d, %d): element (%d, %d) written: %v", p, tile, first, last, row, i%p.N, written)
		}
	}
}

// TestWholeRows holds the products of networks to tiles of whole rows, in an even number.
func TestWholeRows(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		for _, p := range []Product{
			{M: 256, K: 256, N: 256}, {M: 5120, K: 256, N: 256}, {M: 32, K: 200, N: 600}, {M: 16, K: 200, N: 600},
			{M: 64, K: 512, N: 512}, {M: 32, K: 600, N: 200, TransposeB: true}, {M: 1024, K: 1024, N: 1024},
		} {
			if s.MultiplyRows(p) == 0 {
				t.Errorf("%v has no tiles of whole rows", p)
			}
			if tiles := s.MultiplyTiles(p); s.Name != "go" && tiles%2 > 0 {
				t.Errorf("%v has %d tiles", p, tiles)
			}
		}
	})
}
