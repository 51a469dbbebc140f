package grad

import (
	"slices"

	"github.com/reverie-rl/reverie/tensor"
)

// Window is the part of an image that a convolution looks at, and how it moves over the image. All
// lengths are in pixels.
type Window struct {
	Height, Width int
	Stride        int // from one window to the next, along both axes
	Padding       int // zeros that surround the image, on each of its four sides
}

// patchwork is a set of images and the windows that lie on them.
type patchwork struct {
	Window
	images                  int // all leading axes together
	height, width, channels int // of an image
	rows, columns           int // of the grid of windows
}

// patchworkOf describes windows on images of shape [..., height, width, channels].
func patchworkOf(operation string, image tensor.Shape, window Window) patchwork {
	if window.Height < 1 || window.Width < 1 || window.Stride < 1 || window.Padding < 0 {
		fail(operation, "window %+v", window)
	}
	rank := len(image)
	if rank < 3 {
		fail(operation, "shape %v is not [..., height, width, channels]", image)
	}
	p := patchwork{Window: window, images: image[:rank-3].Size(), height: image[rank-3], width: image[rank-2], channels: image[rank-1]}
	if p.height+2*window.Padding < window.Height || p.width+2*window.Padding < window.Width {
		fail(operation, "window %+v is larger than images of shape %v", window, image)
	}
	p.rows = (p.height+2*window.Padding-window.Height)/window.Stride + 1
	p.columns = (p.width+2*window.Padding-window.Width)/window.Stride + 1
	return p
}

// grid is the shape of one image's patches.
func (p *patchwork) grid() []int {
	return []int{p.rows, p.columns, p.patchSize()}
}

// plain tells that the patches are the elements of the images in the same order: each patch is a whole
// image, or a single pixel.
func (p *patchwork) plain() bool {
	image := p.Height == p.height && p.Width == p.width
	pixel := p.Height == 1 && p.Width == 1 && p.Stride == 1
	return p.Padding == 0 && (image || pixel)
}

// Patches cuts images, v [..., height, width, channels], into the windows on them. The result is
// [..., rows, columns, window height · window width · channels]: each patch is its pixels row by
// row. Matrix products with patches are convolutions.
func (v *Value) Patches(window Window) *Value {
	p := patchworkOf("patches", v.shape, window)
	shape := append(slices.Clone(v.shape[:len(v.shape)-3]), p.grid()...)
	if p.plain() {
		return v.Reshape(shape...)
	}
	return v.tracer.add(&Value{op: opPatches, shape: shape, inputs: []*Value{v}, patchwork: p})
}

// OverlapAdd puts patches, v [..., rows, columns, window height · window width · channels], back
// where Patches takes them from images of the given height and width, and adds up what overlaps.
// The result is [..., height, width, channels]. It is the adjoint of Patches.
func (v *Value) OverlapAdd(window Window, height, width int) *Value {
	rank := len(v.shape)
	area := window.Height * window.Width
	if rank < 3 || area < 1 || v.shape[rank-1]%area != 0 {
		fail("overlap_add", "shape %v is not [..., rows, columns, patch] for window %+v", v.shape, window)
	}
	shape := append(slices.Clone(v.shape[:rank-3]), height, width, v.shape[rank-1]/area)
	p := patchworkOf("overlap_add", shape, window)
	if !v.shape[rank-3:].Equal(p.grid()) {
		fail("overlap_add", "shape %v to images of shape %v, which have patches of shape %v", v.shape, shape, p.grid())
	}
	if p.plain() {
		return v.Reshape(shape...)
	}
	return v.tracer.add(&Value{op: opOverlapAdd, shape: shape, inputs: []*Value{v}, patchwork: p})
}

func patchesRule(v, _, g *Value) *Value {
	return g.OverlapAdd(v.patchwork.Window, v.patchwork.height, v.patchwork.width)
}

func overlapAddRule(v, _, g *Value) *Value { return g.Patches(v.patchwork.Window) }

// clip returns the part [first, last) of a window of the given length that lies inside an image of
// the given size, where the window begins at start, which padding may have put outside.
func clip(start, length, size int) (first, last int) {
	first = min(max(0, -start), length)
	return first, max(first, min(length, size-start))
}

// rowAt returns the row of patches whose row inner lies on row y of the image, if there is one.
func (p *patchwork) rowAt(y, inner int) (row int, ok bool) {
	top := y + p.Padding - inner
	return top / p.Stride, top >= 0 && top%p.Stride == 0 && top/p.Stride < p.rows
}

// imageSize is the number of elements of an image, and patchSize of a patch.
func (p *patchwork) imageSize() int { return p.height * p.width * p.channels }
func (p *patchwork) patchSize() int { return p.Height * p.Width * p.channels }
