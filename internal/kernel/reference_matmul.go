package kernel

// referenceTileRows is the number of rows of C in one tile of the plain product.
const referenceTileRows = 32

func rowTiles(p Product) int {
	if p.N == 0 {
		return 0
	}
	return (p.M + referenceTileRows - 1) / referenceTileRows
}

// multiply is Multiply of the plain Set.
func multiply[T Float](p Product) func(tile int, c, a, b, packed, bias []T) {
	return func(tile int, c, a, b, _, bias []T) { multiplyRows(p, tile, c, a, b, bias) }
}

// multiplyRows computes one tile of rows of C from the unpacked matrices.
func multiplyRows[T Float](p Product, tile int, c, a, b, bias []T) {
	first := tile * referenceTileRows
	last := min(first+referenceTileRows, p.M)
	for i := first; i < last; i++ {
		row := c[i*p.N : (i+1)*p.N]
		clear(row)
		if p.Bias {
			copy(row, bias)
		}
		if p.TransposeB {
			addRowDots(p, i, row, a, b)
		} else {
			addScaledRows(p, i, row, a, b)
		}
	}
}

// addScaledRows adds row i of op(A) · B to row: a sum of the rows of B.
func addScaledRows[T Float](p Product, i int, row, a, b []T) {
	for k := range p.K {
		scale := a[p.indexA(i, k)]
		for j, v := range b[k*p.N : (k+1)*p.N] {
			row[j] += scale * v
		}
	}
}

// addRowDots adds row i of op(A) · Bᵀ to row: one dot product for each row of B.
func addRowDots[T Float](p Product, i int, row, a, b []T) {
	for j := range row {
		total := row[j]
		for k, v := range b[j*p.K : (j+1)*p.K] {
			total += a[p.indexA(i, k)] * v
		}
		row[j] = total
	}
}

// indexA is the place of element (i, k) of op(A) in the slice that holds A.
func (p Product) indexA(i, k int) int {
	if p.TransposeA {
		return k*p.M + i
	}
	return i*p.K + k
}

func multiplyBlock[T Float](p Block, c, a, b, start []T) {
	if p.M == 0 || p.N == 0 {
		return
	}
	p.check(len(c), len(a), len(b), len(start))
	for i := range p.M {
		row := c[i*p.CRow:][:p.N]
		begin(&p, row, start, i)
		for k := range p.K {
			scale := a[i*p.ARow+k*p.AColumn]
			for j, v := range b[k*p.BRow:][:p.N] {
				row[j] += scale * v
			}
		}
	}
}

// begin sets row i of C to what it starts from.
func begin[T Float](p *Block, row, start []T, i int) {
	if start == nil {
		clear(row)
		return
	}
	copy(row, start[i*p.StartRow:])
}
