package track

import (
	"image"
	"image/color"
	"slices"
)

// Colours are counted and looked up in a cube of 32x32x32 bins, the upper 5 bits of each channel.
const (
	cubeBits = 5
	cubeSize = 1 << (3 * cubeBits)
	binMask  = 1<<cubeBits - 1
)

// bin is the index of a colour in the cube.
func bin(r, g, b uint8) int {
	return int(r>>3)<<(2*cubeBits) | int(g>>3)<<cubeBits | int(b>>3)
}

// tally is what is known of the pixels of one bin: their number and the sums of their channels.
type tally struct {
	bin   int
	count int
	sum   [3]int
}

// channel is the place of the bin along axis 0 (red), 1 (green) or 2 (blue), 0 to 31.
func (t tally) channel(axis int) int { return t.bin >> ((2 - axis) * cubeBits) & binMask }

// quantiser maps colours to a palette by looking up their bin.
type quantiser struct {
	palette color.Palette
	index   [cubeSize]uint8
}

// newQuantiser chooses at most size colours for all frames together by median cut: the box of
// colours with the greatest spread, weighed by its pixels, is cut in two where half its pixels lie
// on each side, until there are enough boxes. A colour is the mean of the pixels of its box.
func newQuantiser(frames []*image.RGBA, size int) *quantiser {
	boxes := [][]tally{count(frames)}
	for len(boxes) < size {
		widest, axis := widestBox(boxes)
		if widest < 0 {
			break
		}
		left, right := cut(boxes[widest], axis)
		boxes[widest] = left
		boxes = append(boxes, right)
	}
	q := &quantiser{}
	for i, box := range boxes {
		q.palette = append(q.palette, mean(box))
		for _, t := range box {
			q.index[t.bin] = uint8(i)
		}
	}
	return q
}

// count tallies the pixels of frames and returns the bins that have any.
func count(frames []*image.RGBA) []tally {
	cube := make([]tally, cubeSize)
	for _, frame := range frames {
		eachRow(frame, func(_ int, row []uint8) {
			for i := 0; i+3 < len(row); i += 4 {
				t := &cube[bin(row[i], row[i+1], row[i+2])]
				t.count++
				t.sum[0] += int(row[i])
				t.sum[1] += int(row[i+1])
				t.sum[2] += int(row[i+2])
			}
		})
	}
	var used []tally
	for i, t := range cube {
		if t.count > 0 {
			t.bin = i
			used = append(used, t)
		}
	}
	return used
}

// eachRow calls visit with the bytes of every row of frame, four to a pixel.
func eachRow(frame *image.RGBA, visit func(y int, row []uint8)) {
	bounds := frame.Bounds()
	for y := range bounds.Dy() {
		start := frame.PixOffset(bounds.Min.X, bounds.Min.Y+y)
		visit(y, frame.Pix[start:start+4*bounds.Dx()])
	}
}

// widestBox returns the box that gains most from a cut and the axis to cut along, or -1 if every
// box is a single bin.
func widestBox(boxes [][]tally) (widest, axis int) {
	widest, most := -1, 0
	for i, box := range boxes {
		pixels := 0
		for _, t := range box {
			pixels += t.count
		}
		for a := range 3 {
			low, high := extent(box, a)
			// The square of the spread keeps rare but distinct colours, such as a small moving part.
			if gain := (high - low) * (high - low) * pixels; gain > most {
				widest, axis, most = i, a, gain
			}
		}
	}
	return widest, axis
}

// extent returns the least and the greatest place of a box along axis.
func extent(box []tally, axis int) (low, high int) {
	low, high = binMask, 0
	for _, t := range box {
		low, high = min(low, t.channel(axis)), max(high, t.channel(axis))
	}
	return low, high
}

// cut parts a box, which is wider than one bin along axis, so that about half its pixels are on
// each side and neither side is empty.
func cut(box []tally, axis int) (left, right []tally) {
	slices.SortFunc(box, func(a, b tally) int {
		if d := a.channel(axis) - b.channel(axis); d != 0 {
			return d
		}
		return a.bin - b.bin
	})
	half := 0
	for _, t := range box {
		half += t.count
	}
	half /= 2
	at, passed := 0, 0
	for at < len(box)-1 && (at == 0 || passed+box[at].count <= half) {
		passed += box[at].count
		at++
	}
	return box[:at], box[at:]
}

// mean is the average colour of the pixels of a box.
func mean(box []tally) color.RGBA {
	var all tally
	for _, t := range box {
		all.count += t.count
		for axis, sum := range t.sum {
			all.sum[axis] += sum
		}
	}
	average := func(axis int) uint8 { return uint8((all.sum[axis] + all.count/2) / max(all.count, 1)) }
	return color.RGBA{average(0), average(1), average(2), 255}
}
