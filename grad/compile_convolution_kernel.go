package grad

import "github.com/reverie-rl/reverie/internal/kernel"

const (
	mostKernelParts    = 16      // partial sums of a kernel's gradient
	kernelPartElements = 1 << 18 // elements of all of them together
)

// kernelParts is the number of parts into which the images are divided for the gradient of a kernel:
// more for a small kernel, whose rows alone do not make enough tiles.
func kernelParts(v *Value) int {
	return max(1, min(mostKernelParts, kernelPartElements/max(1, v.shape.Size())))
}

// convolveKernel computes the sum over all patches of the products of their elements with their
// features: [patch, features], or transposed. A tile is a row of the window in a part of the images;
// the parts are added up in the end.
func (e *Executable[T]) convolveKernel(v *Value, out []T, in [][]T, scratch []T) []step {
	c := e.convolution(v, v.inputs[1].shape[1])
	parts, lines, size := kernelParts(v), c.lines(c.rows), len(out)
	transposed := c.transposedIsCheaper(v.transposeA)
	multiplying := one(parts*c.Height, func(tile int) {
		part, inner := tile/c.Height, tile%c.Height
		sum := scratch[part*size : (part+1)*size]
		c.clearProducts(inner, sum, transposed)
		for i := lines * part / parts; i < lines*(part+1)/parts; i++ {
			c.addProducts(c.line(i, c.rows), inner, sum, in[0], in[1], transposed)
		}
	})
	if transposed != v.transposeA {
		return append(multiplying, addTurned(out, scratch, v.shape[0], v.shape[1])...)
	}
	return append(multiplying, flat(size, func(start, end int) {
		copy(out[start:end], scratch[start:end])
		for part := 1; part < parts; part++ {
			e.set.Add(out[start:end], out[start:end], scratch[part*size+start:part*size+end])
		}
	})...)
}

// transposedIsCheaper tells whether products [features, run] take fewer vectors, of a cache line each,
// than products [run, features]; asked is the answer if they take as many.
func (c *convolution[T]) transposedIsCheaper(asked bool) bool {
	upright, transposed := c.run()*tilesOf(c.features, alignment), c.features*tilesOf(c.run(), alignment)
	return transposed < upright || transposed == upright && asked
}

// addTurned writes the sum of parts, matrices of the given columns and rows, as rows and columns.
func addTurned[T Float](out, parts []T, rows, columns int) []step {
	return one(tilesOf(rows, alignment), func(tile int) {
		first, last := tileRange(tile, rows, alignment)
		for row := first; row < last; row++ {
			for column := range columns {
				sum := T(0)
				for i := column*rows + row; i < len(parts); i += len(out) {
					sum += parts[i]
				}
				out[row*columns+column] = sum
			}
		}
	})
}

// clearProducts sets what row inner of the window adds up to 0.
func (c *convolution[T]) clearProducts(inner int, sum []T, transposed bool) {
	if !transposed {
		clear(sum[inner*c.run()*c.features:][:c.run()*c.features])
		return
	}
	for feature := range c.features {
		clear(sum[(feature*c.Height+inner)*c.run():][:c.run()])
	}
}

// addProducts adds the products of row inner of a line of patches with their features to sum.
func (c *convolution[T]) addProducts(l line, inner int, sum, images, grid []T, transposed bool) {
	y := l.row*c.Stride - c.Padding + inner
	if y < 0 || y >= c.height {
		return
	}
	for _, s := range c.spans {
		if s.first == s.last {
			continue
		}
		a, b := images[c.pixel(l.image, y, c.left(s)):], grid[c.feature(l.image, l.row, s.column):]
		width, skip := (s.last-s.first)*c.channels, (inner*c.Width+s.first)*c.channels
		p := kernel.Block{K: s.count * l.images, ARow: 1}
		if transposed {
			p.M, p.AColumn, p.N, p.BRow, p.CRow = c.features, c.gridStep, width, c.imageStep, c.patchSize()
			a, b = b, a
		} else {
			p.M, p.AColumn, p.N, p.BRow, p.CRow = width, c.imageStep, c.features, c.gridStep, c.features
			skip *= c.features
		}
		p.StartRow = p.CRow
		c.multiply(p, sum[skip:], a, b, sum[skip:])
	}
}
