package kernel

const (
	packBlock    = 128  // rows of a packed panel that are written at a time: a multiple of 8
	pageElements = 1024 // elements in a page of memory
	leastToCopy  = 128  // rows of A from which a copy of B is worth its time
	copiedRows   = 64   // rows of B that one tile copies
)

// packs tells whether op(B) of a simplified Product is copied before it is used. An untransposed B
// is not, as a rule: its rows come from the second-level cache as fast as the panels use them.
func (p Product) packs() bool {
	switch p.method() {
	case rowDots:
		return p.N > 1 && !p.TransposeB
	case columnDots, turned:
		return false
	}
	return p.TransposeB || p.conflicting()
}

// conflicting tells whether the rows of a large B lie at multiples of a page from each other, so that
// those of a panel compete for the same few places in the caches. If B is used often enough, a copy
// without that costs less.
func (p Product) conflicting() bool {
	return p.N%pageElements == 0 && p.K*p.N > largeMatrix && p.M >= leastToCopy
}

// packSize is PackSize of a Set.
func (x *products) packSize(p Product) int {
	p = p.simplified()
	if p.method() == turned {
		return x.turnedSize(p)
	}
	g := x.gridOf(p)
	return x.packedSize(p) + g.rows*g.columns*x.copySize(p)
}

// packedSize is the number of elements that are packed of B.
func (x *products) packedSize(p Product) int {
	switch {
	case !p.packs():
		return 0
	case p.method() == rowDots:
		return p.N * p.K
	}
	return ceilDivide(p.N, x.panelWidth(&p)) * x.panelWidth(&p) * p.K
}

// packTiles is the number of panels that are transposed, or of groups of rows that are copied, or 1
// where the few columns of B become rows.
func (x *products) packTiles(p Product) int {
	p = p.simplified()
	switch {
	case !p.packs():
		return 0
	case p.method() == rowDots:
		return 1
	}
	if !p.TransposeB {
		return ceilDivide(p.K, copiedRows)
	}
	return ceilDivide(p.N, x.panelWidth(&p))
}

// panelWidth returns the columns of a packed panel: two vectors, or one that holds all columns.
func (x *products) panelWidth(p *Product) int {
	if p.N <= x.lanes {
		return x.lanes
	}
	return 2 * x.lanes
}

func (x *products) pack(p Product, tile int, packed, b []float32) {
	p = p.simplified()
	if len(b) < p.K*p.N {
		panic("kernel: matrix smaller than its Product says")
	}
	if p.method() == rowDots {
		transposeSlowly(packed, p.K, b, p.N, p.K, p.N)
		return
	}
	if !p.TransposeB {
		x.copyRows(p, packed, b, tile*copiedRows, min((tile+1)*copiedRows, p.K))
		return
	}
	width := x.panelWidth(&p)
	first := tile * width
	columns := min(width, p.N-first)
	x.packRows(packed[tile*width*p.K:(tile+1)*width*p.K], width, b[first*p.K:], columns, p.K)
}

// copyRows copies rows of B into all panels, a few at a time: whole rows are read in order, and what
// is written to a panel is contiguous.
func (x *products) copyRows(p Product, packed, b []float32, first, last int) {
	width := x.panelWidth(&p)
	for ; first < last; first += 8 {
		end := min(first+8, last)
		for left := 0; left < p.N; left += width {
			panel := packed[left*p.K:]
			for k := first; k < end; k++ {
				copy(panel[k*width:][:width], b[k*p.N+left:])
			}
		}
	}
}

// packRows writes rows of the given length as the columns of a panel, in parts that stay in the
// first-level cache until all of their columns are there.
func (x *products) packRows(panel []float32, width int, rows []float32, count, length int) {
	for first := 0; first < length; first += packBlock {
		x.transpose(panel[first*width:], width, rows[first:], length, count, min(packBlock, length-first))
	}
}

// transpose writes a corner of src, of the given rows and columns, as columns and rows of dst. Where
// groups of eight rows do not come out even, the last one overlaps the one before.
func (x *products) transpose(dst []float32, dstRow int, src []float32, srcRow, rows, columns int) {
	for row := 0; row < rows; {
		if rows >= 8 {
			row = min(row, rows-8)
		}
		height, transpose := x.transposeRows(rows - row)
		packPart(transpose, dst[row:], dstRow, src[row*srcRow:], srcRow, height, columns)
		row += height
	}
}

// transposeRows returns how many rows to transpose next, of those that are left, and a kernel for
// them if there is one.
func (x *products) transposeRows(left int) (rows int, kernel transposeKernel) {
	switch {
	case left >= 16 && x.transpose16 != nil:
		return 16, x.transpose16
	case left >= 8:
		return 8, x.transpose8
	}
	return left, nil
}

// packPart writes a corner of src as columns and rows. Where a kernel's blocks of eight do not come
// out even, the last one overlaps the one before.
func packPart(transpose transposeKernel, dst []float32, dstRow int, src []float32, srcRow, rows, columns int) {
	if transpose == nil || columns < 8 {
		transposeSlowly(dst, dstRow, src, srcRow, rows, columns)
		return
	}
	transpose(columns/8, &dst[0], dstRow, &src[0], srcRow)
	if columns%8 > 0 {
		transpose(1, &dst[(columns-8)*dstRow], dstRow, &src[columns-8], srcRow)
	}
}

// transposeSlowly writes a corner of src, of the given rows and columns, as columns and rows.
func transposeSlowly(dst []float32, dstRow int, src []float32, srcRow, rows, columns int) {
	for r := range rows {
		for c := range columns {
			dst[c*dstRow+r] = src[r*srcRow+c]
		}
	}
}

func ceilDivide(a, b int) int { return (a + b - 1) / b }
