package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/reverie-rl/reverie/arm"
	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/run"
)

type modelCommand struct {
	Of       string `arg:"" name:"run|task" help:"A run folder, or a task of control or arm."`
	Episodes int    `default:"10" help:"Episodes to play of a run."`
	Seed     uint64 `default:"1" help:"Seed of their start states."`
	Longest  int    `default:"1000" help:"Steps of the policy after which an episode is cut off that has not ended."`
	JSON     bool   `name:"json" help:"Print one JSON object of a run."`
}

// Run tells how well the model of a run predicts, or prints a task's model in MJCF, for MuJoCo's own programs.
func (c *modelCommand) Run(s *session) error {
	if folder, err := os.Stat(c.Of); err == nil && folder.IsDir() {
		return c.examine(s)
	}
	modelOf := control.Model
	if strings.HasPrefix(c.Of, "arm/") {
		modelOf = arm.Model
	}
	model, err := modelOf(c.Of)
	if err != nil {
		return usage(fmt.Errorf("%w; nor is there a run folder of this name", err))
	}
	_, err = fmt.Fprint(s.out, model)
	return err
}

// modelReport is what model prints of a run with --json.
type modelReport struct {
	Task  string `json:"task"`
	Agent string `json:"agent"`
	Step  int64  `json:"step"`
	run.ModelReport
}

// examine reports on the newest checkpoint's model.
func (c *modelCommand) examine(s *session) error {
	if c.Episodes < 1 || c.Longest < 1 {
		return usage(fmt.Errorf("--episodes is %d and --longest %d, must be positive", c.Episodes, c.Longest))
	}
	trained, err := run.Open(c.Of, s.catalogues, s.log)
	if err != nil {
		return err
	}
	config := trained.Experiment.Config
	found, err := trained.ExamineModel(run.Episodes{Count: c.Episodes, Seed: c.Seed, Longest: c.Longest, Workers: config.Workers})
	if err != nil {
		return err
	}
	report := modelReport{config.Task, config.Agent, trained.Step, *found}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(report)
	}
	return report.print(s.out)
}

// print writes the report for people.
func (r modelReport) print(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "%s on %s at step %d: %d segments of %d episodes, %d observations seen of each\n", r.Agent, r.Task, r.Step, r.Segments, r.Episodes, r.Context)
	printErrors(table, "observations, in units of their variance", r.Errors)
	printErrors(table, "pictures, in units of their variance", r.Pictures)
	for i, e := range r.Observations {
		if i == 0 {
			fmt.Fprintf(table, "\nsquared error of each observation, %d steps ahead, in units of its variance\nobservation\tmodel\trepeat last\t\n", run.ObservedAhead)
		}
		fmt.Fprintf(table, "%s\t%.4f\t%.4f\t\n", e.Name, e.Model, e.RepeatLast)
	}
	fmt.Fprintf(table, "\nKL of posterior and prior: %d of %d latent variables are active (at least %g nats)\n", r.Active, len(r.Divergences), run.ActiveNats)
	fmt.Fprintf(table, "nats, largest first: %s\n", numbers(r.Divergences))
	fmt.Fprintf(table, "\ncorrelation of predicted and received rewards: %s filtered, %s open loop\n", optional(r.Rewards.Filtered), optional(r.Rewards.OpenLoop))
	if r.Continuation == nil {
		fmt.Fprintln(table, "continuation: not predicted")
		return table.Flush()
	}
	fmt.Fprintf(table, "continuation: Brier score %.4f, calibration error %.4f\nsteps\tpredicted\tobserved\t\n", r.Continuation.Brier, r.Continuation.Error)
	for _, bin := range r.Continuation.Bins {
		fmt.Fprintf(table, "%d\t%.3f\t%.3f\t\n", bin.Count, bin.Predicted, bin.Observed)
	}
	return table.Flush()
}

// printErrors lists some of the errors, if there are any.
func printErrors(table io.Writer, of string, errors []run.HorizonError) {
	for i, e := range errors {
		if i == 0 {
			fmt.Fprintf(table, "\nsquared error of %s\nsteps ahead\tmodel\trepeat last\t\n", of)
		}
		if listed(e.Steps) || i == len(errors)-1 {
			fmt.Fprintf(table, "%d\t%.4f\t%.4f\t\n", e.Steps, e.Model, e.RepeatLast)
		}
	}
}

// listed tells which distances people see.
func listed(steps int) bool { return steps <= 3 || steps%5 == 0 && steps <= 20 || steps%15 == 0 }

func numbers(all []float64) string {
	var texts []string
	for _, x := range all {
		texts = append(texts, fmt.Sprintf("%.3g", x))
	}
	return strings.Join(texts, " ")
}

// optional is a number that may not be there.
func optional(x *float64) string {
	if x == nil {
		return "none (constant)"
	}
	return fmt.Sprintf("%.3f", *x)
}
