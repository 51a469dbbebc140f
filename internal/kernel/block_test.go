package kernel

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// blockArrays are the arrays that a Block lies in, no longer than it reaches.
type blockArrays struct{ c, a, b, start []float32 }

func randomBlock(p Block) blockArrays {
	source := generator()
	reach := func(rows, row, columns, column int) int {
		if rows == 0 || columns == 0 {
			return 0
		}
		return (rows-1)*row + (columns-1)*column + 1
	}
	return blockArrays{
		c: normal(source, reach(p.M, p.CRow, p.N, 1)), a: normal(source, reach(p.M, p.ARow, p.K, p.AColumn)),
		b: normal(source, reach(p.K, p.BRow, p.N, 1)), start: normal(source, reach(p.M, p.StartRow, p.N, 1)),
	}
}

// drawBlock draws a block with matrices that lie in any way that a convolution needs: transposed, with
// gaps between rows, or with rows that overlap.
func drawBlock(t *rapid.T) Block {
	size, gap := rapid.OneOf(rapid.IntRange(0, 6), rapid.IntRange(1, 70), rapid.IntRange(250, 300)), rapid.IntRange(0, 9)
	p := Block{M: size.Draw(t, "M"), N: size.Draw(t, "N"), K: size.Draw(t, "K"), AColumn: 1}
	p.ARow = max(1, p.K+gap.Draw(t, "A gap")-4)
	if rapid.Bool().Draw(t, "transpose A") {
		p.ARow, p.AColumn = 1, p.M+gap.Draw(t, "A column gap")
	}
	p.BRow, p.CRow = max(1, p.N+gap.Draw(t, "B gap")-4), p.N+gap.Draw(t, "C gap")
	if rapid.Bool().Draw(t, "distinct starts") {
		p.StartRow = p.N + gap.Draw(t, "start gap")
	}
	return p
}

func TestBlock(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		rapid.Check(t, func(t *rapid.T) {
			p := drawBlock(t)
			m := randomBlock(p)
			if rapid.Bool().Draw(t, "start from zeros") {
				m.start = nil
			}
			checkBlock(t, s, p, m)
		})
	})
}

func checkBlock(t rapid.TB, s *Set[float32], p Block, m blockArrays) {
	want := wide(m.c) // gaps stay as they were
	var start []float64
	if m.start != nil {
		start = wide(m.start)
	}
	Reference[float64]().MultiplyBlock(p, want, wide(m.a), wide(m.b), start)
	s.MultiplyBlock(p, m.c, m.a, m.b, m.start)
	for i, v := range m.c {
		if !near(v, want[i], summed, 1e-6*float64(p.K+1)) {
			t.Fatalf("%+v: element %d of C: got %g, want %g", p, i, v, want[i])
		}
	}
}

// A block that starts from C's own memory adds to it.
func TestBlockAddsToItself(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		p := Block{M: 25, N: 40, K: 300, ARow: 300, AColumn: 1, BRow: 41, CRow: 50, StartRow: 50}
		m := randomBlock(p)
		want := append([]float32{}, m.c...)
		s.MultiplyBlock(p, want, m.a, m.b, append([]float32{}, m.c...))
		s.MultiplyBlock(p, m.c, m.a, m.b, m.c)
		checkSame(t, "sum", m.c, want)
	})
}

// A block is the product of the same matrices, bit for bit.
func TestBlockIsProduct(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		p := Product{M: 40, N: 70, K: 300, Bias: true}
		m := randomMatrices(s, p, 1)
		m.multiply(s, p)
		c := make([]float32, len(m.c))
		s.MultiplyBlock(Block{M: p.M, N: p.N, K: p.K, ARow: p.K, AColumn: 1, BRow: p.N, CRow: p.N}, c, m.a, m.b, m.bias)
		checkSame(t, "block", c, m.c)
	})
}

func TestBlockBounds(t *testing.T) {
	p := Block{M: 3, N: 5, K: 4, ARow: 4, AColumn: 1, BRow: 5, CRow: 6, StartRow: 5}
	everySet(t, func(t *testing.T, s *Set[float32]) {
		for i := range 4 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				m := randomBlock(p)
				for j, x := range []*[]float32{&m.c, &m.a, &m.b, &m.start} {
					if i == j {
						*x = (*x)[:len(*x)-1]
					}
				}
				defer func() {
					if recover() == nil {
						t.Error("a short array was accepted")
					}
				}()
				s.MultiplyBlock(p, m.c, m.a, m.b, m.start)
			})
		}
	})
}
