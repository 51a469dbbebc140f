// Command summarise reads the learning results in a folder, as scripts/results stores them, prints a
// table of their scores and draws their curves:
//
//	summarise bench/results/mpo docs/images
//
// A folder of results holds a folder for each task and in it one for each seed, with metrics.jsonl.
// The score of a run is the mean of its last three evaluations; the mean of all is the area under its curve.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/run"
	"github.com/reverie-rl/reverie/track"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: summarise RESULTS PICTURES")
	}
	if err := summarise(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func summarise(results, pictures string) error {
	tasks, err := filepath.Glob(filepath.Join(results, "*"))
	if err != nil {
		return err
	}
	fmt.Println("| run | environment steps | score of each seed | mean | best evaluation of each seed | mean of all evaluations of each seed |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, task := range tasks {
		runs, err := readRuns(task)
		if err != nil {
			return err
		}
		fmt.Println(row(filepath.Base(task), runs))
		name := filepath.Base(results) + "-" + filepath.Base(task)
		labels := track.Labels{Title: fmt.Sprintf("%s on %s, %d seeds", filepath.Base(results), filepath.Base(task), len(runs)), X: "environment steps", Y: "evaluation return"}
		if err := track.Curve(filepath.Join(pictures, name+".svg"), labels, track.Series{Name: "mean and range", Runs: runs}); err != nil {
			return err
		}
	}
	return nil
}

// readRuns reads the evaluations of every seed of a task.
func readRuns(task string) ([][]track.Point, error) {
	paths, err := filepath.Glob(filepath.Join(task, "seed*", "metrics.jsonl"))
	if err != nil {
		return nil, err
	}
	var runs [][]track.Point
	for _, path := range paths {
		records, err := track.ReadJSONL(path)
		if err != nil {
			return nil, err
		}
		points := track.Points(records, "evaluation/return")
		if len(points) == 0 {
			return nil, fmt.Errorf("%s: no evaluation", path)
		}
		runs = append(runs, points)
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("%s: no runs", task)
	}
	return runs, nil
}

func row(task string, runs [][]track.Point) string {
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
	return fmt.Sprintf("| %s | %.0f | %s | %.0f | %s | %s |", task, steps,
		strings.Join(scores, ", "), run.Evaluation{Returns: all}.Mean(), strings.Join(best, ", "), strings.Join(areas, ", "))
}
