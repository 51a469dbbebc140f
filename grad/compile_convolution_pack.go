package grad

// packBlock is the number of features that are moved at once: a cache line of them.
const packBlock = alignment

// packSize is the number of elements of a kernel that is laid out anew before it is used.
func packSize(v *Value) int {
	if v.op == opConvolveTransposed || v.transposeB {
		return v.inputs[1].shape.Size()
	}
	return 0
}

// turned writes a kernel [features, patch] as [patch, features].
func (c *convolution[T]) turned(dst, kernel []T) []step {
	size := c.patchSize()
	return one(tilesOf(c.features, packBlock), func(tile int) {
		first, last := tileRange(tile, c.features, packBlock)
		for i := range size {
			for feature := first; feature < last; feature++ {
				dst[i*c.features+feature] = kernel[feature*size+i]
			}
		}
	})
}

// byRows writes a kernel [features, patch], or its transpose, as [rows of the window, features, run]:
// the products with a row of the window then read it from one place.
func (c *convolution[T]) byRows(dst, kernel []T, transposed bool) []step {
	run, blocks := c.run(), tilesOf(c.features, packBlock)
	return one(c.Height*blocks, func(tile int) {
		inner := tile / blocks
		first, last := tileRange(tile%blocks, c.features, packBlock)
		row := dst[inner*c.features*run:][:c.features*run]
		if !transposed {
			for feature := first; feature < last; feature++ {
				copy(row[feature*run:(feature+1)*run], kernel[(feature*c.Height+inner)*run:])
			}
			return
		}
		for i := range run {
			for feature := first; feature < last; feature++ {
				row[feature*run+i] = kernel[(inner*run+i)*c.features+feature]
			}
		}
	})
}
