package track

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
)

// Comparison is pictures along the steps of an episode, as they were and as they were predicted.
type Comparison struct {
	Height, Width    int
	Channels         int      // multiples of 3 end in red, green and blue, others in grey; those before are not shown
	Truth, Predicted [][]byte // [steps][height·width·channels]
	Context          int      // steps that were seen
}

// The layout of comparisons.
const (
	comparisonSide = 96 // pixels of a picture's longer side, at least
	comparisonGap  = 4  // between pictures
	stripColumns   = 12
)

// contextColour and futureColour mark whether a prediction has been seen or dreamt.
var (
	contextColour = color.RGBA{150, 150, 150, 255}
	futureColour  = seriesColours[1]
)

// Validate returns an error unless there are as many predictions as pictures, all of the size that is told.
func (c Comparison) Validate() error {
	if c.Height < 1 || c.Width < 1 || c.Channels < 1 {
		return fmt.Errorf("track: pictures of %d x %d pixels with %d channels cannot be drawn", c.Width, c.Height, c.Channels)
	}
	if len(c.Truth) == 0 || len(c.Truth) != len(c.Predicted) {
		return fmt.Errorf("track: there are %d pictures and %d predictions of them, want as many of each", len(c.Truth), len(c.Predicted))
	}
	for i := range c.Truth {
		for _, picture := range [][]byte{c.Truth[i], c.Predicted[i]} {
			if want := c.Height * c.Width * c.Channels; len(picture) != want {
				return fmt.Errorf("track: picture %d has %d bytes, want %d", i, len(picture), want)
			}
		}
	}
	return nil
}

// Film is a frame for each step: truth, prediction and error side by side. Grey of 128 is no error, and an error
// has half of its size.
func (c Comparison) Film() []*image.RGBA {
	var frames []*image.RGBA
	for step := range c.Truth {
		frame := c.sheet(3, 1)
		for column, picture := range c.triple(step) {
			c.place(frame, picture, column, 0, c.colour(step))
		}
		frames = append(frames, frame)
	}
	return frames
}

// Strip is one picture: steps from left to right, up to 12 of them evenly spaced, and from above truth,
// prediction and error as in Film.
func (c Comparison) Strip() *image.RGBA {
	columns := min(len(c.Truth), stripColumns)
	strip := c.sheet(columns, 3)
	for column := range columns {
		step := column * (len(c.Truth) - 1) / max(columns-1, 1)
		for row, picture := range c.triple(step) {
			c.place(strip, picture, column, row, c.colour(step))
		}
	}
	return strip
}

// triple is truth, prediction and error at a step.
func (c Comparison) triple(step int) [3][]byte {
	truth, predicted := c.Truth[step], c.Predicted[step]
	difference := make([]byte, len(truth))
	for i := range truth {
		difference[i] = byte((int(predicted[i]) - int(truth[i]) + 256) / 2)
	}
	return [3][]byte{truth, predicted, difference}
}

func (c Comparison) colour(step int) color.RGBA {
	if step < c.Context {
		return contextColour
	}
	return futureColour
}

// scale is how many pixels of a side stand for one.
func (c Comparison) scale() int {
	return (comparisonSide + max(c.Height, c.Width) - 1) / max(c.Height, c.Width)
}

// sheet is white paper for so many pictures.
func (c Comparison) sheet(columns, rows int) *image.RGBA {
	scale := c.scale()
	sheet := image.NewRGBA(image.Rect(0, 0, columns*(scale*c.Width+comparisonGap), rows*(scale*c.Height+comparisonGap)))
	draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
	return sheet
}

// place draws a picture at its place on a sheet, with a line of a colour above it.
func (c Comparison) place(sheet *image.RGBA, picture []byte, column, row int, line color.RGBA) {
	scale, red := c.scale(), c.Channels-1
	if c.Channels%3 == 0 {
		red = c.Channels - 3
	}
	left, top := column*(scale*c.Width+comparisonGap)+comparisonGap/2, row*(scale*c.Height+comparisonGap)+comparisonGap/2
	draw.Draw(sheet, image.Rect(left, top-comparisonGap/2, left+scale*c.Width, top), image.NewUniform(line), image.Point{}, draw.Src)
	for y := range scale * c.Height {
		for x := range scale * c.Width {
			pixel := picture[(y/scale*c.Width+x/scale)*c.Channels:]
			shade := color.RGBA{pixel[red], pixel[(red+c.Channels)/2], pixel[c.Channels-1], 255}
			sheet.SetRGBA(left+x, top+y, shade)
		}
	}
}
