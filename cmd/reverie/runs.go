package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/reverie-rl/reverie/run"
)

type runsCommand struct {
	Folder string `arg:"" optional:"" default:"runs" help:"A folder of runs, or one run, of which everything is told."`
	JSON   bool   `name:"json" help:"Print a JSON line for each run."`
}

// Run lists the runs below a folder, or tells all of one run.
func (c *runsCommand) Run(s *session) error {
	folders, err := run.Find(c.Folder)
	if err != nil {
		return err
	}
	if len(folders) == 0 {
		return fmt.Errorf("no runs: there are none in %s; name another folder, or train first", c.Folder)
	}
	failed := 0
	for _, folder := range folders {
		report, err := run.Describe(folder)
		if err != nil {
			failed++
			fmt.Fprintf(s.log, "warning: %s cannot be read: %v\n", folder, err)
			continue
		}
		if err := c.print(s.out, report); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d runs cannot be read", failed, len(folders))
	}
	return nil
}

func (c *runsCommand) print(out io.Writer, r *run.Report) error {
	switch {
	case c.JSON:
		return json.NewEncoder(out).Encode(r)
	case r.Run == c.Folder:
		return printRun(out, r)
	}
	return listRun(out, r)
}

// listRun prints a run in a few lines.
func listRun(out io.Writer, r *run.Report) error {
	lines := []string{headline(r)}
	var parts []string
	for _, part := range r.Parts {
		parts = append(parts, part.Name+" "+short(part.SHA256))
	}
	if len(parts) > 0 {
		lines = append(lines, "  "+strings.Join(parts, ", "))
	}
	for _, origin := range r.From {
		lines = append(lines, "  "+arrow(origin))
	}
	lines = append(lines, experienceOf(r)...)
	_, err := fmt.Fprintln(out, strings.Join(lines, "\n"))
	return err
}

// printRun prints all parts of a run with what is inside them, and their lineage to the root.
func printRun(out io.Writer, r *run.Report) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%s\n\npart\tnumbers\tsha256\n", headline(r))
	for _, part := range r.Parts {
		fmt.Fprintf(table, "%s\t%d\t%s\n", part.Name, part.Size, part.SHA256)
		for _, inside := range part.Inside {
			fmt.Fprintf(table, "  %s\t%d\t%s\n", inside.Name, inside.Size, inside.SHA256)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if lines := append(lineage(r.From, ""), experienceOf(r)...); len(lines) > 0 {
		_, err := fmt.Fprintf(out, "\nlineage\n%s\n", strings.Join(lines, "\n"))
		return err
	}
	return nil
}

// headline is the first line about a run.
func headline(r *run.Report) string {
	score := "no score yet"
	if r.Score != nil {
		score = fmt.Sprintf("score %.1f", *r.Score)
	}
	return fmt.Sprintf("%s: %s on %s, seed %d, step %d, %s", r.Run, r.Agent, r.Task, r.Seed, r.Step, score)
}

// lineage is a line for each origin, with those behind it further in.
func lineage(origins []run.Origin, indent string) []string {
	var lines []string
	for _, origin := range origins {
		indent := indent + "  "
		lines = append(append(lines, indent+arrow(origin)), lineage(origin.From, indent)...)
	}
	return lines
}

// arrow tells where a part comes from.
func arrow(o run.Origin) string {
	text := fmt.Sprintf("%s <- %s at step %d, %s", o.Part, o.Run, o.Step, short(o.SHA256))
	if o.Mark != "" {
		text += ", " + o.Mark
	}
	return text
}

// experienceOf is a line for each run whose experience was learned from, and one of what is frozen.
func experienceOf(r *run.Report) []string {
	var lines []string
	for _, earlier := range r.Experience {
		line := fmt.Sprintf("  experience <- %s, %d rows", earlier.Run, earlier.Rows)
		if r.Fraction < 1 {
			line += fmt.Sprintf(", %g of each batch", r.Fraction)
		}
		if earlier.Gone {
			line += ", gone"
		}
		lines = append(lines, line)
	}
	if len(r.Frozen) > 0 {
		lines = append(lines, "  frozen: "+strings.Join(r.Frozen, ", "))
	}
	return lines
}

// short is the beginning of a hash, enough to tell parts apart.
func short(hash string) string { return hash[:min(8, len(hash))] }
