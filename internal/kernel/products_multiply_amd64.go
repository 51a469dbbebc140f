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
	o := operands{Product: p, a: a, b: b, c: c, aRow: p.K, aColumn: 1, bRow: p.N, cRow: p.N, packed: p.packs()}
	if p.Bias {
		o.start = bias
	}
	if p.TransposeA {
		o.aRow, o.aColumn = 1, p.M
	}
	if o.packed {
		o.b = packed[:x.packSize(p)]
	}
	switch p.method() {
	case rowDots:
		x.rowDots(&o, r)
	case columnDots:
		x.columnDots(&o, r)
	default:
		x.panels(&o, r)
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
	a, b, c, start       []float32
	aRow, aColumn        int  // the strides of op(A)
	bRow, cRow, startRow int  // the distances between rows
	packed               bool // whether b is what Pack made
}

// startAt returns what the element in row i and column j starts from, and the distances to that of
// the next row and of the next column.
func (o *operands) startAt(i, j int) (value *float32, row, column int) {
	if o.start == nil {
		return &zeros[0], 0, 0
	}
	return &o.start[i*o.startRow+j], o.startRow, 1
}

func (x *products) rowDots(o *operands, r region) {
	for j := range o.N {
		start, _, _ := o.startAt(0, j)
		x.dots(r.bottom-r.top, o.K, &o.b[j*o.K], &o.a[r.top*o.K], o.K, &o.c[r.top*o.N+j], o.N, start, 0)
	}
}

func (x *products) columnDots(o *operands, r region) {
	start, _, step := o.startAt(0, r.left)
	for i := range o.M {
		x.dots(r.right-r.left, o.K, &o.a[i*o.K], &o.b[r.left*o.K], o.K, &o.c[i*o.N+r.left], 1, start, step)
	}
}

// panels walks through blocks of k, and in each through the panels of B.
func (x *products) panels(o *operands, r region) {
	widest := x.widest(o, r.bottom-r.top)
	for k := 0; k < o.K; k += depthBlock {
		depth := min(depthBlock, o.K-k)
		q := panel{k: k, depth: depth, left: r.left}
		for q.left < r.right {
			if vectors := x.vectors(widest, r.right-q.left); vectors != q.vectors {
				q.vectors, q.blocks = vectors, split(r.bottom-r.top, len(x.micro[vectors]))
			}
			q.width = min(r.right-q.left, q.vectors*x.lanes)
			x.panel(o, &q, r.top)
			q.left += q.width
		}
	}
}

// panel is a block of op(B), rows from k and columns from left, and how rows of C are multiplied
// with it. It is made once for many panels: the divisions would cost as much as a small product.
type panel struct {
	k, depth, left, width int
	vectors               int
	blocks                blocks
}

// blocks is a division of rows into blocks of nearly equal height: some that are one higher than the
// others come first.
type blocks struct{ height, higher, others int }

// split divides rows into as few blocks as have at most the given height.
func split(rows, highest int) blocks {
	count := ceilDivide(rows, highest)
	height := rows / count
	higher := rows - count*height
	return blocks{height: height, higher: higher, others: count - higher}
}

// widest returns how many vectors a panel may have: four where that takes fewer blocks than two do, as
// for a few rows, whose sums would otherwise be too few to hide the latency of an addition.
func (x *products) widest(o *operands, rows int) int {
	if o.packed || ceilDivide(rows, len(x.micro[4])) >= 2*ceilDivide(rows, len(x.micro[2])) {
		return 2
	}
	return 4
}

// vectors returns the width of the next panel, of the columns that are left.
func (x *products) vectors(widest, columns int) int {
	switch {
	case columns > 3*x.lanes && widest == 4:
		return 4
	case columns > x.lanes:
		return 2
	}
	return 1
}

// panel multiplies the rows from top with a panel.
func (x *products) panel(o *operands, q *panel, top int) {
	if q.blocks.higher > 0 {
		x.block(o, q, top, q.blocks.height+1, q.blocks.higher)
		top += q.blocks.higher * (q.blocks.height + 1)
	}
	x.block(o, q, top, q.blocks.height, q.blocks.others)
}

// block multiplies some blocks of rows, all of one height, with a panel.
func (x *products) block(o *operands, q *panel, top, height, count int) {
	lanes := q.width - (q.vectors-1)*x.lanes
	a := &o.a[top*o.aRow+q.k*o.aColumn]
	b, bRow := x.panelOf(o, q)
	c := &o.c[top*o.cRow+q.left]
	start, startRow := c, o.cRow // later blocks of k add to what is there
	if q.k == 0 {
		start, startRow, _ = o.startAt(top, q.left)
	}
	x.micro[q.vectors][height-1](count, q.depth, a, o.aRow, o.aColumn, b, bRow,
		c, o.cRow, start, startRow, lanes)
}

// panelOf returns the first element of a panel and the distance between its rows. Packed panels lie
// one behind the other, and every one but the last is full.
func (x *products) panelOf(o *operands, q *panel) (b *float32, bRow int) {
	if !o.packed {
		return &o.b[q.k*o.bRow+q.left], o.bRow
	}
	width := x.panelWidth()
	return &o.b[q.left*o.K+q.k*width], width
}
