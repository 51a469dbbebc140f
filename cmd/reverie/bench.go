package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/reverie-rl/reverie/bench"
	"github.com/reverie-rl/reverie/grad"
)

// benchCommand times a unit of work, or makes learning results.
type benchCommand struct {
	Work  workCommand  `cmd:"" default:"withargs" help:"Time a unit of work."`
	Suite suiteCommand `cmd:"" help:"Train agents on tasks with several seeds, and make tables and curves of them."`
}

type workCommand struct {
	Work    string        `arg:"" help:"mlp_adam, mpo, dmpo, mompo, cmpo, d4pg, sac, svg, svg_one, svg_infinity, rdpg, dreamer, gru, conv_vae, rssm_world_model, pixel_world_model, dreamer_small, planet, pets, planet_decision, replay, stream, env, pool or frames."`
	Threads int           `default:"0" help:"Workers; 0 takes one for each processor, up to four."`
	Task    string        `default:"control/cartpole-swingup" help:"The task of env, pool and frames."`
	Backend string        `default:"any" enum:"any,osmesa,egl" help:"What frames are drawn with: any, osmesa or egl."`
	Time    time.Duration `default:"5s" help:"How long to measure."`
	JSON    bool          `name:"json" help:"Print one JSON object."`
	Profile bool          `help:"Print where the time of a learner step goes."`
	Listing bool          `help:"Print the programs of a learner step: operations, shapes, costs, memory."`
}

// benchReport is what bench prints with --json, like the peers that it is compared with.
type benchReport struct {
	Peer    string  `json:"peer"`
	Work    string  `json:"work"`
	MS      float64 `json:"ms"`
	Threads int     `json:"threads"`
}

// Run times one unit of work and prints the median.
func (c *workCommand) Run(s *session) error {
	if c.Threads < 0 {
		return usage(fmt.Errorf("--threads is %d, must not be negative", c.Threads))
	}
	if c.Threads == 0 {
		c.Threads = min(runtime.NumCPU(), 4)
	}
	if timed := slices.Contains([]string{"env", "pool", "frames", "replay", "stream"}, c.Work); timed && (c.Profile || c.Listing) {
		return usage(fmt.Errorf("--profile and --listing are for learner steps, and %s runs no program", c.Work))
	}
	switch c.Work {
	case "env":
		return c.environment(s)
	case "pool":
		return c.pool(s)
	case "frames":
		return c.frames(s)
	case "replay":
		return c.replay(s)
	case "stream":
		return c.stream(s)
	}
	workers := grad.NewWorkers(c.Threads)
	defer workers.Close()
	work, err := bench.Learner(c.Work, workers)
	if err != nil {
		return usage(err)
	}
	if c.Listing {
		for _, program := range work.Programs {
			fmt.Fprintln(s.out, program)
		}
		return nil
	}
	if c.Profile {
		return c.profile(s, work)
	}
	median, err := bench.Measure(work, c.Time)
	if err != nil {
		return err
	}
	report := benchReport{"reverie", c.Work, float64(median.Microseconds()) / 1000, c.Threads}
	return c.print(s, report, fmt.Sprintf("%s: %.3f ms on %d threads", report.Work, report.MS, report.Threads))
}

// profile prints a table of the stages of a learner step.
func (c *workCommand) profile(s *session, work bench.Work) error {
	var profile grad.Profile
	for _, program := range work.Programs {
		program.Measure(&profile)
	}
	if _, err := bench.Measure(work, c.Time); err != nil {
		return err
	}
	_, err := fmt.Fprint(s.out, &profile)
	return err
}

// print prints a report as JSON, or else the line that says the same.
func (c *workCommand) print(s *session, report any, line string) error {
	if c.JSON {
		return json.NewEncoder(s.out).Encode(report)
	}
	_, err := fmt.Fprintln(s.out, line)
	return err
}
