package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/reverie-rl/reverie/run"
)

type trainCommand struct {
	Agent      string   `arg:"" help:"The algorithm, as in mpo."`
	Task       string   `required:"" help:"The task, as in control/cartpole-swingup."`
	Steps      *int64   `help:"Environment steps in all."`
	Seed       *uint64  `help:"Seed of everything random."`
	Pixels     *int     `placeholder:"SIZE" help:"Show the agent a picture of SIZE x SIZE pixels too."`
	Camera     *string  `help:"The camera of that picture: a name or a number; several, with commas, give a picture each."`
	Preset     string   `default:"default" help:"The algorithm's preset to start from; a resumed run keeps its settings."`
	Set        []string `sep:"none" placeholder:"KEY=VALUE" help:"Change a setting of config.toml; may be repeated."`
	Out        string   `type:"path" help:"The run folder; by default one under runs/."`
	From       []string `sep:"none" placeholder:"RUN[:PART,...]" help:"Start from the parameters of another run, or of parts of it alone, as in model or model/encoder; may be repeated."`
	Freeze     []string `placeholder:"PART[,PART...]" help:"Parts, or paths inside parts, that learning does not change."`
	ReplayFrom string   `name:"replay-from" placeholder:"RUN[,RUN...][:FRACTION]" help:"Mix the experience of earlier runs in, a half of each batch by default."`
	Offline    string   `placeholder:"RUN|DATASET" help:"Learn from recorded experience alone; a step is then an update."`
	Resume     *bool    `negatable:"" help:"Go on with the run in the folder, or refuse a folder that holds one; by default, go on if there is one."`
	Film       bool     `negatable:"" default:"true" help:"Film the trained policy."`
}

// Run trains, and then films what was learned.
func (c *trainCommand) Run(s *session) error {
	experiment, err := c.experiment(s)
	if err != nil {
		return usage(err)
	}
	o := run.Options{Folder: c.folder(experiment), Output: s.log}
	o.Resume = c.resumes(o.Folder)
	fmt.Fprintf(s.log, "%s on %s, seed %d, %d steps, in %s\n", experiment.Config.Agent, experiment.Config.Task, experiment.Config.Seed, experiment.Config.Steps, o.Folder)
	ctx, stop := untilSignal(s.context)
	defer stop()
	result, err := run.Train(ctx, experiment, o)
	if errors.Is(err, run.ErrStopped) {
		err = fmt.Errorf("%w; the same command with --resume goes on", err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d steps: the last evaluation is %.1f ± %.1f over %d episodes, the last three average %.1f\n",
		result.Step, result.Evaluation.Mean(), result.Evaluation.Deviation(), len(result.Evaluation.Returns), result.Score())
	if c.Film {
		c.film(s, o.Folder)
	}
	c.listPaths(s, o.Folder)
	return nil
}

// untilSignal ends ctx at an interrupt, at which runs stop with a checkpoint. A second one ends the process
// at once.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// experiment resolves the command line, and with --resume the stored settings, to an experiment.
func (c *trainCommand) experiment(s *session) (*run.Experiment, error) {
	config := run.DefaultConfig()
	config.Agent, config.Task = c.Agent, c.Task
	experiment, err := run.NewExperiment(config, c.Preset, s.catalogues)
	if err != nil {
		return nil, err
	}
	if err := c.apply(experiment); err != nil {
		return nil, err
	}
	if c.resumes(c.folder(experiment)) {
		return c.resumed(s, c.folder(experiment))
	}
	return experiment, experiment.Validate()
}

// resumes tells whether the command goes on with a run.
func (c *trainCommand) resumes(folder string) bool {
	if c.Resume != nil {
		return *c.Resume
	}
	return run.Exists(folder)
}

// resumed is the experiment in folder with the changes that the command line makes.
func (c *trainCommand) resumed(s *session, folder string) (*run.Experiment, error) {
	stored, err := run.LoadExperiment(folder, s.catalogues)
	if err != nil {
		return nil, err
	}
	if stored.Config.Agent != c.Agent || stored.Config.Task != c.Task {
		return nil, fmt.Errorf("%s holds a run of %s on %s, not of %s on %s: choose another folder with --out", folder, stored.Config.Agent, stored.Config.Task, c.Agent, c.Task)
	}
	changed, err := run.LoadExperiment(folder, s.catalogues)
	if err != nil {
		return nil, err
	}
	if err := c.apply(changed); err != nil {
		return nil, err
	}
	applied, err := stored.Change(changed)
	for _, difference := range applied {
		fmt.Fprintln(s.log, "changed setting:", difference)
	}
	return changed, errors.Join(err, changed.Validate())
}

// apply changes the settings that the command line names.
func (c *trainCommand) apply(experiment *run.Experiment) error {
	if c.Steps != nil {
		experiment.Config.Steps = *c.Steps
	}
	if c.Seed != nil {
		experiment.Config.Seed = *c.Seed
	}
	if c.Pixels != nil {
		experiment.Config.Pixels = *c.Pixels
	}
	if c.Camera != nil {
		experiment.Config.Camera = *c.Camera
	}
	if len(c.From) > 0 {
		experiment.Config.From = c.From
	}
	if c.Freeze != nil {
		experiment.Config.Freeze = c.Freeze
	}
	if c.ReplayFrom != "" {
		experiment.Config.ReplayFrom = c.ReplayFrom
	}
	if c.Offline != "" {
		experiment.Config.Offline = c.Offline
	}
	for _, assignment := range c.Set {
		if err := experiment.Set(assignment); err != nil {
			return err
		}
	}
	return nil
}

// folder is the run's folder.
func (c *trainCommand) folder(experiment *run.Experiment) string {
	if c.Out != "" {
		return c.Out
	}
	return filepath.Join("runs", fmt.Sprintf("%s_%s_seed%d", c.Agent, folderName(c.Task), experiment.Config.Seed))
}

// folderName is a task's name as part of a path. A colon or a comma would end the path where a run is named to
// start from.
func folderName(task string) string {
	return strings.NewReplacer("://", "_", "/", "_", ":", "_", "?", "_", "&", "_", ",", "_", `"`, "", "[", "", "]", "").Replace(task)
}

// film records one episode. A task or a machine that cannot draw is no reason to fail the training.
func (c *trainCommand) film(s *session, folder string) {
	trained, err := run.Open(folder, s.catalogues, s.log)
	if err == nil {
		_, err = trained.Record(filmPath(folder), run.Episodes{Count: 1, Seed: trained.Experiment.Config.Seed}, run.DefaultFilm())
	}
	if err != nil {
		fmt.Fprintln(s.log, "no film:", err)
	}
}

// filmPath is where the film of a run is unless another place is asked for.
func filmPath(folder string) string { return filepath.Join(folder, "videos", "policy.gif") }

// listPaths prints what the run left and where.
func (c *trainCommand) listPaths(s *session, folder string) {
	for _, item := range []struct{ what, pattern string }{
		{"config", "config.toml"}, {"metrics", "metrics.jsonl"}, {"events", "events.*"},
		{"checkpoint", "checkpoints"}, {"curve", "curve.svg"}, {"video", "videos/policy.gif"}, {"dreams", "dreams"},
	} {
		found, _ := filepath.Glob(filepath.Join(folder, item.pattern)) // the patterns are well-formed
		for _, path := range found {
			fmt.Fprintf(s.out, "%-11s %s\n", item.what, path)
		}
	}
}
