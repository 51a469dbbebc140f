package classic

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// The palette of the package's pictures: few colours, so that videos of them stay small.
var (
	backgroundColour = color.RGBA{246, 244, 239, 255}
	gridColour       = color.RGBA{230, 227, 219, 255}
	rodColour        = color.RGBA{52, 73, 94, 255}
	accentColour     = color.RGBA{211, 84, 47, 255}
	goalColour       = color.RGBA{151, 181, 160, 255}
	blueColour       = color.RGBA{86, 131, 168, 255}
	waterColour      = color.RGBA{205, 222, 232, 255}
)

// canvas draws anti-aliased shapes. Lengths are in pixels, y points down.
type canvas struct {
	image         *image.RGBA
	pen           *vector.Rasterizer
	width, height float32
}

// checkView returns an error unless camera and size are such that a picture can be drawn.
func checkView(name string, camera, width, height int) error {
	if camera != 0 {
		return fmt.Errorf("%s: there is no camera %d, only camera 0", name, camera)
	}
	if width < 1 || height < 1 {
		return fmt.Errorf("%s: a picture of %dx%d pixels cannot be drawn, both sides must be positive", name, width, height)
	}
	return nil
}

func newCanvas(width, height int) *canvas {
	c := &canvas{
		image: image.NewRGBA(image.Rect(0, 0, width, height)),
		pen:   vector.NewRasterizer(width, height),
		width: float32(width), height: float32(height),
	}
	draw.Draw(c.image, c.image.Bounds(), image.NewUniform(backgroundColour), image.Point{}, draw.Src)
	return c
}

// polygon fills the outline through points, given as x, y, x, y, ... Only the rectangle around them
// is rasterised: that is what makes small shapes cheap.
func (c *canvas) polygon(shade color.RGBA, points ...float32) {
	area := around(points).Intersect(c.image.Bounds())
	if area.Empty() {
		return
	}
	left, top := float32(area.Min.X), float32(area.Min.Y)
	c.pen.Reset(area.Dx(), area.Dy())
	c.pen.MoveTo(points[0]-left, points[1]-top)
	for i := 2; i < len(points); i += 2 {
		c.pen.LineTo(points[i]-left, points[i+1]-top)
	}
	c.pen.ClosePath()
	c.pen.Draw(c.image, area, image.NewUniform(shade), image.Point{})
}

// around is the smallest rectangle of whole pixels that holds points.
func around(points []float32) image.Rectangle {
	area := image.Rectangle{
		Min: image.Pt(math.MaxInt32, math.MaxInt32),
		Max: image.Pt(math.MinInt32, math.MinInt32),
	}
	for i := 0; i < len(points); i += 2 {
		x, y := float64(points[i]), float64(points[i+1])
		area.Min.X, area.Max.X = min(area.Min.X, int(math.Floor(x))), max(area.Max.X, int(math.Ceil(x)))
		area.Min.Y, area.Max.Y = min(area.Min.Y, int(math.Floor(y))), max(area.Max.Y, int(math.Ceil(y)))
	}
	return area
}

func (c *canvas) rectangle(x, y, width, height float32, shade color.RGBA) {
	c.polygon(shade, x, y, x+width, y, x+width, y+height, x, y+height)
}

// line is a bar of some thickness from one point to another.
func (c *canvas) line(x0, y0, x1, y1, thickness float32, shade color.RGBA) {
	length := float32(math.Hypot(float64(x1-x0), float64(y1-y0)))
	if length == 0 {
		return
	}
	dx, dy := (x1-x0)/length*thickness/2, (y1-y0)/length*thickness/2
	c.polygon(shade, x0-dy, y0+dx, x1-dy, y1+dx, x1+dy, y1-dx, x0+dy, y0-dx)
}

// disc is a filled circle, as a polygon of enough corners to look round.
func (c *canvas) disc(x, y, radius float32, shade color.RGBA) {
	const corners = 48
	points := make([]float32, 0, 2*corners)
	for i := range corners {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		points = append(points, x+radius*float32(cos), y+radius*float32(sin))
	}
	c.polygon(shade, points...)
}
