package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"time"

	"github.com/reverie-rl/reverie/bench"
	"github.com/reverie-rl/reverie/grad"
)

type benchCommand struct {
	Work    string        `arg:"" help:"mlp_adam, mpo, conv_vae, replay or env."`
	Threads int           `default:"0" help:"Workers; 0 takes one for each processor, up to four."`
	Task    string        `default:"control/cartpole-swingup" help:"The task of env."`
	Time    time.Duration `default:"5s" help:"How long to measure."`
	JSON    bool          `name:"json" help:"Print one JSON object."`
}

// benchReport is what bench prints with --json, like the peers that it is compared with.
type benchReport struct {
	Peer    string  `json:"peer"`
	Work    string  `json:"work"`
	MS      float64 `json:"ms"`
	Threads int     `json:"threads"`
}

// Run times one unit of work and prints the median.
func (c *benchCommand) Run(s *session) error {
	if c.Work == "env" {
		return c.environment(s)
	}
	threads := c.Threads
	if threads == 0 {
		threads = min(runtime.NumCPU(), 4)
	}
	if threads < 1 {
		return usage(fmt.Errorf("--threads is %d, must not be negative", threads))
	}
	workers := grad.NewWorkers(threads)
	defer workers.Close()
	work, err := bench.Learner(c.Work, workers)
	if err != nil {
		return usage(err)
	}
	median, err := bench.Measure(work, c.Time)
	if err != nil {
		return err
	}
	report := benchReport{"reverie", c.Work, float64(median.Microseconds()) / 1000, threads}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(report)
	}
	_, err = fmt.Fprintf(s.out, "%s: %.3f ms on %d threads\n", report.Work, report.MS, report.Threads)
	return err
}

// steppingReport is what bench env prints with --json.
type steppingReport struct {
	benchReport
	Task           string  `json:"task"`
	StepsPerSecond float64 `json:"steps_per_second"`
	PlainPerSecond float64 `json:"c_steps_per_second,omitempty"` // of a loop in C over the same physics steps
	Ratio          float64 `json:"ratio,omitempty"`              // our time over the C loop's, by pairs
}

// environment times the steps of a task, beside a plain loop in C where there is one.
func (c *benchCommand) environment(s *session) error {
	task, err := s.catalogues.Task(c.Task)
	if err != nil {
		return usage(err)
	}
	made, err := task.New(1)
	if err != nil {
		return err
	}
	defer made.Close()
	speed, err := bench.Environment(made, c.Time)
	if err != nil {
		return err
	}
	report := steppingReport{
		benchReport: benchReport{"reverie", "env", 1000 / speed.StepsPerSecond, 1}, Task: c.Task,
		StepsPerSecond: speed.StepsPerSecond, PlainPerSecond: speed.PlainPerSecond, Ratio: speed.Ratio,
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(report)
	}
	fmt.Fprintf(s.out, "%s: %.0f control steps a second", report.Task, report.StepsPerSecond)
	if report.Ratio > 0 {
		fmt.Fprintf(s.out, ", a plain loop in C %.0f; ratio of times %.3f", report.PlainPerSecond, report.Ratio)
	}
	_, err = fmt.Fprintln(s.out)
	return err
}
