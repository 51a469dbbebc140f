package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/reverie-rl/reverie/dataset"
	"github.com/reverie-rl/reverie/run"
	"github.com/reverie-rl/reverie/stream"
)

type dataCommand struct {
	Export dataExportCommand `cmd:"" help:"Write the experience of a run as Parquet files."`
	Import dataImportCommand `cmd:"" help:"Make a run folder of Parquet files, which has their experience and nothing else."`
	Stats  dataStatsCommand  `cmd:"" help:"Describe experience: returns, lengths, and the numbers of each column."`
	Head   dataHeadCommand   `cmd:"" help:"Print the first rows of experience."`
	Check  dataCheckCommand  `cmd:"" help:"Verify experience, and list what is wrong."`
}

type dataExportCommand struct {
	Folder  string `arg:"" name:"run" help:"The run folder."`
	Parquet string `required:"" type:"path" placeholder:"DIR" help:"The folder to write, which must be empty or not be there."`
}

// Run exports the log of a run.
func (c *dataExportCommand) Run(s *session) error {
	var summary *dataset.Summary
	err := readLog(s, c.Folder, func(episodes iter.Seq2[*dataset.Episode, error]) (err error) {
		summary, err = dataset.Write(c.Parquet, episodes)
		return err
	})
	if err != nil {
		return err
	}
	warn(s, summary.Losses)
	bytes := int64(0)
	for _, file := range summary.Files {
		bytes += file.Bytes
	}
	_, err = fmt.Fprintf(s.out, "%s: %s, %.1f MB in %d file(s)\n", c.Parquet, count(summary.Totals), float64(bytes)/1e6, len(summary.Files))
	return err
}

// count is totals in words.
func count(t dataset.Totals) string {
	return fmt.Sprintf("%d episodes (%d terminated, %d truncated, %d cut) of %d steps", t.Episodes, t.Ends.Terminated, t.Ends.Truncated, t.Ends.Cut, t.Steps)
}

// warn tells what of a log was lost.
func warn(s *session, losses dataset.Losses) {
	if losses != (dataset.Losses{}) {
		fmt.Fprintf(s.log, "warning: %d messages of the log are damaged or gone and %d rows are missing; episodes are cut there\n", losses.Messages, losses.Rows)
	}
}

// readLog hands the episodes of a run's log to use.
func readLog(s *session, folder string, use func(iter.Seq2[*dataset.Episode, error]) error) error {
	config, err := run.StreamOf(folder, s.log)
	if err != nil {
		return err
	}
	log, err := stream.Open(s.context, config)
	if err != nil {
		return err
	}
	return errors.Join(use(dataset.FromChunks(log.History(s.context))), log.Close())
}

// readExperience hands the episodes of a run, or of a folder of Parquet files, to use.
func readExperience(s *session, path string, use func(iter.Seq2[*dataset.Episode, error]) error) error {
	if !run.IsDataset(path) {
		return readLog(s, path, use)
	}
	d, err := dataset.Open(path)
	if err != nil {
		return err
	}
	return use(d.Episodes())
}

type dataImportCommand struct {
	Folder string `arg:"" name:"dir" help:"The folder of Parquet files."`
	Out    string `required:"" type:"path" placeholder:"RUN" help:"The run folder to make."`
}

// importedWriter is the name of the writer of imported experience.
const importedWriter = "imported"

// Run imports into a folder beside, which gets its name last: under its name, it is complete.
func (c *dataImportCommand) Run(s *session) error {
	if entries, err := os.ReadDir(c.Out); err == nil && len(entries) > 0 {
		return usage(fmt.Errorf("%s is not empty: name another folder, or remove it", c.Out))
	}
	if err := os.MkdirAll(filepath.Dir(c.Out), 0o755); err != nil {
		return err
	}
	making, err := os.MkdirTemp(filepath.Dir(c.Out), "."+filepath.Base(c.Out)+"-importing-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(making) // nothing is there after it was renamed
	totals, err := c.importInto(s, making)
	if err != nil {
		return err
	}
	if err := rename(making, c.Out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s: %s\n", c.Out, count(totals))
	return err
}

func (c *dataImportCommand) importInto(s *session, folder string) (dataset.Totals, error) {
	log, err := stream.Open(s.context, stream.Config{Folder: filepath.Join(folder, run.StreamFolder), Warnings: s.log})
	if err != nil {
		return dataset.Totals{}, err
	}
	totals, err := dataset.Import(s.context, c.Folder, log, importedWriter)
	return totals, errors.Join(err, log.Close())
}

// rename gives a temporary folder its name, which an empty folder may have.
func rename(made, name string) error {
	if err := os.Chmod(made, 0o755); err != nil {
		return err
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(made, name)
}

type dataStatsCommand struct {
	Folder string `arg:"" name:"run-or-dir" help:"A run folder, or a folder of Parquet files."`
	JSON   bool   `name:"json" help:"Print one JSON object."`
}

// Run prints statistics.
func (c *dataStatsCommand) Run(s *session) error {
	var stats *dataset.Stats
	err := readExperience(s, c.Folder, func(episodes iter.Seq2[*dataset.Episode, error]) (err error) {
		stats, err = dataset.Measure(episodes)
		return err
	})
	if err != nil {
		return err
	}
	warn(s, stats.Losses)
	if c.JSON {
		return json.NewEncoder(s.out).Encode(stats)
	}
	return printStats(s.out, c.Folder, stats)
}

func printStats(out io.Writer, folder string, stats *dataset.Stats) error {
	fmt.Fprintf(out, "%s: %s\n\n", folder, count(stats.Totals))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tcount\tmean\tstd\tminimum\t25%\tmedian\t75%\tmaximum\t")
	describe := func(name string, d dataset.Distribution) {
		fmt.Fprintf(table, "%s\t%d\t%.4g\t%.4g\t%.4g\t%.4g\t%.4g\t%.4g\t%.4g\t\n", name, d.Count, d.Mean, d.Std, d.Minimum, d.LowerQuartile, d.Median, d.UpperQuartile, d.Maximum)
	}
	for i, d := range stats.Returns {
		name := "return of whole episodes"
		switch {
		case len(stats.Tasks) > 0 && i > 0:
			name += " as " + stats.Tasks[i-1]
		case len(stats.Objectives) > 0 && i > 0:
			name += " in " + stats.Objectives[i-1]
		case len(stats.Tasks) == 0 && len(stats.Returns) > 1:
			name += fmt.Sprintf(" [%d]", i)
		}
		describe(name, d)
	}
	describe("steps of episodes", stats.Lengths)
	for _, m := range stats.Columns {
		fmt.Fprintf(table, "%s\t%d\t%.4g\t%.4g\t%.4g\t\t\t\t%.4g\t\n", m.Name, m.Count, m.Mean, m.Std, m.Minimum, m.Maximum)
	}
	return table.Flush()
}

type dataHeadCommand struct {
	Folder string `arg:"" name:"run-or-dir" help:"A run folder, or a folder of Parquet files."`
	Rows   int    `short:"n" default:"10" help:"Rows to print."`
	JSON   bool   `name:"json" help:"Print a JSON object a line."`
}

// Run prints the first rows.
func (c *dataHeadCommand) Run(s *session) error {
	if c.Rows < 1 {
		return usage(fmt.Errorf("--rows is %d, must be positive", c.Rows))
	}
	var rows []dataset.Row
	err := readExperience(s, c.Folder, func(episodes iter.Seq2[*dataset.Episode, error]) (err error) {
		rows, err = dataset.Head(episodes, c.Rows)
		return err
	})
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(s.out)
	for _, row := range rows {
		if c.JSON {
			err = encoder.Encode(row)
		} else {
			_, err = fmt.Fprintln(s.out, printed(row))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// printed is a row as a line, without what it does not have.
func printed(row dataset.Row) string {
	var words []string
	for _, cell := range row {
		switch value := cell.Value.(type) {
		case nil:
		case bool:
			if value {
				words = append(words, cell.Column)
			}
		case []byte:
			words = append(words, fmt.Sprintf("%s of %d bytes", cell.Column, len(value)))
		case float32, []float32, []float64:
			words = append(words, fmt.Sprintf("%s %.4g", cell.Column, value))
		default:
			words = append(words, fmt.Sprintf("%s %v", cell.Column, value))
		}
	}
	return strings.Join(words, ", ")
}

type dataCheckCommand struct {
	Folder string `arg:"" name:"run-or-dir" help:"A run folder, or a folder of Parquet files."`
	JSON   bool   `name:"json" help:"Print one JSON object."`
}

// mostFaults is how many faults are listed for people to read.
const mostFaults = 20

// Run verifies experience.
func (c *dataCheckCommand) Run(s *session) error {
	report, err := c.check(s)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(s.out).Encode(report)
	} else {
		err = printReport(s.out, c.Folder, report)
	}
	if faults := len(report.Faults); err == nil && faults > 0 {
		return fmt.Errorf("%s has %d faults", c.Folder, faults)
	}
	return err
}

func (c *dataCheckCommand) check(s *session) (report *dataset.Report, err error) {
	if !run.IsDataset(c.Folder) {
		err = readLog(s, c.Folder, func(episodes iter.Seq2[*dataset.Episode, error]) (err error) {
			report, err = dataset.CheckEpisodes(episodes)
			return err
		})
		return report, err
	}
	d, err := dataset.Open(c.Folder)
	if err != nil {
		return nil, err
	}
	return d.Check(), nil
}

func printReport(out io.Writer, folder string, report *dataset.Report) error {
	for i, fault := range report.Faults {
		if i == mostFaults {
			fmt.Fprintf(out, "and %d more\n", len(report.Faults)-i)
			break
		}
		fmt.Fprintln(out, fault)
	}
	_, err := fmt.Fprintf(out, "%s: %s are as they should be\n", folder, count(report.Totals))
	return err
}
