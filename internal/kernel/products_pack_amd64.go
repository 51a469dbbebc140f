package kernel

// packs tells whether op(B) of a simplified Product is copied before it is used. An untransposed B
// is not: its rows come from the second-level cache as fast as the panels use them.
func (p Product) packs() bool {
	switch p.method() {
	case rowDots:
		return p.N > 1 && !p.TransposeB
	case columnDots:
		return false
	}
	return p.TransposeB
}

func (x *products) packSize(p Product) int {
	p = p.simplified()
	switch {
	case !p.packs():
		return 0
	case p.method() == rowDots:
		return p.N * p.K
	}
	return x.packTiles(p) * x.panelWidth() * p.K
}

// packTiles is the number of panels, or 1 where the few columns of B become rows.
func (x *products) packTiles(p Product) int {
	p = p.simplified()
	switch {
	case !p.packs():
		return 0
	case p.method() == rowDots:
		return 1
	}
	return ceilDivide(p.N, x.panelWidth())
}

func (x *products) panelWidth() int { return 2 * x.lanes }

func (x *products) pack(p Product, tile int, packed, b []float32) {
	p = p.simplified()
	if len(b) < p.K*p.N {
		panic("kernel: matrix smaller than its Product says")
	}
	if p.method() == rowDots {
		transposeSlowly(packed, p.K, b, p.N, p.K, p.N)
		return
	}
	width := x.panelWidth()
	first := tile * width
	columns := min(width, p.N-first)
	x.packRows(packed[tile*width*p.K:(tile+1)*width*p.K], b[first*p.K:], columns, p.K)
}

// packRows writes rows of the given length as the columns of a panel.
func (x *products) packRows(panel, rows []float32, count, length int) {
	width := x.panelWidth()
	blocks := length / 8
	for row := 0; row < count; row += 8 {
		height := min(8, count-row)
		dst, src, done := panel[row:], rows[row*length:], 0
		if height == 8 && blocks > 0 {
			x.transpose(blocks, &dst[0], width, &src[0], length)
			done = blocks * 8
		}
		if done < length {
			transposeSlowly(dst[done*width:], width, src[done:], length, height, length-done)
		}
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
