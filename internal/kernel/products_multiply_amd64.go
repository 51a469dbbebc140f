package kernel

// zeros is what a product without a bias starts from.
var zeros [64]float32

// multiplication is all that follows from the shape of a Product, worked out once for many products.
type multiplication struct {
	*products
	layout
	method     method
	packedSize int // elements that Pack makes
	copySize   int // elements of A that a tile copies
	tiles      []tile
}

// layout is how the matrices of a product lie in memory.
type layout struct {
	Product
	aRow, aColumn        int  // the strides of op(A)
	bRow, cRow, startRow int  // the distances between rows
	packed               bool // whether B is what Pack made
}

// tile is a region of C and how its rows are divided.
type tile struct {
	region
	division
}

// multiply is Multiply of a Set.
func (x *products) multiply(p Product) func(tile int, c, a, b, packed, bias []float32) {
	if p.swapped() {
		multiply := x.multiply(p.simplified())
		return func(tile int, c, a, b, packed, bias []float32) { multiply(tile, c, b, a, packed, bias) }
	}
	p = p.simplified()
	if p.method() == turned {
		return x.multiplyTurned(p)
	}
	m := &multiplication{products: x, method: p.method(), packedSize: x.packedSize(p), copySize: x.copySize(p)}
	m.layout = layout{Product: p, aRow: p.K, aColumn: 1, bRow: p.N, cRow: p.N, packed: p.packs()}
	if p.TransposeA {
		m.aRow, m.aColumn = 1, p.M
	}
	g := x.gridOf(p)
	for i := range g.rows * g.columns {
		r := g.region(p, i)
		m.tiles = append(m.tiles, tile{region: r, division: x.divide(r.bottom-r.top, m.packed)})
	}
	return m.multiplyTile
}

func (m *multiplication) multiplyTile(index int, c, a, b, packed, bias []float32) {
	m.check(c, a, b, bias)
	t := &m.tiles[index]
	if m.K == 0 {
		fillRegion(m.Product, t.region, c, bias)
		return
	}
	o := operands{layout: m.layout, a: a, b: b, c: c}
	if m.Bias {
		o.start = bias
	}
	if m.packed {
		o.b = packed[:m.packedSize]
	}
	if m.copySize > 0 {
		o.copy = packed[m.packedSize+index*m.copySize:][:m.copySize]
	}
	switch m.method {
	case rowDots:
		m.rowDots(&o, t.region)
	case columnDots:
		m.columnDots(&o, t.region)
	default:
		m.panels(&o, t)
	}
}

func (p *Product) check(c, a, b, bias []float32) {
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

// operands are the matrices of one product, with B as its method wants it.
type operands struct {
	layout
	a, b, c, start []float32
	copy           []float32 // room for a part of A, if it is copied
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
func (x *products) panels(o *operands, t *tile) {
	for k := 0; k < o.K; k += depthBlock {
		q := panel{k: k, depth: min(depthBlock, o.K-k), top: t.top}
		x.rowsOfA(o, &q, t.bottom-t.top)
		for q.left = t.left; q.left < t.right; q.left += q.width {
			q.vectors = x.vectors(t.widest, t.right-q.left)
			q.width = min(t.right-q.left, q.vectors*x.lanes)
			x.panel(o, &q, t.top, t.blocks[q.vectors])
		}
	}
}

// panel is a block of op(B), rows from k and columns from left, and what it is multiplied with.
type panel struct {
	k, depth, left, width int
	vectors               int
	a                     []float32 // from row top and column k of op(A)
	top, aRow, aColumn    int
}

// division says how many vectors a panel may have for some rows of C, and how the rows are then divided
// into blocks.
type division struct {
	widest int
	blocks [5]blocks // by vectors
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

// divide takes panels of four vectors where that makes fewer blocks than two do, as for a few rows, whose
// sums would otherwise be too few to hide the latency of an addition.
func (x *products) divide(rows int, packed bool) division {
	d := division{widest: 2}
	if !packed && ceilDivide(rows, len(x.micro[4])) < 2*ceilDivide(rows, len(x.micro[2])) {
		d.widest = 4
	}
	for vectors := 1; vectors <= d.widest; vectors *= 2 {
		d.blocks[vectors] = split(rows, len(x.micro[vectors]))
	}
	return d
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

// panel multiplies rows from top, divided into blocks, with a panel.
func (x *products) panel(o *operands, q *panel, top int, rows blocks) {
	if rows.higher > 0 {
		x.block(o, q, top, rows.height+1, rows.higher)
		top += rows.higher * (rows.height + 1)
	}
	x.block(o, q, top, rows.height, rows.others)
}

// block multiplies some blocks of rows, all of one height, with a panel.
func (x *products) block(o *operands, q *panel, top, height, count int) {
	lanes := q.width - (q.vectors-1)*x.lanes
	a := &q.a[(top-q.top)*q.aRow]
	b, bRow := x.panelOf(o, q)
	c := &o.c[top*o.cRow+q.left]
	start, startRow := c, o.cRow // later blocks of k add to what is there
	if q.k == 0 {
		start, startRow, _ = o.startAt(top, q.left)
	}
	x.micro[q.vectors][height-1](count, q.depth, a, q.aRow, q.aColumn, b, bRow,
		c, o.cRow, start, startRow, lanes)
}

// panelOf returns the first element of a panel and the distance between its rows. Packed panels lie
// one behind the other, and every one but the last is full.
func (x *products) panelOf(o *operands, q *panel) (b *float32, bRow int) {
	if !o.packed {
		return &o.b[q.k*o.bRow+q.left], o.bRow
	}
	width := x.panelWidth(&o.Product)
	return &o.b[q.left*o.K+q.k*width], width
}
