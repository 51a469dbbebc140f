package kernel

// zeros is what a product without a bias starts from.
var zeros [64]float32

func (x *products) multiply(p Product, tile int, c, a, b, packed, bias []float32) {
	checkProduct(p, c, a, b, bias)
	if p.swapped() {
		a, b = b, a
	}
	p = p.simplified()
	r := x.gridOf(p).region(p, tile)
	if p.K == 0 {
		fillRegion(p, r, c, bias)
		return
	}
	o := operands{Product: p, a: a, b: b, c: c, bias: bias}
	o.aRow, o.aColumn = p.K, 1
	if p.TransposeA {
		o.aRow, o.aColumn = 1, p.M
	}
	if p.packs() {
		o.b = packed[:x.packSize(p)]
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

// start returns what an element of column j starts from, and the distance to that of the next
// column.
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
			x.panel(&o, r, panel{k: k, depth: depth, left: left, width: width})
			left += width
		}
	}
}

// panel is a block of op(B): rows from k and columns from left.
type panel struct{ k, depth, left, width int }

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

// panel multiplies the rows of a region with a panel, in blocks of rows of nearly equal height.
func (x *products) panel(o *operands, r region, q panel) {
	highest := len(x.micro[ceilDivide(q.width, x.lanes)])
	rows := r.bottom - r.top
	blocks := ceilDivide(rows, highest)
	height, higher := rows/blocks, rows%blocks
	middle := r.top + higher*(height+1)
	x.blocks(o, q, r.top, middle, height+1)
	x.blocks(o, q, middle, r.bottom, height)
}

// blocks multiplies the rows from top to bottom with a panel, in blocks of one height.
func (x *products) blocks(o *operands, q panel, top, bottom, height int) {
	if top == bottom {
		return
	}
	vectors := ceilDivide(q.width, x.lanes)
	lanes := q.width - (vectors-1)*x.lanes
	a := &o.a[top*o.aRow+q.k*o.aColumn]
	b, bRow := x.panelOf(o, q)
	c := &o.c[top*o.N+q.left]
	start, startRow := c, o.N // later blocks of k add to what is there
	if q.k == 0 {
		start, _ = o.start(q.left)
		startRow = 0
	}
	x.micro[vectors][height-1]((bottom-top)/height, q.depth, a, o.aRow, o.aColumn, b, bRow,
		c, o.N, start, startRow, lanes)
}

// panelOf returns the first element of a panel and the distance between its rows.
func (x *products) panelOf(o *operands, q panel) (b *float32, bRow int) {
	if !o.packs() {
		return &o.b[q.k*o.N+q.left], o.N
	}
	width := x.panelWidth()
	return &o.b[(q.left/width*o.K+q.k)*width], width
}
