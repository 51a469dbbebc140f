package main

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/reverie-rl/reverie/run"
)

type evalCommand struct {
	Folder   string `arg:"" name:"run" help:"The run folder."`
	Episodes int    `default:"10" help:"Episodes to play."`
	Seed     uint64 `default:"1" help:"Seed of the start states."`
	Longest  int    `default:"10000" help:"Steps of the policy after which an episode is cut off that has not ended."`
	JSON     bool   `name:"json" help:"Print one JSON object."`
}

// evaluationReport is what eval prints with --json.
type evaluationReport struct {
	Task       string                `json:"task"`
	Agent      string                `json:"agent"`
	Step       int64                 `json:"step"`
	Episodes   int                   `json:"episodes"`
	Mean       float64               `json:"mean"`
	Std        float64               `json:"std"`
	Returns    []float64             `json:"returns"`
	Tasks      []run.TaskReturn      `json:"tasks,omitempty"`      // of an environment that is several
	Violations []run.Violation       `json:"violations,omitempty"` // of constraints
	Objectives []run.ObjectiveReturn `json:"objectives,omitempty"`
}

// Run evaluates the newest checkpoint in an environment of its own.
func (c *evalCommand) Run(s *session) error {
	if c.Episodes < 1 || c.Longest < 1 {
		return usage(fmt.Errorf("--episodes is %d and --longest %d, must be positive", c.Episodes, c.Longest))
	}
	trained, err := run.Open(c.Folder, s.catalogues, s.log)
	if err != nil {
		return err
	}
	config := trained.Experiment.Config
	evaluation, err := run.Evaluate(trained.Experiment.PlayedTask(), trained.Policy, run.Episodes{Count: c.Episodes, Seed: c.Seed, Longest: c.Longest, Workers: config.Workers})
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(evaluationReport{config.Task, config.Agent, trained.Step, c.Episodes, evaluation.Mean(), evaluation.Deviation(), evaluation.Returns, evaluation.Tasks, evaluation.Violations, evaluation.Objectives})
	}
	_, err = fmt.Fprintf(s.out, "%s on %s at step %d: %.1f ± %.1f over %d episodes\n", config.Agent, config.Task, trained.Step, evaluation.Mean(), evaluation.Deviation(), c.Episodes)
	var lines []string
	for _, task := range evaluation.Tasks {
		lines = append(lines, fmt.Sprintf("%s: %.1f over %d", task.Name, task.Mean, task.Episodes))
	}
	for _, objective := range evaluation.Objectives {
		lines = append(lines, fmt.Sprintf("objective %s: %.1f", objective.Name, objective.Mean))
	}
	for _, v := range evaluation.Violations {
		lines = append(lines, fmt.Sprintf("%s violated at %d steps, %.1f an episode, %d in the worst", v.Name, v.Count, v.PerEpisode, v.Worst))
	}
	for _, line := range lines {
		if err == nil {
			_, err = fmt.Fprintf(s.out, "\t%s\n", line)
		}
	}
	return err
}

type recordCommand struct {
	Folder   string `arg:"" name:"run" help:"The run folder."`
	Out      string `type:"path" help:"The file to write: .gif, .avi or .png, of a dream .svg too; by default one in the run's videos or dreams."`
	Dream    bool   `help:"Draw what the run's model of the world expects, beside what happens, instead of a film."`
	Episodes int    `default:"1" help:"Episodes to film."`
	Seed     uint64 `default:"1" help:"Seed of the start states."`
	Longest  int    `default:"1000" help:"Steps of the policy after which an episode is cut off that has not ended."`
	Camera   string `default:"0" help:"The task's camera: a name or a number."`
	Width    int    `default:"320" help:"Pixels across."`
	Height   int    `default:"240" help:"Pixels down."`
}

// Run films the newest checkpoint.
func (c *recordCommand) Run(s *session) error {
	if c.Episodes < 1 || c.Longest < 1 || c.Width < 1 || c.Height < 1 {
		return usage(fmt.Errorf("--episodes, --longest, --width and --height must be positive"))
	}
	if c.Dream && c.Episodes > 1 {
		return usage(fmt.Errorf("--episodes is %d, a dream is of one: leave it out", c.Episodes))
	}
	trained, err := run.Open(c.Folder, s.catalogues, s.log)
	if err != nil {
		return err
	}
	episodes := run.Episodes{Count: c.Episodes, Seed: c.Seed, Longest: c.Longest}
	if c.Dream {
		return c.dream(s, trained, episodes)
	}
	path := cmp.Or(c.Out, filmPath(c.Folder))
	film := run.Film{Camera: c.Camera, Width: c.Width, Height: c.Height, FramesPerSecond: run.DefaultFilm().FramesPerSecond}
	evaluation, err := trained.Record(path, episodes, film)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s: %d episodes, mean return %.1f\n", path, c.Episodes, evaluation.Mean())
	return err
}

// dream draws a dream of the newest checkpoint.
func (c *recordCommand) dream(s *session, trained *run.Trained, episodes run.Episodes) error {
	path := cmp.Or(c.Out, trained.DreamPath(c.Folder))
	if err := trained.RecordDream(path, episodes); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "%s: %d decisions seen, and up to %d dreamt\n", path, run.DreamContext, run.DreamHorizon)
	return err
}
