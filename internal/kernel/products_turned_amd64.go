package kernel

// turns tells whether a simplified Product is computed as Cᵀ = B · Aᵀ: B is read in place, and what is
// copied is A, which is smaller. The rows of A become lanes of vectors; lanes that are left over cost
// more than packing B does if they are many. Only products of one tile are turned, for a tile of a
// larger one would have to pack A again, or hold only some columns.
func (p Product) turns() bool {
	const lanes, mostUnused = 16, 4
	unused := ceilDivide(p.M, lanes)*lanes - p.M
	return p.TransposeB && !p.Reused && !p.Bias && p.N >= 2*p.M && unused <= mostUnused && p.M*p.N*p.K <= tileWork
}

// turned is the product that is computed in place of a turned one.
func (p Product) turned() Product {
	return Product{M: p.N, N: p.M, K: p.K, TransposeB: !p.TransposeA}
}

// turnedSize is the room for the packed A and for Cᵀ.
func (x *products) turnedSize(p Product) int { return x.packSize(p.turned()) + p.M*p.N }

func (x *products) multiplyTurned(p Product) func(tile int, c, a, b, packed, bias []float32) {
	q := p.turned()
	packTiles, packSize, multiply := x.packTiles(q), x.packSize(q), x.multiply(q)
	return func(_ int, c, a, b, packed, _ []float32) {
		p.check(c, a, b, nil)
		for tile := range packTiles {
			x.pack(q, tile, packed, a)
		}
		result := packed[packSize:][:p.M*p.N]
		multiply(0, result, b, a, packed[:packSize], nil)
		x.transpose(c, p.N, result, p.M, p.N, p.M)
	}
}
