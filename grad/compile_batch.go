package grad

// batchWork is the number of multiply-adds from which a tile of a batch of products is worth sharing.
const batchWork = 1 << 17

// batchSize is the number of matrices in v.
func batchSize(v *Value) int { return v.shape[:len(v.shape)-2].Size() }

// batchMatMul packs the matrices of b where the kernels want that, and multiplies. Small products
// share a tile, large ones are cut into several.
func (e *Executable[T]) batchMatMul(v *Value, out, a, b, packed []T) []step {
	p, set, count := matrices(v), e.set, batchSize(v)
	packSize, packTiles, tiles := set.PackSize(p), set.PackTiles(p), set.MultiplyTiles(p)
	var steps []step
	if packTiles > 0 {
		steps = grouped(count*packTiles, max(1, chunk*packTiles/max(1, packSize)), func(unit int) {
			i := unit / packTiles
			set.Pack(p, unit%packTiles, packed[i*packSize:][:packSize], b[i*p.K*p.N:][:p.K*p.N])
		})
	}
	multiply := set.Multiply(p)
	return append(steps, grouped(count*tiles, max(1, batchWork*tiles/max(1, p.M*p.N*p.K)), func(unit int) {
		i := unit / tiles
		multiply(unit%tiles, out[i*p.M*p.N:][:p.M*p.N], a[i*p.M*p.K:][:p.M*p.K], b[i*p.K*p.N:][:p.K*p.N],
			packed[i*packSize:][:packSize], nil)
	})...)
}

// grouped makes the stage of an operation that consists of count independent units, perTile of which
// make up a tile.
func grouped(count, perTile int, run func(unit int)) []step {
	return one(tilesOf(count, perTile), func(tile int) {
		first, last := tileRange(tile, count, perTile)
		for unit := first; unit < last; unit++ {
			run(unit)
		}
	})
}
