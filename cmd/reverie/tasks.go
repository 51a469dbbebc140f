package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/envtest"
)

type tasksCommand struct {
	Tag  []string `sep:"none" placeholder:"NAME" help:"Only tasks with this tag; repeated, only those with all of them."`
	JSON bool     `name:"json" help:"Print a JSON object a line."`
}

// specReport is a spec as JSON. Bounds are left out where there are none.
type specReport struct {
	Name    string    `json:"name"`
	Shape   []int     `json:"shape"`
	Kind    string    `json:"kind"`
	Minimum []float64 `json:"minimum,omitempty"`
	Maximum []float64 `json:"maximum,omitempty"`
}

// taskReport is what tasks prints of one task.
type taskReport struct {
	Name         string       `json:"name"`
	Observations []specReport `json:"observations,omitempty"`
	Action       *specReport  `json:"action,omitempty"`
	Tasks        []string     `json:"tasks,omitempty"` // if it is several at once
	Tags         []string     `json:"tags"`
	Unavailable  string       `json:"unavailable,omitempty"` // why the task cannot be made here
}

// Run lists the tasks; one that cannot be made on this machine is listed with the reason.
func (c *tasksCommand) Run(s *session) error {
	tasks, err := s.catalogues.Tasks.Tagged(c.Tag...)
	if err != nil {
		return usage(err)
	}
	encoder := json.NewEncoder(s.out)
	for _, task := range tasks {
		report, err := describeTask(task)
		if err != nil {
			return err
		}
		if c.JSON {
			err = encoder.Encode(report)
		} else {
			err = printTask(s, report)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func describeTask(task env.Task) (taskReport, error) {
	report := taskReport{Name: task.Name, Tags: append([]string{}, task.Tags...)}
	environment, err := task.New(0)
	if err != nil {
		report.Unavailable = err.Error()
		return report, nil
	}
	for _, spec := range environment.Observations() {
		report.Observations = append(report.Observations, describeSpec(spec))
	}
	if several, ok := environment.(env.MultiTask); ok {
		report.Tasks = several.Tasks()
	}
	action := describeSpec(environment.Action())
	report.Action = &action
	return report, environment.Close()
}

func describeSpec(spec env.Spec) specReport {
	report := specReport{Name: spec.Name, Shape: append([]int{}, spec.Shape...), Kind: spec.Kind.String()}
	if finite(spec.Minimum) && finite(spec.Maximum) {
		report.Minimum, report.Maximum = spec.Minimum, spec.Maximum
	}
	return report
}

// finite reports whether JSON can express the numbers.
func finite(numbers []float64) bool {
	for _, x := range numbers {
		if math.IsInf(x, 0) || math.IsNaN(x) {
			return false
		}
	}
	return true
}

func printTask(s *session, report taskReport) error {
	if report.Unavailable != "" {
		_, err := fmt.Fprintf(s.out, "%-34s not available: %s\n", report.Name, report.Unavailable)
		return err
	}
	var observations []string
	for _, spec := range report.Observations {
		observations = append(observations, fmt.Sprintf("%s %v", spec.Name, spec.Shape))
	}
	several := ""
	if len(report.Tasks) > 0 {
		several = "; the tasks " + strings.Join(report.Tasks, ", ")
	}
	_, err := fmt.Fprintf(s.out, "%-34s action %v %s, observations %s%s; %s\n", report.Name, report.Action.Shape, report.Action.Kind, strings.Join(observations, ", "), several, strings.Join(report.Tags, ", "))
	return err
}

type envcheckCommand struct {
	look
	Task string `arg:"" help:"A task, or all."`
}

// Run puts one task, or every task, through the conformance kit.
func (c *envcheckCommand) Run(s *session) error {
	tasks := s.catalogues.Tasks
	if c.Task != "all" {
		task, err := s.catalogues.Task(c.Task)
		if err != nil {
			return usage(err)
		}
		tasks = env.Catalogue{task}
	}
	failed := 0
	for _, task := range tasks {
		if c.Task == "all" && c.cannotSee(task) {
			fmt.Fprintf(s.out, "%s: not checked, it has no pictures\n", task.Name)
			continue
		}
		faults := 0
		for _, finding := range envtest.CheckTask(c.at(task)) {
			if finding.Failed() {
				faults++
				fmt.Fprintf(s.out, "%s: %s: %v\n", task.Name, finding.Rule, finding.Err)
			}
		}
		if faults == 0 {
			fmt.Fprintf(s.out, "%s: conforms\n", task.Name)
		} else {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d tasks break the environment contract", failed, len(tasks))
	}
	return nil
}
