package track

import (
	"image"
	"image/color"
	"image/gif"
	"io"
	"math"
)

// gifFastest is the frame rate above which browsers slow a GIF down.
const gifFastest = 50

// WriteGIF writes frames, all of one size, as an endless GIF. The palette is chosen for the whole
// video; a frame stores only the rectangle that changed, transparent where nothing did. Delays are
// in units of 10 ms, so that frame rates are met on average; above 50 a second frames are left out.
func WriteGIF(w io.Writer, frames []*image.RGBA, fps float64) error {
	stride := int(math.Ceil(fps / gifFastest))
	var shown []*image.RGBA
	for i := 0; i < len(frames); i += stride {
		shown = append(shown, frames[i])
	}
	return gif.EncodeAll(w, animate(shown, fps/float64(stride)))
}

// animate turns frames into the images of a GIF.
func animate(frames []*image.RGBA, fps float64) *gif.GIF {
	q := newQuantiser(frames, 255)
	clear := uint8(len(q.palette)) // the index that leaves a pixel as it was
	palette := append(q.palette, color.RGBA{})
	size := frames[0].Bounds().Size()
	screen := image.Rectangle{Max: size}
	movie := &gif.GIF{Config: image.Config{ColorModel: palette, Width: size.X, Height: size.Y}}
	before, now := make([]uint8, size.X*size.Y), make([]uint8, size.X*size.Y)
	for i, frame := range frames {
		q.apply(frame, now)
		picture := &image.Paletted{Pix: append([]uint8(nil), now...), Stride: size.X, Rect: screen, Palette: palette}
		if i > 0 {
			picture = changed(before, now, size.X, clear, palette)
		}
		movie.Image = append(movie.Image, picture)
		movie.Delay = append(movie.Delay, hundredths(i+1, fps)-hundredths(i, fps))
		movie.Disposal = append(movie.Disposal, gif.DisposalNone)
		before, now = now, before
	}
	return movie
}

// hundredths is the time at which frame i is due, rounded to 10 ms.
func hundredths(i int, fps float64) int { return int(math.Round(100 * float64(i) / fps)) }

// apply writes the palette index of every pixel of frame.
func (q *quantiser) apply(frame *image.RGBA, indices []uint8) {
	width := frame.Bounds().Dx()
	eachRow(frame, func(y int, row []uint8) {
		line := indices[y*width : (y+1)*width]
		for x := range line {
			line[x] = q.index[bin(row[4*x], row[4*x+1], row[4*x+2])]
		}
	})
}

// changed returns the part of now that differs from before, with clear at the pixels in it that do
// not. If nothing differs it is one clear pixel, since a GIF has no empty frames.
func changed(before, now []uint8, width int, clear uint8, palette color.Palette) *image.Paletted {
	area := changedArea(before, now, width)
	picture := image.NewPaletted(area, palette)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			value := now[y*width+x]
			if value == before[y*width+x] {
				value = clear
			}
			picture.Pix[picture.PixOffset(x, y)] = value
		}
	}
	return picture
}

// changedArea is the smallest rectangle that holds every difference, at least one pixel.
func changedArea(before, now []uint8, width int) image.Rectangle {
	area := image.Rectangle{}
	for start := 0; start < len(now); start += width {
		old, row := before[start:start+width], now[start:start+width]
		first := 0
		for first < width && old[first] == row[first] {
			first++
		}
		if first == width {
			continue
		}
		last := width - 1
		for old[last] == row[last] {
			last--
		}
		area = area.Union(image.Rect(first, start/width, last+1, start/width+1))
	}
	if area.Empty() {
		return image.Rect(0, 0, 1, 1)
	}
	return area
}
