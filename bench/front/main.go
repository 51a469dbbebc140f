// Command front reads what reverie eval --json has printed of several runs with the same objectives, prints which of them
// no other dominates and the hypervolume of these, and draws two of the objectives:
//
//	for run in RUN...; do reverie eval --json $run; done | front -reference 0,-25 [-less 1] [-out front.svg]
//
// The reference is a point that is worse than all in every objective. Objectives numbered with -less, from 0, count with
// a minus, as costs do; then the reference does too.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/reverie-rl/reverie/bench/aggregate"
	"github.com/reverie-rl/reverie/run"
	"github.com/reverie-rl/reverie/track"
)

// result is a line of reverie eval --json, as far as it is read.
type result struct {
	Task       string                `json:"task"`
	Agent      string                `json:"agent"`
	Objectives []run.ObjectiveReturn `json:"objectives"`
}

func main() {
	log.SetFlags(0)
	reference := flag.String("reference", "", "a point that is worse than all, as 0,-25")
	less := flag.String("less", "", "objectives of which less is better, as 1,2; the first is 0")
	out := flag.String("out", "", "the picture to draw, if any: .svg")
	flag.Parse()
	if err := report(os.Stdin, os.Stdout, *reference, *less, *out); err != nil {
		log.Fatal("front: ", err)
	}
}

// report prints the table of the results in, and draws it.
func report(in io.Reader, out io.Writer, reference, less, picture string) error {
	results, err := read(in)
	if err != nil {
		return err
	}
	worst, err := numbers(reference)
	if err != nil || len(worst) != len(results[0].Objectives) {
		return fmt.Errorf("-reference is %q, want a number for each of %d objectives, separated by commas", reference, len(results[0].Objectives))
	}
	points, err := pointsOf(results, less)
	if err != nil {
		return err
	}
	front := aggregate.Fronts(points)[0]
	fmt.Fprintf(out, "| result | %s | on the front |\n|%s\n", strings.Join(names(results[0]), " | "), strings.Repeat("---|", 2+len(worst)))
	for i, point := range points {
		fmt.Fprintf(out, "| %d, %s |", i+1, results[i].Agent)
		for _, x := range point {
			fmt.Fprintf(out, " %.4g |", x)
		}
		fmt.Fprintf(out, " %s |\n", map[bool]string{true: "yes"}[slices.Contains(front, i)])
	}
	fmt.Fprintf(out, "\nhypervolume over %s: %.6g\n", reference, aggregate.Hypervolume(points, worst))
	if picture == "" {
		return nil
	}
	return draw(picture, results[0], points, front)
}

// read returns the results, one or more, all of the same objectives.
func read(in io.Reader) ([]result, error) {
	var all []result
	for decoder := json.NewDecoder(in); ; {
		var one result
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("result %d: %w", len(all)+1, err)
		}
		all = append(all, one)
		if len(one.Objectives) == 0 || !slices.Equal(names(one), names(all[0])) {
			return nil, fmt.Errorf("result %d has the objectives %q, want those of the first, one or more: %q", len(all), names(one), names(all[0]))
		}
	}
	if len(all) == 0 {
		return nil, errors.New("there is nothing to read; pipe in what reverie eval --json prints")
	}
	return all, nil
}

func names(r result) []string {
	var all []string
	for _, objective := range r.Objectives {
		all = append(all, objective.Name)
	}
	return all
}

// numbers reads a list.
func numbers(list string) ([]float64, error) {
	var all []float64
	for _, text := range strings.Split(list, ",") {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

// pointsOf is the mean returns of results, of which more is better.
func pointsOf(results []result, less string) ([][]float64, error) {
	points := make([][]float64, len(results))
	for i, r := range results {
		for _, objective := range r.Objectives {
			points[i] = append(points[i], objective.Mean)
		}
	}
	if less == "" {
		return points, nil
	}
	for _, text := range strings.Split(less, ",") {
		k, err := strconv.Atoi(text)
		if err != nil || k < 0 || k >= len(points[0]) {
			return nil, fmt.Errorf("-less has %q, want numbers from 0 to %d, separated by commas", text, len(points[0])-1)
		}
		for _, point := range points {
			point[k] = -point[k]
		}
	}
	return points, nil
}

// draw draws the first two objectives.
func draw(path string, first result, points [][]float64, front []int) error {
	if len(first.Objectives) < 2 {
		return errors.New("-out draws two objectives, and there is one")
	}
	cloud := track.Cloud{Name: first.Agent}
	for i, point := range points {
		cloud.Points = append(cloud.Points, track.Point{X: point[0], Y: point[1]})
		if slices.Contains(front, i) {
			cloud.Front = append(cloud.Front, cloud.Points[i])
		}
	}
	return track.Front(path, track.Labels{Title: first.Task, X: first.Objectives[0].Name, Y: first.Objectives[1].Name}, cloud)
}
