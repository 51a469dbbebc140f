// Command summarise reads the learning results in a folder, as scripts/learn stores them, prints a table
// of their scores and draws their curves beside it:
//
//	summarise bench/results/replay
//
// A folder of results holds a folder for each condition and in it one for each seed, with metrics.jsonl.
// The score of a run is the mean of its last three evaluations; the mean of all is the area under its curve.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/bench/suite"
	"github.com/reverie-rl/reverie/run"
	"github.com/reverie-rl/reverie/track"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: summarise RESULTS")
	}
	if err := summarise(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func summarise(results string) error {
	conditions, err := filepath.Glob(filepath.Join(results, "*"))
	if err != nil {
		return err
	}
	fmt.Println("| condition | environment steps | score of each seed | mean | best evaluation of each seed | mean of all evaluations of each seed |")
	fmt.Println("|---|---|---|---|---|---|")
	var curves []track.Series
	for _, condition := range conditions {
		runs, err := readRuns(condition)
		if err != nil {
			return err
		}
		fmt.Println(row(filepath.Base(condition), runs))
		curves = append(curves, track.Series{Name: filepath.Base(condition), Runs: runs})
	}
	labels := track.Labels{Title: fmt.Sprintf("%s: mean and range of the seeds", filepath.Base(results)), X: "environment steps", Y: "evaluation return"}
	return track.Curve(results+".svg", labels, curves...)
}

// readRuns reads the evaluations of every seed of a condition.
func readRuns(condition string) ([][]track.Point, error) {
	paths, err := filepath.Glob(filepath.Join(condition, "seed*", "metrics.jsonl"))
	if err != nil {
		return nil, err
	}
	var runs [][]track.Point
	for _, path := range paths {
		points, err := suite.Evaluations(filepath.Dir(path))
		if err != nil {
			return nil, err
		}
		runs = append(runs, points)
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("%s: no runs", condition)
	}
	return runs, nil
}

func row(condition string, runs [][]track.Point) string {
	var scores, best, areas []string
	var all []float64
	for _, points := range runs {
		var returns []float64
		for _, point := range points {
			returns = append(returns, point.Y)
		}
		score := run.Score(returns)
		all = append(all, score)
		scores = append(scores, fmt.Sprintf("%.0f", score))
		best = append(best, fmt.Sprintf("%.0f", slices.Max(returns)))
		areas = append(areas, fmt.Sprintf("%.0f", run.Evaluation{Returns: returns}.Mean()))
	}
	steps := runs[0][len(runs[0])-1].X
	return fmt.Sprintf("| %s | %.0f | %s | %.0f | %s | %s |", condition, steps,
		strings.Join(scores, ", "), run.Evaluation{Returns: all}.Mean(), strings.Join(best, ", "), strings.Join(areas, ", "))
}
