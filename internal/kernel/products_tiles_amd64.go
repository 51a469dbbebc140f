package kernel

// grid is the division of C into tiles: rows of tiles of the given height, the last of which may be
// lower, and columns of tiles.
type grid struct{ rows, columns, height int }

// Tiles are small enough to share a product between workers, and large enough to make up for the
// sharing. They cover whole rows, so that what follows may use rows while they are in the cache,
// unless rows are so few that only cutting them makes more than one tile. The least heights are those
// from which panels of B are used often enough: more often where B does not stay in the second-level
// cache.
const (
	tileWork     = 1 << 18 // multiply-adds in a tile
	mostTiles    = 64
	leastRows    = 8  // in a tile, where that makes no more than fewTiles
	usualRows    = 20 // in a tile, where that makes more
	fewTiles     = 4
	leastColumns = 64
	largeMatrix  = 1 << 18 // elements of B
	largeTile    = 96      // least rows and columns where B is large
	leastDots    = 12      // dot products in a tile
)

func (x *products) gridOf(p Product) grid {
	if p.M == 0 || p.N == 0 {
		return grid{}
	}
	tiles := min(ceilDivide(p.M*p.N*p.K, tileWork), mostTiles)
	if tiles <= 1 {
		return grid{rows: 1, columns: 1, height: p.M}
	}
	switch p.method() {
	case rowDots:
		return p.grid(min(tiles, ceilDivide(p.M, leastDots)), 1)
	case columnDots:
		return p.grid(1, min(tiles, ceilDivide(p.N, leastColumns)))
	}
	most, width := max(min(p.M/leastRows, fewTiles), p.M/usualRows), leastColumns
	if p.K*p.N > largeMatrix {
		most, width = p.M/largeTile, largeTile
	}
	if rows := min(tiles, most) &^ 1; rows > 0 { // even, for two workers
		return p.grid(rows, 1)
	}
	return p.grid(1, min(tiles, ceilDivide(p.N, width)))
}

// grid makes tiles of equal height; rounding that up may leave fewer rows of tiles.
func (p Product) grid(rows, columns int) grid {
	height := ceilDivide(p.M, rows)
	return grid{rows: ceilDivide(p.M, height), columns: columns, height: height}
}

// multiplyRows is MultiplyRows of a Set.
func (x *products) multiplyRows(p Product) int {
	switch g := x.gridOf(p.simplified()); {
	case g.columns != 1:
		return 0
	case g.rows == 1:
		return p.M // which is not the height if the product is swapped
	default:
		return g.height
	}
}

// region is a tile of C: rows from top to bottom, columns from left to right, ends excluded.
type region struct{ top, bottom, left, right int }

// region returns a tile; its columns begin at multiples of leastColumns.
func (g grid) region(p Product, tile int) region {
	if g.columns == 1 {
		return region{top: tile * g.height, bottom: min((tile+1)*g.height, p.M), right: p.N}
	}
	row, column := tile/g.columns, tile%g.columns
	units := ceilDivide(p.N, leastColumns)
	return region{
		top:    row * g.height,
		bottom: min((row+1)*g.height, p.M),
		left:   units * column / g.columns * leastColumns,
		right:  min(units*(column+1)/g.columns*leastColumns, p.N),
	}
}
