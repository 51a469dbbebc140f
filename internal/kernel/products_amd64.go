package kernel

// products computes matrix products with the micro-kernels of one instruction set. It has four
// methods; which one serves a Product depends on its shape alone:
//
//   - panels: blocks of C in registers, against panels of B two vectors wide. A is read in place
//     through strides, and so is B, unless it is transposed or its rows lie badly for the caches:
//     then its panels are packed. Panels are four vectors wide for a few rows.
//   - rowDots, for a C of few columns: every element is the dot product of a row of A and a column
//     of B, which is packed unless it is contiguous.
//   - columnDots, for a C of few rows and a transposed B: likewise, with nothing to pack.
//   - turned, for a small product with a transposed B that is larger than A: panels of Cᵀ = B · Aᵀ, for
//     which A is packed.
//
// In panels, turned or not, every element of C is one chain of fused multiply-adds in the order of k, so it is the
// same whatever the tile, the micro-kernel and the other rows of the batch are.
type products struct {
	lanes       int              // elements in a vector
	micro       [5][]microKernel // by vectors, then by rows - 1
	dots        dotKernel
	transpose8  transposeKernel
	transpose16 transposeKernel // nil where vectors are too short
}

type microKernel func(blocks, depth int, a *float32, aRow, aColumn int, b *float32, bRow int,
	c *float32, cRow int, start *float32, startRow, lanes int)

type transposeKernel func(blocks int, dst *float32, dstRow int, src *float32, srcRow int)

type dotKernel func(rows, depth int, x, b *float32, bRow int, c *float32, cRow int,
	start *float32, startRow int)

const (
	fewColumns = 2   // up to which a product is computed by rowDots
	fewRows    = 3   // up to which a product with a transposed B is computed by columnDots
	depthBlock = 256 // elements of k in one block: a panel of them fits the first-level cache
)

type method int

const (
	panels method = iota
	rowDots
	columnDots
	turned
)

func (x *products) install(s *Set[float32]) {
	s.PackSize = x.packSize
	s.PackTiles = x.packTiles
	s.Pack = x.pack
	s.MultiplyTiles = func(p Product) int {
		g := x.gridOf(p.simplified())
		return g.rows * g.columns
	}
	s.MultiplyRows = x.multiplyRows
	s.Multiply = x.multiply
	s.MultiplyBlock = x.multiplyBlock
}

// simplified drops the transpositions that do not change the order of elements in memory, and
// turns a swapped product round.
func (p Product) simplified() Product {
	if p.swapped() {
		return Product{M: 1, N: p.M, K: p.K}
	}
	p.TransposeA = p.TransposeA && p.M > 1 && p.K > 1
	p.TransposeB = p.TransposeB && p.N > 1 && p.K > 1
	return p
}

// swapped tells whether the product is computed as Cᵀ = Bᵀ · A, a row vector times a matrix as it
// lies in memory, because C and B are single columns and A is transposed.
func (p Product) swapped() bool {
	return p.N == 1 && p.M > 1 && p.K > 1 && p.TransposeA && !p.Bias
}

// method of a simplified Product.
func (p Product) method() method {
	switch {
	case p.N <= fewColumns && !p.TransposeA && p.K > 1 && (p.M > 1 || p.N == 1):
		return rowDots
	case p.M <= fewRows && !p.TransposeA && p.TransposeB:
		return columnDots
	case p.turns():
		return turned
	}
	return panels
}
