package grad

// patches copies the pixels of each patch, a run for each of its rows. A tile is a row of patches.
func (e *Executable[T]) patches(v *Value, out, x []T) []step {
	p := &v.patchwork
	size := p.patchSize()
	return one(p.images*p.rows, func(tile int) {
		image := x[tile/p.rows*p.imageSize():][:p.imageSize()]
		for column := range p.columns {
			patch := out[(tile*p.columns+column)*size:][:size]
			cut(p, patch, image, tile%p.rows*p.Stride-p.Padding, column*p.Stride-p.Padding)
		}
	})
}

// cut fills patch with the window of image whose corner is at top and left.
func cut[T Float](p *patchwork, patch, image []T, top, left int) {
	run := p.Width * p.channels
	first, last := clip(left, p.Width, p.width)
	for y := range p.Height {
		row := patch[y*run : (y+1)*run]
		if top+y < 0 || top+y >= p.height || first == last {
			clear(row)
			continue
		}
		clear(row[:first*p.channels])
		copy(row[first*p.channels:last*p.channels], image[((top+y)*p.width+left+first)*p.channels:])
		clear(row[last*p.channels:])
	}
}

// overlapAdd adds up, for each row of an image, the rows of the patches that lie on it: from the top
// of the patches to the bottom, and in each from left to right. A tile is a row of pixels.
func (e *Executable[T]) overlapAdd(v *Value, out, patches []T) []step {
	p := &v.patchwork
	length := p.width * p.channels
	return one(p.images*p.height, func(tile int) {
		row := out[tile*length : (tile+1)*length]
		clear(row)
		image, y := tile/p.height, tile%p.height
		for inner := range p.Height {
			if gridRow, ok := p.rowAt(y, inner); ok {
				e.addRow(p, row, patches[(image*p.rows+gridRow)*p.columns*p.patchSize():], inner)
			}
		}
	})
}

// addRow adds row inner of every patch in a row of patches to a row of pixels.
func (e *Executable[T]) addRow(p *patchwork, row, patches []T, inner int) {
	for column := range p.columns {
		left := column*p.Stride - p.Padding
		first, last := clip(left, p.Width, p.width)
		if first < last {
			dst := row[(left+first)*p.channels : (left+last)*p.channels]
			src := patches[column*p.patchSize()+(inner*p.Width+first)*p.channels:]
			e.set.Add(dst, dst, src[:len(dst)])
		}
	}
}
