package grad

import "unsafe"

// step is one stage of an operation: tiles that may run at once, in any order.
type step struct {
	tiles int
	run   func(tile int)

	values []*Value // whose operations it is a stage of
	work   float64  // floating-point operations: see cost

	// What fusion needs to know of a stage that can be cut anywhere between rows.
	span   func(start, end int) // does the elements [start, end); nil if the stage cannot be cut
	size   int                  // elements of the result, or of the input that is reduced row by row
	length int                  // of a row
	tile   int                  // elements of the result that a tile fills; 0 if the stage can be cut
	writes region
	reads  []region
}

// region is a range of memory.
type region struct {
	start, end uintptr
	// aligned tells that a stage which fills the elements [start, end) of its result touches no others
	// here, either.
	aligned bool
}

func regionOf[T Float](memory []T, aligned bool) region {
	if len(memory) == 0 {
		return region{}
	}
	start := uintptr(unsafe.Pointer(&memory[0]))
	return region{start, start + uintptr(len(memory))*unsafe.Sizeof(memory[0]), aligned}
}

// apart tells that a later stage may use b for some elements before an earlier one has used a for all:
// they do not overlap, or they are the same memory and both keep to their elements.
func (a region) apart(b region) bool {
	if a.end <= b.start || b.end <= a.start {
		return true
	}
	return a.start == b.start && a.end == b.end && a.aligned && b.aligned
}

// chunk is the number of elements in a tile of an element-wise operation. It is fixed, so that the
// division of work, and with it every rounding, does not depend on the number of workers.
const chunk = 16384

// tilesOf is the number of tiles into which size elements are cut.
func tilesOf(size, chunk int) int { return (size + chunk - 1) / chunk }

// tileRange is the part of [0, size) that belongs to tile.
func tileRange(tile, size, chunk int) (start, end int) {
	return tile * chunk, min(size, (tile+1)*chunk)
}

// one makes a list of a single stage.
func one(tiles int, run func(tile int)) []step { return []step{{tiles: tiles, run: run}} }

// flat makes the stage of an operation on the elements [start, end) of arrays that are all alike.
func flat(size int, run func(start, end int)) []step { return ranges(size, 1, run) }

// rowsPerTile is how many rows of the given length make up a tile.
func rowsPerTile(length int) int { return max(1, chunk/max(1, length)) }

// rows makes the stage of an operation on every row along the last axis.
func rows(size, length int, run func(start, end int)) []step {
	length = max(1, length)
	return ranges(size, length, func(start, end int) {
		for ; start < end; start += length {
			run(start, start+length)
		}
	})
}

// ranges makes the stage of an operation on any number of whole rows.
func ranges(size, length int, run func(start, end int)) []step {
	perTile := rowsPerTile(length) * length
	return []step{{
		tiles: tilesOf(size, perTile),
		run:   func(tile int) { run(tileRange(tile, size, perTile)) },
		span:  run, size: size, length: length,
	}}
}
