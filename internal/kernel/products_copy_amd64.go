package kernel

// copiedRow is the distance between rows of a copied part of A: a block of k, and a cache line so that
// rows do not compete for places in the caches.
const copiedRow = depthBlock + 16

// copySize is the number of elements of A that a tile of a simplified Product copies at a time: none, but
// for a large transposed A whose rows lie at multiples of a page from each other. Whatever a tile reads
// of it competes for few places in the caches, once for every panel of B.
func (x *products) copySize(p Product) int {
	if p.method() != panels || !p.TransposeA || p.M%pageElements > 0 || p.M*p.K <= largeMatrix || p.N < leastToCopy {
		return 0
	}
	return x.gridOf(p).height * copiedRow
}

// rowsOfA gives a panel its part of op(A): the given number of rows from top, in place or copied.
func (x *products) rowsOfA(o *operands, q *panel, rows int) {
	q.a, q.aRow, q.aColumn = o.a[q.top*o.aRow+q.k*o.aColumn:], o.aRow, o.aColumn
	if o.copy != nil {
		x.transpose(o.copy, copiedRow, q.a, q.aColumn, q.depth, rows)
		q.a, q.aRow, q.aColumn = o.copy, copiedRow, 1
	}
}
