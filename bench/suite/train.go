package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/reverie-rl/reverie/run"
)

// Options say where a suite is made and how.
type Options struct {
	Runs     string // the folder of run folders
	Results  string // the folder of what is stored of them
	Parallel int    // runs at a time, at least 1
	Output   io.Writer
}

// job is one run of a suite.
type job struct {
	name       string // in messages
	entry      *Entry
	experiment *run.Experiment
	folder     string // of the run
	results    string // where its results are stored
}

// Plan is the runs of a suite, all of which can be made.
type Plan struct {
	options Options
	commit  string // of the source, before results are added to it
	jobs    []job  // all of them
	pending []job  // those without results
}

// Plan resolves the runs of a suite and finds those that are not made yet. Results of other settings are an
// error: a page of them would compare what is not alike.
func (s *Suite) Plan(catalogues run.Catalogues, o Options) (*Plan, error) {
	p := &Plan{options: o, commit: commit()}
	var problems []error
	for i := range s.Entries {
		e := &s.Entries[i]
		for _, seed := range e.Seeds {
			experiment, err := e.experiment(seed, s.from(o.Runs, e, seed), catalogues)
			if err != nil {
				problems = append(problems, err)
				break // the other seeds have the same mistake
			}
			one := job{
				name: fmt.Sprintf("%v, seed %d", e, seed), entry: e, experiment: experiment,
				folder: s.runFolder(o.Runs, e, seed), results: filepath.Join(o.Results, s.results(e, seed)),
			}
			done, err := one.stored(catalogues)
			if err == nil && !done {
				err = one.fits(catalogues)
				p.pending = append(p.pending, one)
			}
			problems = append(problems, err)
			p.jobs = append(p.jobs, one)
		}
	}
	return p, errors.Join(problems...)
}

// fits returns an error if the run folder holds a run that cannot go on with the suite's settings.
func (j *job) fits(catalogues run.Catalogues) error {
	if !run.Exists(j.folder) {
		return nil
	}
	begun, err := run.LoadExperiment(j.folder, catalogues)
	if err == nil {
		_, err = begun.Change(j.experiment)
	}
	if err != nil {
		return fmt.Errorf("suite: %s: %w", j.folder, err)
	}
	return nil
}

// Train makes the runs that are pending, several at a time, and stores their results. When the context ends
// it saves them to go on later, which is run.ErrStopped. A run that fails does not stop the others.
func (p *Plan) Train(ctx context.Context) error {
	output := &lines{writer: p.options.Output}
	output.print("%d of %d runs are to be made, %d at a time", len(p.pending), len(p.jobs), p.options.Parallel)
	errs := make(chan error, len(p.pending))
	for _, jobs := range levels(p.pending) {
		p.trainAll(ctx, jobs, output, errs)
	}
	close(errs)
	return p.outcome(errs)
}

// levels are the jobs that others do not wait for, then those that wait for these alone, and so on.
func levels(jobs []job) [][]job {
	var all [][]job
	for _, one := range jobs {
		level := one.entry.level()
		for len(all) <= level {
			all = append(all, nil)
		}
		all[level] = append(all[level], one)
	}
	return all
}

// trainAll makes runs, several at a time.
func (p *Plan) trainAll(ctx context.Context, jobs []job, output *lines, errs chan<- error) {
	queue := make(chan job, len(jobs))
	for _, one := range jobs {
		queue <- one
	}
	close(queue)
	var players sync.WaitGroup
	for range max(p.options.Parallel, 1) {
		players.Go(func() {
			for one := range queue {
				if ctx.Err() != nil {
					errs <- run.ErrStopped
					continue
				}
				errs <- p.train(ctx, one, output)
			}
		})
	}
	players.Wait()
}

// outcome counts what became of the runs that were pending.
func (p *Plan) outcome(errs <-chan error) error {
	var failed []error
	stopped := 0
	for err := range errs {
		switch {
		case errors.Is(err, run.ErrStopped):
			stopped++
		case err != nil:
			failed = append(failed, err)
		}
	}
	if stopped > 0 && len(failed) == 0 {
		return fmt.Errorf("%w with %d of %d runs to be made; the same command goes on", run.ErrStopped, stopped, len(p.jobs))
	}
	return errors.Join(failed...)
}

// train makes one run, or goes on with it, and stores its results.
func (p *Plan) train(ctx context.Context, j job, output *lines) error {
	begin, resumes := time.Now(), run.Exists(j.folder)
	verb := "begins"
	if resumes {
		verb = "goes on"
	}
	output.print("%s: %s in %s", j.name, verb, j.folder)
	result, err := run.Train(ctx, j.experiment, run.Options{Folder: j.folder, Resume: resumes, Output: &runLines{all: output, name: j.name}})
	if err == nil {
		err = j.store(p, time.Since(begin), resumes)
	}
	switch {
	case errors.Is(err, run.ErrStopped):
		output.print("%s: %v", j.name, err)
	case err != nil:
		output.print("%s: failed", j.name) // how is told at the end
		err = fmt.Errorf("%s: %w", j.name, err)
	default:
		output.print("%s: score %s after %v", j.name, number(result.Score()), time.Since(begin).Round(time.Second))
	}
	return err
}

// exists tells whether there is a file.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
