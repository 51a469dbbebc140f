package track

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Panel is one number along the steps of an episode, as it was and as it was predicted.
type Panel struct {
	Name             string
	Truth, Predicted []float64 // one for each step
	Deviation        []float64 // of the prediction; drawn as a band of twice its size to each side
}

// The layout of panels.
const (
	panelColumns = 3
	panelWidth   = 7.2 * vg.Centimeter
	panelHeight  = 4.2 * vg.Centimeter
	titleHeight  = 1.2 * vg.Centimeter
)

// Panels draws a figure with a panel for each number, and a line where context steps have been seen and
// prediction begins. It is written to path as the extension says: .png or .svg. Numbers that are not finite are
// left out, and predictions far from the truth leave the panel.
func Panels(path, title string, panels []Panel, context int) error {
	write, err := panelWriter(path)
	if err != nil {
		return err
	}
	if len(panels) == 0 {
		return fmt.Errorf("track: %s: there are no panels to draw", path)
	}
	figures := make([]*plot.Plot, len(panels))
	for i, panel := range panels {
		if figures[i], err = panel.draw(context); err != nil {
			return fmt.Errorf("track: %s: panel %q: %w", path, panel.Name, err)
		}
	}
	return replace(path, func(w io.Writer) error { return write(w, title, figures) })
}

// panelWriter is the writer for a file's extension.
func panelWriter(path string) (func(w io.Writer, title string, figures []*plot.Plot) error, error) {
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".png":
		return func(w io.Writer, title string, figures []*plot.Plot) error {
			canvas := vgimg.NewWith(vgimg.UseWH(panelsSize(len(figures))), vgimg.UseDPI(96))
			layOut(draw.New(canvas), title, figures)
			_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
			return err
		}, nil
	case ".svg":
		return func(w io.Writer, title string, figures []*plot.Plot) error {
			canvas := vgsvg.New(panelsSize(len(figures)))
			layOut(draw.New(canvas), title, figures)
			return writeSVG(w, canvas)
		}, nil
	default:
		return nil, fmt.Errorf("track: %s: the extension %q is not known, choose .png or .svg", path, extension)
	}
}

// panelsSize is that of a figure of so many panels.
func panelsSize(count int) (width, height vg.Length) {
	rows := (count + panelColumns - 1) / panelColumns
	return vg.Length(min(count, panelColumns)) * panelWidth, vg.Length(rows)*panelHeight + titleHeight
}

// layOut draws a title and below it the panels, in rows.
func layOut(canvas draw.Canvas, title string, figures []*plot.Plot) {
	canvas.SetColor(color.White)
	canvas.Fill(canvas.Rectangle.Path())
	style := figures[0].Title.TextStyle
	style.Font = sans(12)
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	canvas.FillText(style, vg.Point{X: canvas.Center().X, Y: canvas.Max.Y - titleHeight/2}, title)
	margin := vg.Points(6)
	for i, figure := range figures {
		left := vg.Length(i%panelColumns) * panelWidth
		top := canvas.Max.Y - titleHeight - vg.Length(i/panelColumns)*panelHeight
		area := vg.Rectangle{Min: vg.Point{X: left + margin, Y: top - panelHeight + margin}, Max: vg.Point{X: left + panelWidth - margin, Y: top - margin}}
		figure.Draw(draw.Canvas{Canvas: canvas.Canvas, Rectangle: area})
	}
}

// draw is the panel's figure: truth as a dark line, prediction as a coloured one in its band.
func (p Panel) draw(context int) (*plot.Plot, error) {
	steps := len(p.Truth)
	if steps == 0 || len(p.Predicted) != steps || len(p.Deviation) != steps {
		return nil, fmt.Errorf("it has %d true, %d predicted numbers and %d deviations; want as many of each", steps, len(p.Predicted), len(p.Deviation))
	}
	figure := newFigure(Labels{Title: p.Name})
	figure.Title.TextStyle.Font, figure.Title.Padding = sans(9), vg.Points(3)
	for _, axis := range []*plot.Axis{&figure.X, &figure.Y} {
		axis.Tick.Label.Font = sans(8)
	}
	var mean, low, high plotter.XYs
	for i, x := range p.Predicted {
		if d := p.Deviation[i]; finite(x) && finite(d) {
			at := float64(i)
			mean, low, high = append(mean, plotter.XY{X: at, Y: x}), append(low, plotter.XY{X: at, Y: x - 2*d}), append(high, plotter.XY{X: at, Y: x + 2*d})
		}
	}
	least, greatest, err := p.heights()
	if err != nil {
		return nil, err
	}
	err = addPredicted(figure, mean, low, high)
	if err == nil {
		err = addLine(figure, points(p.Truth), color.RGBA{40, 40, 40, 255}, nil)
	}
	if err == nil {
		border := float64(context) - 0.5
		err = addLine(figure, plotter.XYs{{X: border, Y: least}, {X: border, Y: greatest}}, color.RGBA{150, 150, 150, 255}, []vg.Length{vg.Points(3), vg.Points(2)})
	}
	figure.X.Min, figure.X.Max = 0, math.Max(1, float64(steps-1))
	figure.Y.Min, figure.Y.Max = least, greatest
	return figure, err
}

// addPredicted draws a prediction in its band, if any of it is finite.
func addPredicted(figure *plot.Plot, mean, low, high plotter.XYs) error {
	if len(mean) == 0 {
		return nil
	}
	if err := addBand(figure, low, high, seriesColours[1]); err != nil {
		return err
	}
	return addLine(figure, mean, seriesColours[1], nil)
}

func addLine(figure *plot.Plot, points plotter.XYs, shade color.RGBA, dashes []vg.Length) error {
	line, err := plotter.NewLine(points)
	if err != nil {
		return err
	}
	line.Color, line.Width, line.Dashes = shade, vg.Points(1.2), dashes
	figure.Add(line)
	return nil
}

// heights is the range of the panel: that of the truth, and of predictions up to once as far around it.
func (p Panel) heights() (low, high float64, err error) {
	if slices.ContainsFunc(p.Truth, func(x float64) bool { return !finite(x) }) {
		return 0, 0, errors.New("a true number is not finite")
	}
	low, high = slices.Min(p.Truth), slices.Max(p.Truth)
	span := math.Max(high-low, 1e-3*math.Max(1, math.Abs(high)))
	least, greatest := low, high
	for _, x := range p.Predicted {
		if finite(x) {
			least, greatest = math.Min(least, x), math.Max(greatest, x)
		}
	}
	margin := 0.06 * span
	return math.Max(least, low-span) - margin, math.Min(greatest, high+span) + margin, nil
}

func points(heights []float64) plotter.XYs {
	all := make(plotter.XYs, len(heights))
	for i, y := range heights {
		all[i] = plotter.XY{X: float64(i), Y: y}
	}
	return all
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
