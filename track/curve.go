package track

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Point is one point of a curve.
type Point struct{ X, Y float64 }

// Series is what one line of a figure shows: one run, or several that differ by their seed and
// are drawn as their mean within a band.
type Series struct {
	Name string    // in the legend
	Runs [][]Point // each in the order of X

	// Band returns the ends of the band where the runs have these heights: the least and the greatest if it
	// is nil.
	Band func(heights []float64) (low, high float64)
}

// Labels are the words around a figure. A zero Labels leaves them out.
type Labels struct{ Title, X, Y string }

// Points takes from records the curve of the metric called name over the environment steps. It
// leaves out records without the metric and values that are not finite.
func Points(records []Record, name string) []Point {
	var points []Point
	for _, record := range records {
		value, ok := record.Metrics.Get(name)
		if ok && !math.IsNaN(value) && !math.IsInf(value, 0) {
			points = append(points, Point{float64(record.Step), value})
		}
	}
	return points
}

// seriesColours tell lines apart, also for colour-blind readers (the palette of Okabe and Ito).
var seriesColours = []color.RGBA{
	{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255},
	{86, 180, 233, 255}, {230, 159, 0, 255}, {90, 90, 90, 255},
}

// Curve draws series as a figure and writes it to path as an SVG picture.
func Curve(path string, labels Labels, series ...Series) error {
	figure := newFigure(labels)
	drawn := 0
	for i, one := range series {
		n, err := addSeries(figure, one, seriesColours[i%len(seriesColours)])
		if err != nil {
			return fmt.Errorf("track: %s: series %q: %w", path, one.Name, err)
		}
		drawn += n
	}
	if drawn == 0 {
		return fmt.Errorf("track: %s: no series has a point to draw", path)
	}
	return writeFigure(path, figure)
}

// writeFigure draws a figure and writes it to path.
func writeFigure(path string, figure *plot.Plot) error {
	return replace(path, func(w io.Writer) error {
		canvas := vgsvg.New(18*vg.Centimeter, 11*vg.Centimeter)
		margin := vg.Points(10)
		figure.Draw(draw.Crop(draw.New(canvas), margin, -margin, margin, -margin))
		return writeSVG(w, canvas)
	})
}

// fontFamily names the fonts of the same widths that other systems have instead.
const fontFamily = "font-family:Liberation Sans,Arial,Helvetica,sans-serif;"

// writeSVG writes a picture, with fontFamily in it.
func writeSVG(w io.Writer, canvas *vgsvg.Canvas) error {
	var picture bytes.Buffer
	if _, err := canvas.WriteTo(&picture); err != nil {
		return err
	}
	_, err := w.Write(bytes.ReplaceAll(picture.Bytes(), []byte("font-family:Liberation Sans;"), []byte(fontFamily)))
	return err
}

// newFigure is an empty figure in the style of all.
func newFigure(labels Labels) *plot.Plot {
	figure := plot.New()
	figure.Title.Text, figure.X.Label.Text, figure.Y.Label.Text = labels.Title, labels.X, labels.Y
	figure.Title.Padding = vg.Points(8)
	figure.Title.TextStyle.Font = sans(13)
	figure.Legend.TextStyle.Font = sans(10)
	figure.Legend.Top, figure.Legend.Left = false, false
	figure.Legend.Padding = vg.Points(4)
	figure.Legend.XOffs, figure.Legend.YOffs = vg.Points(-6), vg.Points(6)
	for _, axis := range []*plot.Axis{&figure.X, &figure.Y} {
		axis.Label.TextStyle.Font = sans(11)
		axis.Tick.Label.Font = sans(10)
		axis.Tick.Marker = plot.TickerFunc(shortTicks)
		axis.LineStyle.Color = color.Gray{120}
		axis.Tick.LineStyle.Color = color.Gray{120}
	}
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{228}, color.Gray{228}
	figure.Add(grid)
	return figure
}

func sans(size float64) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)}
}

// shortTicks puts about five ticks at round numbers, and labels thousands as k and millions as M.
func shortTicks(low, high float64) []plot.Tick {
	step := roundStep((high - low) / 6)
	var ticks []plot.Tick
	for i := math.Ceil(low / step); i*step <= high; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: shortNumber(i*step + 0)}) // -0 becomes 0
	}
	return ticks
}

// roundStep is the least of 1, 2, 5 times a power of ten that is not below step.
func roundStep(step float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(step)))
	for _, factor := range []float64{1, 2, 5} {
		if factor*power >= step {
			return factor * power
		}
	}
	return 10 * power
}

// shortNumber writes 50000 as 50k and 2000000 as 2M, which leaves room between labels.
func shortNumber(value float64) string {
	switch magnitude := math.Abs(value); {
	case magnitude >= 1e6:
		return fmt.Sprintf("%.6gM", value/1e6)
	case magnitude >= 1e4:
		return fmt.Sprintf("%.6gk", value/1e3)
	}
	return fmt.Sprintf("%.6g", value)
}

// addSeries draws one series and returns the number of points of its line.
func addSeries(figure *plot.Plot, series Series, shade color.RGBA) (int, error) {
	runs := slices.DeleteFunc(slices.Clone(series.Runs), func(run []Point) bool { return len(run) == 0 })
	if len(runs) == 0 {
		return 0, nil
	}
	band := series.Band
	if band == nil {
		band = extremes
	}
	mean, low, high, err := summarise(runs, band)
	if err != nil {
		return 0, err
	}
	if len(runs) > 1 {
		if err := addBand(figure, low, high, shade); err != nil {
			return 0, err
		}
	}
	line, err := plotter.NewLine(mean)
	if err != nil {
		return 0, err
	}
	line.Color, line.Width = shade, vg.Points(1.6)
	figure.Add(line)
	if series.Name != "" {
		figure.Legend.Add(series.Name, line)
	}
	return len(mean), nil
}

// addBand fills the area between low and high.
func addBand(figure *plot.Plot, low, high plotter.XYs, shade color.RGBA) error {
	outline := slices.Clone(high)
	for _, point := range slices.Backward(low) {
		outline = append(outline, point)
	}
	band, err := plotter.NewPolygon(outline)
	if err != nil {
		return err
	}
	band.Color = color.NRGBA{shade.R, shade.G, shade.B, 46}
	band.LineStyle.Width = 0
	figure.Add(band)
	return nil
}

// extremes is the band of series that name no other.
func extremes(heights []float64) (low, high float64) { return slices.Min(heights), slices.Max(heights) }

// summarise returns the mean of runs and the ends of their band at every X of any run, within the range
// that all runs cover. Between its points a run is a straight line.
func summarise(runs [][]Point, band func(heights []float64) (low, high float64)) (mean, low, high plotter.XYs, err error) {
	first, last := math.Inf(-1), math.Inf(1)
	var xs []float64
	for _, run := range runs {
		if !slices.IsSortedFunc(run, func(a, b Point) int { return cmp.Compare(a.X, b.X) }) {
			return nil, nil, nil, errors.New("the points of a run are not in the order of X")
		}
		first, last = max(first, run[0].X), min(last, run[len(run)-1].X)
		for _, point := range run {
			xs = append(xs, point.X)
		}
	}
	slices.Sort(xs)
	for _, x := range slices.Compact(xs) {
		if x < first || x > last {
			continue
		}
		sum, heights := 0.0, make([]float64, len(runs))
		for i, run := range runs {
			heights[i] = interpolate(run, x)
			sum += heights[i]
		}
		least, greatest := band(heights)
		mean = append(mean, plotter.XY{X: x, Y: sum / float64(len(runs))})
		low = append(low, plotter.XY{X: x, Y: least})
		high = append(high, plotter.XY{X: x, Y: greatest})
	}
	if len(mean) == 0 {
		return nil, nil, nil, errors.New("its runs have no range of X in common")
	}
	return mean, low, high, nil
}

// interpolate returns the height at x, which lies within the range of run.
func interpolate(run []Point, x float64) float64 {
	i := sort.Search(len(run), func(i int) bool { return run[i].X >= x })
	if run[i].X == x || i == 0 {
		return run[i].Y
	}
	a, b := run[i-1], run[i]
	return a.Y + (b.Y-a.Y)*(x-a.X)/(b.X-a.X)
}
