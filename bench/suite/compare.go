package suite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/bench/published"
	"github.com/reverie-rl/reverie/run"
	"github.com/reverie-rl/reverie/track"
)

// comparison is a table of the scores of a task at the steps at which others have published theirs, or
// nothing if there are none as far as the results go.
func comparison(group []result, curves []published.Curve) string {
	steps := marks(curves, farthest(group))
	if len(steps) == 0 {
		return ""
	}
	rows := [][]string{{"method", "seeds"}, {"---", "---"}}
	for _, step := range steps {
		rows[0], rows[1] = append(rows[0], fmt.Sprintf("%.0fk", step/1000)), append(rows[1], "---")
	}
	for _, r := range group {
		row := []string{"**" + r.entry.Name + "**", fmt.Sprint(len(r.curves))}
		for _, step := range steps {
			row = append(row, r.at(step))
		}
		rows = append(rows, row)
	}
	for _, curve := range curves {
		row := []string{curve.Method, fmt.Sprint(curve.Seeds)}
		for _, step := range steps {
			row = append(row, publishedAt(curve, step))
		}
		rows = append(rows, row)
	}
	var b strings.Builder
	b.WriteString("\nMean ± standard deviation over seeds after that many environment steps; in bold, ours.\n\n")
	for _, row := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	return b.String()
}

// sources tells where the published scores are from.
func sources(curves []published.Curve) string {
	var b strings.Builder
	told := map[string]bool{}
	for _, curve := range curves {
		line := fmt.Sprintf("* %s: %s.\n", curve.Source, curve.Measure)
		if !told[line] {
			b.WriteString(line)
		}
		told[line] = true
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n## Sources of the published scores\n\n" + b.String()
}

// marks is the steps of published curves up to last, in their order.
func marks(curves []published.Curve, last float64) []float64 {
	var steps []float64
	for _, curve := range curves {
		for _, step := range curve.Steps {
			if step <= last {
				steps = append(steps, step)
			}
		}
	}
	slices.Sort(steps)
	return slices.Compact(steps)
}

// at is the scores that runs had at a step: of the last three evaluations up to there. It is empty if not
// all runs go as far.
func (r *result) at(step float64) string {
	var scores []float64
	for _, curve := range r.curves {
		if curve[0].X > step || curve[len(curve)-1].X < step {
			return ""
		}
		end := slices.IndexFunc(curve, func(p track.Point) bool { return p.X > step })
		if end < 0 {
			end = len(curve)
		}
		scores = append(scores, score(curve[:end]))
	}
	of := run.Evaluation{Returns: scores}
	return meanAndDeviation(of.Mean(), of.Deviation())
}

func publishedAt(curve published.Curve, step float64) string {
	i := slices.Index(curve.Steps, step)
	switch {
	case i < 0:
		return ""
	case len(curve.Deviation) == 0:
		return number(curve.Mean[i])
	}
	return meanAndDeviation(curve.Mean[i], curve.Deviation[i])
}

func meanAndDeviation(mean, deviation float64) string {
	return number(mean) + " ± " + number(deviation)
}
