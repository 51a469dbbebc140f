package kernel

// zeros is what a product without a bias starts from.
var zeros [64]float32

// grid is the division of C into tiles.
type grid struct{ rows, columns int }

// Sizes of tiles: small enough to share a product between workers, large enough to make up for
// the sharing.
const (
	tileWork     = 1 << 21 // multiply-adds in a tile
	mostTiles    = 64
	tileRows     = 48
	leastRows    = 12
	leastColumns = 64
)

// gridOf divides C first by rows, where panels are shared, and then by columns.
func (x *products) gridOf(p Product) grid {
	if p.M == 0 || p.N == 0 {
		return grid{}
	}
	tiles := min(ceilDivide(p.M*p.N*p.K, tileWork), mostTiles)
	tiles = max(tiles, 1)
	switch p.method() {
	case rowDots:
		return grid{rows: min(tiles, ceilDivide(p.M, leastRows)), columns: 1}
	case columnDots:
		return grid{rows: 1, columns: min(tiles, ceilDivide(p.N, leastColumns))}
	}
	rows := min(tiles, ceilDivide(p.M, tileRows))
	return grid{rows: rows, columns: min(ceilDivide(tiles, rows), ceilDivide(p.N, leastColumns))}
}

// region is a tile of C: rows from top to bottom, columns from left to right, ends excluded.
type region struct{ top, bottom, left, right int }

// region returns a tile; its columns begin at multiples of unit.
func (g grid) region(p Product, tile, unit int) region {
	row, column := tile/g.columns, tile%g.columns
	units := ceilDivide(p.N, unit)
	return region{
		top:    p.M * row / g.rows,
		bottom: p.M * (row + 1) / g.rows,
		left:   units * column / g.columns * unit,
		right:  min(units*(column+1)/g.columns*unit, p.N),
	}
}

func (x *products) multiply(p Product, tile int, c, a, b, packed, bias []float32) {
	checkProduct(p, c, a, b, bias)
	if p.swapped() {
		a, b = b, a
	}
	p = p.simplified()
	r := x.gridOf(p).region(p, tile, leastColumns)
	if p.K == 0 {
		fillRegion(p, r, c, bias)
		return
	}
	o := operands{Product: p, a: a, b: b, c: c, bias: zeros[:]}
	o.aRow, o.aColumn = p.K, 1
	if p.TransposeA {
		o.aRow, o.aColumn = 1, p.M
	}
	if p.packs() {
		o.b = packed[:x.packSize(p)]
	}
	if p.Bias {
		o.bias = bias
	}
	switch p.method() {
	case rowDots:
		x.rowDots(o, r)
	case columnDots:
		x.columnDots(o, r)
	default:
		x.panels(o, r)
	}
}

func checkProduct(p Product, c, a, b, bias []float32) {
	if len(c) < p.M*p.N || len(a) < p.M*p.K || len(b) < p.K*p.N || p.Bias && len(bias) < p.N {
		panic("kernel: matrix smaller than its Product says")
	}
}

func fillRegion(p Product, r region, c, bias []float32) {
	for i := r.top; i < r.bottom; i++ {
		row := c[i*p.N+r.left : i*p.N+r.right]
		clear(row)
		if p.Bias {
			copy(row, bias[r.left:r.right])
		}
	}
}

// operands are the matrices of a Product, with B as its method wants it.
type operands struct {
	Product
	a, b, c, bias []float32
	aRow, aColumn int // the strides of op(A)
}

// start returns the value that column j of the first row starts from, and the distance to that of
// the next column.
func (o *operands) start(j int) (value *float32, step int) {
	if !o.Bias {
		return &zeros[0], 0
	}
	return &o.bias[j], 1
}

func (x *products) rowDots(o operands, r region) {
	for j := range o.N {
		start, _ := o.start(j)
		x.dots(r.bottom-r.top, o.K, &o.b[j*o.K], &o.a[r.top*o.K], o.K, &o.c[r.top*o.N+j], o.N, start, 0)
	}
}

func (x *products) columnDots(o operands, r region) {
	start, step := o.start(r.left)
	for i := range o.M {
		x.dots(r.right-r.left, o.K, &o.a[i*o.K], &o.b[r.left*o.K], o.K, &o.c[i*o.N+r.left], 1, start, step)
	}
}

// panels walks through blocks of k, and in each through the panels of B.
func (x *products) panels(o operands, r region) {
	for k := 0; k < o.K; k += depthBlock {
		depth := min(depthBlock, o.K-k)
		for left := r.left; left < r.right; {
			width := x.width(o.Product, r.right-left)
			x.panel(&o, r, k, depth, left, width)
			left += width
		}
	}
}

// width returns the number of columns to take next, of those that are left.
func (x *products) width(p Product, columns int) int {
	switch {
	case p.M <= len(x.micro[4]) && !p.packs() && columns > 3*x.lanes:
		return min(columns, 4*x.lanes)
	case columns > x.lanes:
		return min(columns, 2*x.lanes)
	}
	return columns
}

// panel multiplies all rows of the region with one panel, in blocks of nearly equal height.
func (x *products) panel(o *operands, r region, k, depth, left, width int) {
	vectors := ceilDivide(width, x.lanes)
	kernels := x.micro[vectors]
	rows := r.bottom - r.top
	blocks := ceilDivide(rows, len(kernels))
	height, higher := rows/blocks, rows%blocks
	lanes := width - (vectors-1)*x.lanes
	b, bRow := x.panelOf(o, k, left)
	run := func(top, blocks, height int) {
		if blocks == 0 {
			return
		}
		c := &o.c[top*o.N+left]
		start, startRow := c, o.N
		if k == 0 {
			start, startRow = &o.bias[0], 0
			if o.Bias {
				start = &o.bias[left]
			}
		}
		kernels[height-1](blocks, depth, &o.a[top*o.aRow+k*o.aColumn], o.aRow, o.aColumn, b, bRow,
			c, o.N, start, startRow, lanes)
	}
	run(r.top, higher, height+1)
	run(r.top+higher*(height+1), blocks-higher, height)
}

// panelOf returns the first element of a panel and the distance between its rows.
func (x *products) panelOf(o *operands, k, left int) (b *float32, bRow int) {
	if !o.packs() {
		return &o.b[k*o.N+left], o.N
	}
	width := x.panelWidth()
	return &o.b[(left/width*o.K+k)*width], width
}
