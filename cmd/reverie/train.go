package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/reverie-rl/reverie/run"
)

type trainCommand struct {
	Agent  string   `arg:"" help:"The algorithm, as in mpo."`
	Task   string   `required:"" help:"The task, as in control/cartpole-swingup."`
	Steps  *int64   `help:"Environment steps in all."`
	Seed   *uint64  `help:"Seed of everything random."`
	Preset string   `default:"default" help:"The algorithm's preset to start from."`
	Set    []string `sep:"none" placeholder:"KEY=VALUE" help:"Change a setting of config.toml; may be repeated."`
	Out    string   `type:"path" help:"The run folder; by default one under runs/."`
	From   string   `placeholder:"RUN[:PART,...]" help:"Start from parameters of another run."`
	Resume bool     `help:"Go on from the newest checkpoint in the run folder."`
	Film   bool     `negatable:"" default:"true" help:"Film the trained policy."`
}

// Run trains, and then films what was learned.
func (c *trainCommand) Run(s *session) error {
	experiment, err := c.experiment(s)
	if err != nil {
		return usage(err)
	}
	o := run.Options{Folder: c.folder(experiment), Resume: c.Resume, From: c.From, Output: s.log}
	fmt.Fprintf(s.log, "%s on %s, seed %d, %d steps, in %s\n", experiment.Config.Agent, experiment.Config.Task, experiment.Config.Seed, experiment.Config.Steps, o.Folder)
	result, err := run.Train(s.context, experiment, o)
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

// experiment resolves the command line, and with --resume the stored settings, to an experiment.
func (c *trainCommand) experiment(s *session) (*run.Experiment, error) {
	config := run.DefaultConfig()
	config.Agent, config.Task = c.Agent, c.Task
	experiment, err := run.NewExperiment(config, c.Preset, s.catalogues)
	if err != nil {
		return nil, err
	}
	if !c.Resume {
		return experiment, errors.Join(c.apply(experiment), experiment.Validate())
	}
	stored, err := run.LoadExperiment(c.folder(experiment), s.catalogues)
	if err != nil {
		return nil, err
	}
	if stored.Config.Agent != c.Agent || stored.Config.Task != c.Task {
		return nil, fmt.Errorf("%s holds a run of %s on %s, not of %s on %s", c.folder(experiment), stored.Config.Agent, stored.Config.Task, c.Agent, c.Task)
	}
	changed, err := run.LoadExperiment(c.folder(experiment), s.catalogues)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(c.apply(changed), changed.Validate()); err != nil {
		return nil, err
	}
	for _, difference := range stored.Differences(changed) {
		fmt.Fprintln(s.log, "changed setting:", difference)
	}
	return changed, nil
}

// apply changes the settings that the command line names.
func (c *trainCommand) apply(experiment *run.Experiment) error {
	if c.Steps != nil {
		experiment.Config.Steps = *c.Steps
	}
	if c.Seed != nil {
		experiment.Config.Seed = *c.Seed
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
	seed := experiment.Config.Seed
	if c.Seed != nil {
		seed = *c.Seed
	}
	return filepath.Join("runs", fmt.Sprintf("%s_%s_seed%d", c.Agent, strings.ReplaceAll(c.Task, "/", "_"), seed))
}

// film records one episode. A task or a machine that cannot draw is no reason to fail the training.
func (c *trainCommand) film(s *session, folder string) {
	trained, err := run.Open(folder, s.catalogues, s.log)
	path := filepath.Join(folder, "videos", "policy.gif")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		_, err = trained.Record(path, 1, trained.Experiment.Config.Seed, run.DefaultFilm())
	}
	if err != nil {
		fmt.Fprintln(s.log, "no film:", err)
	}
}

// listPaths prints what the run left and where.
func (c *trainCommand) listPaths(s *session, folder string) {
	for _, item := range []struct{ what, pattern string }{
		{"config", "config.toml"}, {"metrics", "metrics.jsonl"}, {"events", "events.*"},
		{"checkpoint", "checkpoints"}, {"curve", "curve.svg"}, {"video", "videos/policy.gif"},
	} {
		found, _ := filepath.Glob(filepath.Join(folder, item.pattern)) // the patterns are well-formed
		for _, path := range found {
			fmt.Fprintf(s.out, "%-11s %s\n", item.what, path)
		}
	}
}
