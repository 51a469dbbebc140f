// Package kernel holds the inner loops of the engine: matrix products and vector mathematics over
// row-major slices. Each kernel exists as a pure-Go twin, generic over float32 and float64, and as
// generated assembly for float32; a Set is one complete choice of kernels. One compliance suite
// runs over every Set.
//
// Kernels do not start goroutines and do not allocate. Work that is split between workers is split
// into tiles whose number depends on shapes alone, so results do not depend on how many workers
// there are.
package kernel

import "github.com/reverie-rl/reverie/internal/rng"

// Float is the element type of a kernel.
type Float interface{ float32 | float64 }

// Set is a complete set of kernels for elements of type T. Slices that a kernel reads or writes
// element by element have equal lengths, and dst may be the same slice as any input.
type Set[T Float] struct {
	Name string // "avx512", "avx2" or "go"

	// dst[i] = f(x[i])
	Neg, Abs, Sign, Square, Sqrt, Exp, Log, Erf, Tanh, Sigmoid, Softplus, ELU, SiLU, ReLU func(dst, x []T)

	// dst[i] = a[i] op b[i]; Greater is 1 where a > b and 0 elsewhere
	Add, Sub, Mul, Div, Max, Min, Greater func(dst, a, b []T)

	// dst[i] = a[i] op b; the reversed ones compute b op a[i]
	AddScalar, MulScalar, DivScalar, MaxScalar, MinScalar, GreaterScalar func(dst, a []T, b T)
	SubFromScalar, DivIntoScalar, LessScalar                             func(dst, a []T, b T)

	// dst[i] = gradient[i] * f'(.), with f' computed from the output y of f, or from its input x
	TanhGradient, SigmoidGradient, ELUGradient func(dst, y, gradient []T)
	SoftplusGradient, SiLUGradient             func(dst, x, gradient []T)

	// Where takes a[i] where mask[i] is not 0, and b[i] elsewhere.
	Where func(dst, mask, a, b []T)

	// dst[i] = x[i]
	FromBytes func(dst []T, x []uint8)

	// MulAdd computes dst[i] += a[i] * b[i], and AddScaled dst[i] += scale * a[i].
	MulAdd    func(dst, a, b []T)
	AddScaled func(dst, a []T, scale T)

	// Reductions of one slice, in an order that depends on its length alone. Maximum of an empty
	// slice is -Inf.
	Sum, SumSquares, Maximum func(x []T) T
	Dot                      func(a, b []T) T

	// Standardise writes (x - mean(x)) / sqrt(variance(x) + epsilon), with the biased variance, and
	// returns 1 / sqrt(variance + epsilon): the core of layer normalisation for one row.
	Standardise func(dst, x []T, epsilon T) T
	// StandardiseGradient is its gradient: dst = inverse * (g - mean(g) - y * mean(g*y)), where y is
	// Standardise's output and inverse what it returned.
	StandardiseGradient func(dst, y, gradient []T, inverse T)

	// Adam updates parameter and both moments in place: see AdamStep.
	Adam func(parameter, first, second, gradient []T, step AdamStep[T])

	// Uniform and Normal fill dst with the elements offset, offset+1, ... of a sequence of package rng,
	// bit for bit.
	Uniform, Normal func(dst []T, key rng.Key, offset int)

	// A matrix product is computed in two phases: Pack once, in PackTiles independent tiles, then
	// what Multiply returns, in MultiplyTiles independent tiles: it works out once what follows from
	// the shape, which would take as long as a small product. Each tile count depends on the Product
	// alone; no element of the result depends on the order or the concurrency in which tiles are run.
	PackSize      func(p Product) int // elements of packed, which Pack fills or Multiply works in
	PackTiles     func(p Product) int // 0 where nothing is packed
	Pack          func(p Product, tile int, packed, b []T)
	MultiplyTiles func(p Product) int
	// MultiplyRows is the number of rows of C in a tile: tile i computes the whole rows from i·rows to
	// min((i+1)·rows, M), end excluded, so that what follows row by row may be done on the same
	// worker while they are in its cache. It is 0 where a tile holds only some columns of its rows,
	// as it may where M is small or B is large.
	MultiplyRows func(p Product) int
	Multiply     func(p Product) func(tile int, c, a, b, packed, bias []T)

	// MultiplyBlock computes C = start + A · B for matrices that are parts of larger arrays. A start of
	// nil is zeros, and it may be the memory of C, which is then added to.
	MultiplyBlock func(p Block, c, a, b, start []T)
}

// Product describes C = op(A) · op(B) + bias with dense row-major matrices: C is [M, N], op(A) is
// [M, K] and op(B) is [K, N], where op transposes if the flag says so (a transposed A is stored as
// [K, M]). If Bias is set, bias has N elements and is added to every row of C. C is overwritten.
type Product struct {
	M, N, K                int
	TransposeA, TransposeB bool
	Bias                   bool
	// Reused promises that B is packed once for many products, so that packing costs nothing.
	Reused bool
}

// Block says how the matrices of MultiplyBlock lie in memory: C and start are [M, N], A is [M, K] and B
// is [K, N]. Distances are in elements; rows of A and B may overlap, and a StartRow of 0 repeats one
// row. Where it is not given, neighbours in a row are neighbours in memory.
type Block struct {
	M, N, K              int
	ARow, AColumn        int // from one row of A to the next, and from one column to the next
	BRow, CRow, StartRow int // from one row to the next
}

// check panics unless slices of these lengths hold all that the block, which is not empty, reaches.
func (p *Block) check(c, a, b, start int) {
	reach := func(rows, row, columns, column int) int { return (rows-1)*row + (columns-1)*column + 1 }
	if reach(p.M, p.CRow, p.N, 1) > c || p.K > 0 && (reach(p.M, p.ARow, p.K, p.AColumn) > a || reach(p.K, p.BRow, p.N, 1) > b) ||
		start > 0 && reach(p.M, p.StartRow, p.N, 1) > start {
		panic("kernel: array smaller than its Block says")
	}
}

// AdamStep holds the numbers of one step of Adam (Kingma and Ba, 2015):
//
//	first  = beta1 first  + (1 - beta1) g
//	second = beta2 second + (1 - beta2) g²
//	parameter -= rate · (first / correction1) / (sqrt(second / correction2) + epsilon)
//
// where g = scale · gradient and correctionN = 1 - betaN^t.
type AdamStep[T Float] struct {
	Scale, Rate, Beta1, Beta2, Epsilon, Correction1, Correction2 T
}
