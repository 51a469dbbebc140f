package suite

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/reverie-rl/reverie/bench/aggregate"
	"github.com/reverie-rl/reverie/bench/published"
	"github.com/reverie-rl/reverie/run"
	"github.com/reverie-rl/reverie/track"
)

// result is what is stored of one entry.
type result struct {
	entry  *Entry
	curves [][]track.Point // of each seed
	scores []float64
}

// steps is the last environment step of the first run.
func (r *result) steps() float64 { return r.curves[0][len(r.curves[0])-1].X }

// Evaluations reads the learning curve of the run whose raw log is in folder: the mean return of each of its
// evaluations over environment steps.
func Evaluations(folder string) ([]track.Point, error) {
	path := filepath.Join(folder, metricsFile)
	records, err := track.ReadJSONL(path)
	if err != nil {
		return nil, err
	}
	points := track.Points(records, "evaluation/return")
	if len(points) == 0 {
		return nil, fmt.Errorf("%s: no evaluation", path)
	}
	return points, nil
}

// score is that of a run with this learning curve.
func score(curve []track.Point) float64 {
	returns := make([]float64, len(curve))
	for i, point := range curve {
		returns[i] = point.Y
	}
	return run.Score(returns)
}

// read reads what is stored of a suite in the folder results: one result for each entry that has any.
func (s *Suite) read(results string) ([]result, error) {
	var all []result
	for i := range s.Entries {
		r := result{entry: &s.Entries[i]}
		for _, seed := range r.entry.Seeds {
			folder := filepath.Join(results, s.results(r.entry, seed))
			if !exists(filepath.Join(folder, aboutFile)) {
				continue
			}
			curve, err := Evaluations(folder)
			if err != nil {
				return nil, fmt.Errorf("suite: %w", err)
			}
			r.curves, r.scores = append(r.curves, curve), append(r.scores, score(curve))
		}
		if len(r.curves) > 0 {
			all = append(all, r)
		}
	}
	return all, nil
}

// Report writes the page NAME.md of what is stored of the suite in the folder results, and beside it a figure
// of each task, and prints the tables of scores on out. A mean score below its threshold is an error.
func (s *Suite) Report(results string, out io.Writer) error {
	all, err := s.read(results)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("suite: there are no results of %s in %s yet", s.Name, results)
	}
	scores := s.heading(all) + scoreTable(all) + overallTable(all) + s.normalisedTable(all) + s.targetTable(all)
	if _, err := io.WriteString(out, scores); err != nil {
		return err
	}
	page := scores
	var compared []published.Curve
	for _, group := range byTask(all) {
		curves, err := published.On(group[0].entry.Task)
		if err != nil {
			return err
		}
		section, err := s.section(results, group, curves)
		if err != nil {
			return err
		}
		page += section
		compared = append(compared, curves...)
	}
	page += sources(compared)
	if err := os.MkdirAll(results, 0o755); err != nil {
		return err
	}
	if err := track.WriteFile(filepath.Join(results, s.Name+".md"), []byte(page)); err != nil {
		return err
	}
	return checkThresholds(all)
}

// byTask groups results, in their order.
func byTask(all []result) [][]result {
	return group(all, func(r result) string { return r.entry.Task })
}

// group puts results of one key together.
func group(all []result, key func(r result) string) [][]result {
	var groups [][]result
	place := map[string]int{}
	for _, r := range all {
		i, found := place[key(r)]
		if !found {
			i = len(groups)
			place[key(r)] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}

func (s *Suite) heading(all []result) string {
	there, wanted := 0, 0
	for _, r := range all {
		there += len(r.curves)
	}
	for _, e := range s.Entries {
		wanted += len(e.Seeds)
	}
	return fmt.Sprintf("# Results of the suite %s\n\n%d of %d runs. A score is the mean of the last three evaluations of a run. In brackets: 95 %% percentile bootstrap\n"+
		"intervals over seeds. The area under the learning curve is divided by its length.\n\n", s.Name, there, wanted)
}

// scoreTable has a row for each agent on each task.
func scoreTable(all []result) string {
	var b strings.Builder
	b.WriteString("| task | agent | environment steps | score of each seed | mean | median | interquartile mean | area under the curve |\n|---|---|---|---|---|---|---|---|\n")
	for _, r := range all {
		var each []string
		for _, score := range r.scores {
			each = append(each, number(score))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %.0f | %s | %s |\n", r.entry.Task, r.entry.Name, r.steps(), strings.Join(each, ", "), summary([]result{r}))
	}
	return b.String()
}

// targetTable has a row for each agent on a task with a target: the environment steps after which the mean of three
// evaluations in a row first reached it, for each seed.
func (s *Suite) targetTable(all []result) string {
	var b strings.Builder
	for _, r := range all {
		target, ok := s.Targets[r.entry.Task]
		if !ok {
			continue
		}
		var each []string
		for _, curve := range r.curves {
			each = append(each, stepsTo(curve, target))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.entry.Task, r.entry.Name, number(target), strings.Join(each, ", "))
	}
	if b.Len() == 0 {
		return ""
	}
	return "\nEnvironment steps until the mean of three evaluations in a row first reaches a return; - if it never does:\n\n| task | agent | return | steps of each seed |\n|---|---|---|---|\n" + b.String()
}

// stepsTo is the step of a learning curve at which the last of three evaluations in a row is made whose mean is at least
// target.
func stepsTo(curve []track.Point, target float64) string {
	for i := 2; i < len(curve); i++ {
		if score(curve[:i+1]) >= target {
			return fmt.Sprintf("%.0f", curve[i].X)
		}
	}
	return "-"
}

// byAgent groups results, in their order.
func byAgent(all []result) [][]result {
	return group(all, func(r result) string { return r.entry.Name })
}

// overallTable has a row for each agent that was on several tasks.
func overallTable(all []result) string {
	var b strings.Builder
	for _, of := range byAgent(all) {
		if len(of) > 1 {
			fmt.Fprintf(&b, "| %s | %d | %s |\n", of[0].entry.Name, len(of), summary(of))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "\nOver all runs of all tasks, with intervals stratified over tasks:\n\n| agent | tasks | mean | median | interquartile mean | area under the curve |\n|---|---|---|---|---|---|\n" + b.String()
}

// normalisedTable has a row for each agent with its mean scores on tasks of which the suite has references, measured by
// these.
func (s *Suite) normalisedTable(all []result) string {
	var b strings.Builder
	for _, of := range byAgent(all) {
		var scores []float64
		var references []aggregate.Reference
		for _, r := range of {
			if reference, ok := s.References[r.entry.Task]; ok {
				scores, references = append(scores, aggregate.Mean(r.scores)), append(references, reference)
			}
		}
		if len(scores) > 0 {
			n := aggregate.Normalise(scores, references)
			fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s |\n", of[0].entry.Name, len(scores),
				number(n.GamerMedian), number(n.GamerMean), number(n.RecordMean), number(n.ClippedRecordMean))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "\nMean scores over tasks, where 0 is random actions and 1 the gamer or the record of the suite's references:\n\n" +
		"| agent | tasks | gamer median | gamer mean | record mean | clipped record mean |\n|---|---|---|---|---|---|\n" + b.String()
}

// summary is the statistics of results together, as the cells of a table.
func summary(results []result) string {
	var strata [][]float64
	var areas []float64
	for _, r := range results {
		strata = append(strata, r.scores)
		for _, curve := range r.curves {
			areas = append(areas, aggregate.Area(curve))
		}
	}
	of := aggregate.Summarise(strata...)
	cell := func(value float64, interval aggregate.Interval) string {
		return fmt.Sprintf("%s [%s, %s]", number(value), number(interval.Low), number(interval.High))
	}
	return strings.Join([]string{
		cell(of.Mean, of.MeanInterval), cell(of.Median, of.MedianInterval),
		cell(of.InterquartileMean, of.InterquartileMeanInterval), number(aggregate.Mean(areas)),
	}, " | ")
}

// section is a task's part of the page: its figure, and its scores beside published ones.
func (s *Suite) section(results string, group []result, curves []published.Curve) (string, error) {
	task := group[0].entry.Task
	figure := s.Name + "-" + path.Base(task) + ".svg"
	if err := draw(filepath.Join(results, figure), group, curves); err != nil {
		return "", err
	}
	return fmt.Sprintf("\n## %s\n\n![%s](%s)\n%s", task, task, figure, comparison(group, curves)), nil
}

// draw draws the learning curves of a task: the mean over seeds with its interval, and as far as they go the
// published scores of the same agents.
func draw(path string, group []result, curves []published.Curve) error {
	labels := track.Labels{Title: group[0].entry.Task, X: "environment steps", Y: "evaluation return"}
	var series []track.Series
	for _, r := range group {
		name := fmt.Sprintf("%s, %d seeds", r.entry.Name, len(r.curves))
		series = append(series, track.Series{Name: name, Runs: r.curves, Band: meanInterval})
	}
	last := farthest(group)
	for _, curve := range curves {
		points := until(curve, last)
		if comparable := isOf(curve, group); comparable && len(points) > 1 {
			series = append(series, track.Series{Name: curve.Method + ", published", Runs: [][]track.Point{points}})
		}
	}
	return track.Curve(path, labels, series...)
}

func meanInterval(heights []float64) (low, high float64) {
	interval := aggregate.Bootstrap(aggregate.Mean, heights)
	return interval.Low, interval.High
}

// farthest is the last environment step of any result.
func farthest(group []result) float64 {
	last := 0.0
	for _, r := range group {
		last = max(last, r.steps())
	}
	return last
}

// isOf tells whether a published curve is of a method in a group.
func isOf(curve published.Curve, group []result) bool {
	for _, r := range group {
		if strings.EqualFold(curve.Method, r.entry.Agent) {
			return true
		}
	}
	return false
}

// until is the part of a published curve up to a step.
func until(curve published.Curve, last float64) []track.Point {
	var points []track.Point
	for i, step := range curve.Steps {
		if step <= last {
			points = append(points, track.Point{X: step, Y: curve.Mean[i]})
		}
	}
	return points
}

// checkThresholds returns an error for each entry that did not learn what it should.
func checkThresholds(all []result) error {
	var problems []error
	for _, r := range all {
		if mean := aggregate.Mean(r.scores); r.entry.Threshold != nil && !(mean >= *r.entry.Threshold) {
			problems = append(problems, fmt.Errorf("suite: %v: the mean score is %s, want %s or more", r.entry, number(mean), number(*r.entry.Threshold)))
		}
	}
	return errors.Join(problems...)
}

// number writes a score with about three digits.
func number(x float64) string {
	if math.Abs(x) >= 100 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}
