package main

import (
	"fmt"
	"runtime"

	"github.com/reverie-rl/reverie/bench/suite"
)

type suiteCommand struct {
	Name     string `arg:"" help:"A suite of bench/suites, or the path of a .toml file."`
	Parallel int    `default:"0" help:"Runs at a time, each on one processor; 0 makes as many as there are processors."`
	Report   bool   `help:"Train nothing: make the page of what is stored."`
	Results  string `default:"bench/results" type:"path" help:"The folder of stored results and pages."`
	Runs     string `default:"runs/bench" type:"path" help:"The folder of run folders, with which stopped runs go on."`
}

// Run makes what is missing of a suite, and then the page.
func (c *suiteCommand) Run(s *session) error {
	list, err := suite.Load(c.Name)
	if err != nil {
		return usage(err)
	}
	if !c.Report {
		if err := c.train(s, list); err != nil {
			return err
		}
	}
	return list.Report(c.Results, s.out)
}

func (c *suiteCommand) train(s *session, list *suite.Suite) error {
	if c.Parallel < 0 {
		return usage(fmt.Errorf("--parallel is %d, must not be negative", c.Parallel))
	}
	if c.Parallel == 0 {
		c.Parallel = runtime.NumCPU()
	}
	plan, err := list.Plan(s.catalogues, suite.Options{Runs: c.Runs, Results: c.Results, Parallel: c.Parallel, Output: s.log})
	if err != nil {
		return usage(err)
	}
	ctx, stop := untilSignal(s.context)
	defer stop()
	return plan.Train(ctx)
}
