package grad

import "github.com/reverie-rl/reverie/internal/kernel"

// convolution computes products with patches of images without ever copying the patches. It rests on
// how images lie in memory: a row of a patch is a run of pixels, and from one patch to the next in a
// row of patches, or to the patch at the same place of the next image, the distance is constant. So
// one row of many patches is a matrix with strides, and a convolution is a sum of ordinary products,
// one for each row of the window.
//
// The other operand is the grid: an array [images, rows, columns, features] with features for each
// patch. A kernel is a matrix between patches and features.
type convolution[T Float] struct {
	patchwork
	features int
	multiply func(p kernel.Block, c, a, b, start []T)

	acrossImages bool // matrices have a row for each image, rather than for each patch in a row
	spans        []span
	imageStep    int // from one row of a matrix to the next, in the images
	gridStep     int // and in the grid
}

// span is a range of patches in a row that become one matrix: the left and right edges of the image
// cut them off alike, so that columns [first, last) of their pixels are inside.
type span struct{ column, count, first, last int }

// line is the unit of work: a row of patches, or of pixels, of some images.
type line struct{ image, images, row int }

const (
	// fewImages is the number of images from which on matrices go across images even where a row has more
	// patches: the height of the largest block of registers. Patches of one row overlap; those of many
	// images do not, so that whole rows of the window can be added at once.
	fewImages = 12
	// lineImages is the most images in a line where matrices go across images.
	lineImages = 36
	// convolutionWork is the number of multiply-adds that make a tile.
	convolutionWork = 1 << 18
)

func (e *Executable[T]) convolution(v *Value, features int) *convolution[T] {
	c := &convolution[T]{patchwork: v.patchwork, features: features, multiply: e.set.MultiplyBlock}
	c.acrossImages = c.goesAcrossImages(v.op)
	c.imageStep, c.gridStep = c.Stride*c.channels, features
	if c.acrossImages {
		c.imageStep, c.gridStep = c.imageSize(), c.rows*c.columns*features
	}
	for column := range c.columns {
		first, last := clip(column*c.Stride-c.Padding, c.Width, c.width)
		if n := len(c.spans); !c.acrossImages && n > 0 && c.spans[n-1].first == first && c.spans[n-1].last == last {
			c.spans[n-1].count++
		} else {
			c.spans = append(c.spans, span{column, 1, first, last})
		}
	}
	return c
}

// goesAcrossImages tells whether matrices do. Rows of many patches that no edge cuts off lie closer together than
// those of images, and serve all operations but the one that adds up patches where they overlap.
func (c *convolution[T]) goesAcrossImages(operation op) bool {
	if operation != opConvolveTransposed && c.columns >= fewImages && c.Padding == 0 {
		return false
	}
	return c.images >= min(c.columns, fewImages)
}

// pixel is the place of a pixel in the images, and feature of a patch in the grid.
func (c *convolution[T]) pixel(image, y, x int) int {
	return ((image*c.height+y)*c.width + x) * c.channels
}

func (c *convolution[T]) feature(image, row, column int) int {
	return ((image*c.rows+row)*c.columns + column) * c.features
}

// run is the number of elements in a row of a patch.
func (c *convolution[T]) run() int { return c.Width * c.channels }

// left is where the pixels of a span's first patch that are inside the image begin.
func (c *convolution[T]) left(s span) int { return s.column*c.Stride - c.Padding + s.first }

// lines is the number of lines of all images, of which each has so many rows.
func (c *convolution[T]) lines(rows int) int {
	if c.acrossImages {
		return tilesOf(c.images, lineImages) * rows
	}
	return c.images * rows
}

func (c *convolution[T]) line(i, rows int) line {
	if c.acrossImages {
		first, last := tileRange(i/rows, c.images, lineImages)
		return line{first, last - first, i % rows}
	}
	return line{i / rows, 1, i % rows}
}

// eachLine makes the stage of an operation on every line.
func (c *convolution[T]) eachLine(rows int, run func(l line)) []step {
	lines := c.lines(rows)
	work := c.images * c.rows * c.columns * c.patchSize() * c.features / max(1, lines)
	perTile := max(1, convolutionWork/max(1, work))
	return one(tilesOf(lines, perTile), func(tile int) {
		first, last := tileRange(tile, lines, perTile)
		for i := first; i < last; i++ {
			run(c.line(i, rows))
		}
	})
}

// convolve computes a grid from images and a kernel [patch, features].
func (e *Executable[T]) convolve(v *Value, out []T, in [][]T, scratch []T) []step {
	c := e.convolution(v, v.shape[1])
	matrix, bias, steps := in[1], append(in, nil)[2], []step(nil)
	if v.transposeB {
		matrix, steps = scratch, c.turned(scratch, matrix)
	}
	return append(steps, c.eachLine(c.rows, func(l line) { c.gridLine(l, out, in[0], matrix, bias) })...)
}

// gridLine computes a line of the grid. An element is one sum in the order of the kernel's rows,
// whichever way the matrices go.
func (c *convolution[T]) gridLine(l line, grid, images, matrix, bias []T) {
	top := l.row*c.Stride - c.Padding
	upper, lower := clip(top, c.Height, c.height)
	for _, s := range c.spans {
		p := kernel.Block{M: s.count * l.images, N: c.features, ARow: c.imageStep, AColumn: 1, BRow: c.features, CRow: c.gridStep}
		dst := grid[c.feature(l.image, l.row, s.column):]
		if upper == lower || s.first == s.last {
			c.multiply(p, dst, nil, nil, bias)
			continue
		}
		p.K = (s.last - s.first) * c.channels
		start := bias
		for y := upper; y < lower; y++ {
			c.multiply(p, dst, images[c.pixel(l.image, top+y, c.left(s)):], matrix[(y*c.Width+s.first)*c.channels*c.features:], start)
			start, p.StartRow = dst, p.CRow
		}
	}
}

// convolveTransposed computes images from a grid and a kernel [features, patch], which is packed first.
func (e *Executable[T]) convolveTransposed(v *Value, out []T, in [][]T, scratch []T) []step {
	c := e.convolution(v, v.inputs[0].shape[1])
	matrix, bias, steps := scratch, append(in, nil)[2], c.byRows(scratch, in[1], v.transposeB)
	return append(steps, c.eachLine(c.height, func(l line) { c.imageLine(l, out, in[0], matrix, bias) })...)
}

// imageLine computes a line of pixels. A pixel is one sum over the patches on it in the order of
// overlapAdd, whichever way the matrices go.
func (c *convolution[T]) imageLine(l line, images, grid, matrix, bias []T) {
	for image := range l.images {
		repeat(images[c.pixel(l.image+image, l.row, 0):][:c.width*c.channels], bias)
	}
	for inner := range c.Height {
		row, ok := c.rowAt(l.row, inner)
		if !ok {
			continue
		}
		for _, s := range c.spans {
			c.paint(l, s, images, grid[c.feature(l.image, row, s.column):], matrix[inner*c.features*c.run():])
		}
	}
}

// paint adds one row of the patches of a span to a line of pixels. Patches in a row overlap, so each
// product covers as many columns of them as lie side by side.
func (c *convolution[T]) paint(l line, s span, images, grid, matrix []T) {
	if s.first == s.last {
		return
	}
	width := s.last - s.first
	if s.count > 1 {
		width = c.Stride
	}
	for skip := (s.last - s.first - 1) / width * width; skip >= 0; skip -= width {
		columns := min(width, s.last-s.first-skip)
		dst := images[c.pixel(l.image, l.row, c.left(s)+skip):]
		p := kernel.Block{
			M: s.count * l.images, N: columns * c.channels, K: c.features,
			ARow: c.gridStep, AColumn: 1, BRow: c.run(), CRow: c.imageStep, StartRow: c.imageStep,
		}
		c.multiply(p, dst, grid, matrix[(s.first+skip)*c.channels:], dst)
	}
}

// repeat fills dst with copies of pattern, or with zeros if there is none.
func repeat[T Float](dst, pattern []T) {
	if len(pattern) == 0 {
		clear(dst)
		return
	}
	for filled := copy(dst, pattern); filled < len(dst); {
		filled += copy(dst[filled:], dst[:filled])
	}
}
