package track

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Cloud is points of a figure by two objectives, of which more is better.
type Cloud struct {
	Name   string // in the legend
	Points []Point
	Front  []Point // those that no other dominates, joined by steps
}

// Front draws clouds as a figure of what two objectives allow of each other, and writes it to path as an SVG picture.
// Labels.X and Y name the objectives.
func Front(path string, labels Labels, clouds ...Cloud) error {
	figure := newFigure(labels)
	drawn := 0
	for i, cloud := range clouds {
		if err := addCloud(figure, cloud, seriesColours[i%len(seriesColours)]); err != nil {
			return fmt.Errorf("track: %s: cloud %q: %w", path, cloud.Name, err)
		}
		drawn += len(cloud.Points)
	}
	if drawn == 0 {
		return fmt.Errorf("track: %s: no cloud has a point to draw", path)
	}
	return writeFigure(path, figure)
}

// addCloud draws the points of one cloud, and the steps of its front.
func addCloud(figure *plot.Plot, cloud Cloud, shade color.RGBA) error {
	if len(cloud.Points) == 0 {
		return nil
	}
	dots, err := plotter.NewScatter(pairs(cloud.Points))
	if err != nil {
		return err
	}
	dots.Color, dots.Radius, dots.Shape = shade, vg.Points(3), draw.CircleGlyph{}
	figure.Add(dots)
	if cloud.Name != "" {
		figure.Legend.Add(cloud.Name, dots)
	}
	if len(cloud.Front) < 2 {
		return nil
	}
	steps, err := plotter.NewLine(pairs(stairs(cloud.Front)))
	if err != nil {
		return err
	}
	steps.Color, steps.Width = shade, vg.Points(1.2)
	figure.Add(steps)
	return nil
}

// stairs joins the points of a front by lines along the axes, below which each corner is dominated.
func stairs(front []Point) []Point {
	sorted := slices.SortedFunc(slices.Values(front), func(a, b Point) int { return cmp.Compare(a.X, b.X) })
	joined := sorted[:1:1]
	for i, point := range sorted[1:] {
		joined = append(joined, Point{sorted[i].X, point.Y}, point)
	}
	return joined
}

func pairs(points []Point) plotter.XYs {
	all := make(plotter.XYs, len(points))
	for i, point := range points {
		all[i] = plotter.XY(point)
	}
	return all
}
