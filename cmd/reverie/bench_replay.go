package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/reverie-rl/reverie/bench"
)

// replayReport is what bench replay prints with --json. The time is that of drawing 256 five-step
// transitions from a Table.
type replayReport struct {
	benchReport
	Tables []bench.ReplaySpeed `json:"tables"`
}

// replay times replay: a batch of transitions of a Table, and tables of items.
func (c *workCommand) replay(s *session) error {
	work, err := bench.Replay()
	if err != nil {
		return err
	}
	transitions, err := bench.Measure(work, c.Time/10)
	if err != nil {
		return err
	}
	report := replayReport{benchReport: benchReport{"reverie", "replay", float64(transitions.Nanoseconds()) / 1e6, 1}}
	if report.Tables, err = bench.ReplayTables(context.Background(), c.Time); err != nil {
		return err
	}
	var lines strings.Builder
	fmt.Fprintf(&lines, "256 five-step transitions: %v", transitions.Round(time.Microsecond/10))
	for _, t := range report.Tables {
		fmt.Fprintf(&lines, "\n%-8s %-12s clients %d: %9.0f inserts, %8.0f windows of 50, %9.0f steps a second", t.Rows, t.Sampler, t.Clients, t.InsertsPerSecond, t.SamplesPerSecond, t.StepsPerSecond)
		if t.CopyRatio > 0 {
			fmt.Fprintf(&lines, ", %.2f of a plain copy's time", t.CopyRatio)
		}
	}
	return c.print(s, report, lines.String())
}
