package grad

import "math"

// scatterTiles is the most tiles into which a scatter is cut: each reads all indices.
const scatterTiles = 16

// wholeIndex is x as an index below n, or -1 if it is none.
func wholeIndex[T Float](x T, n int) int {
	if x >= 0 && x < T(n) && x == T(int(x)) {
		return int(x)
	}
	return -1
}

func (e *Executable[T]) gatherRows(v *Value, out, table, indices []T) []step {
	n, width := v.inputs[0].shape[0], v.inputs[0].shape[1:].Size()
	return grouped(len(indices), rowsPerTile(width), func(i int) {
		row := out[i*width:][:width]
		if index := wholeIndex(indices[i], n); index >= 0 {
			copy(row, table[index*width:])
		} else {
			fill(row, T(math.NaN()))
		}
	})
}

// scatterRows cuts the table, not the indices: every row is added up in the order of the indices.
func (e *Executable[T]) scatterRows(v *Value, out, x, indices []T) []step {
	n, width, add := v.shape[0], v.shape[1:].Size(), e.set.Add
	tiles := min(n, scatterTiles, tilesOf(max(len(x), len(out)), chunk))
	return one(tiles, func(tile int) {
		first, last := n*tile/tiles, n*(tile+1)/tiles
		clear(out[first*width : last*width])
		for i, index := range indices {
			if row := wholeIndex(index, n); row >= first && row < last {
				sum := out[row*width:][:width]
				add(sum, sum, x[i*width:][:width])
			}
		}
	})
}

func (e *Executable[T]) oneHot(v *Value, out, indices []T) []step {
	depth := v.shape[len(v.shape)-1]
	return grouped(len(indices), rowsPerTile(depth), func(i int) {
		row := out[i*depth:][:depth]
		if index := wholeIndex(indices[i], depth); index >= 0 {
			clear(row)
			row[index] = 1
		} else {
			fill(row, T(math.NaN()))
		}
	})
}
