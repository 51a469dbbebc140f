package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
	"github.com/reverie-rl/reverie/track"
)

// provenanceFile tells what experience of other runs a run has learned from.
const provenanceFile = "provenance.json"

// Provenance is the experience of other runs that a run learns from.
type Provenance struct {
	Fraction float64   `json:"fraction"` // of each batch that is theirs
	Earlier  []Earlier `json:"earlier"`
}

// Earlier is a run whose experience is used.
type Earlier struct {
	Run        string `json:"run"`  // its folder
	Last       uint64 `json:"last"` // the newest message of its log that was there then
	Task       string `json:"task"`
	Agent      string `json:"agent"`
	Rows       int    `json:"rows"`
	Relabelled bool   `json:"relabelled"` // the rewards were computed again for this run's task
}

// parseReplayFrom reads RUN[,RUN...][:fraction].
func parseReplayFrom(text string) (Provenance, error) {
	if text == "" {
		return Provenance{}, nil
	}
	from := Provenance{Fraction: 0.5}
	if i := strings.LastIndex(text, ":"); i >= 0 {
		fraction, err := strconv.ParseFloat(text[i+1:], 64)
		if err != nil || !(fraction > 0 && fraction < 1) {
			return from, fmt.Errorf("run: replay_from is %s, its fraction must be in (0, 1), as in %s:0.5", text, text[:i])
		}
		text, from.Fraction = text[:i], fraction
	}
	for _, folder := range strings.Split(text, ",") {
		if folder == "" {
			return from, fmt.Errorf("run: replay_from is %s, which names a run without a name", text)
		}
		from.Earlier = append(from.Earlier, Earlier{Run: folder})
	}
	return from, nil
}

// openEarlier mixes the experience of earlier runs into what the learner draws, if the settings say so.
func (s *session) openEarlier(ctx context.Context, warnings io.Writer) error {
	from, err := parseReplayFrom(s.experiment.Config.ReplayFrom)
	if err != nil || len(from.Earlier) == 0 {
		return err
	}
	tables, err := s.readEarlier(ctx, from, warnings)
	if err != nil {
		return err
	}
	return s.sampler.Mix(from.Fraction, tables...)
}

// openOffline lets the learner draw from recorded experience alone.
func (s *session) openOffline(ctx context.Context, warnings io.Writer) error {
	from := Provenance{Fraction: 1, Earlier: []Earlier{{Run: s.experiment.Config.Offline}}}
	tables, err := s.readEarlier(ctx, from, warnings)
	if err != nil {
		return err
	}
	draw := s.sampler.Draw
	if s.sampler, err = replay.NewSampler(rng.Mix(s.experiment.Config.Seed, streamSampler), tables...); err != nil {
		return err
	}
	s.sampler.Draw = draw
	return nil
}

// readEarlier returns the experience that from names, and stores where it came from. A run that resumes
// reads what there was when it began.
func (s *session) readEarlier(ctx context.Context, from Provenance, warnings io.Writer) ([]*replay.Table, error) {
	path := filepath.Join(s.folder, provenanceFile)
	stored, err := readProvenance(path)
	if err != nil {
		return nil, err
	}
	var tables []*replay.Table
	for i, about := range from.Earlier {
		then := Earlier{}
		if i < len(stored.Earlier) {
			then = stored.Earlier[i]
		}
		e := earlierRun{session: s, about: about, warnings: warnings, tables: map[string]*replay.Table{}, views: map[string]*stream.View{}}
		if err := e.read(ctx, then); err != nil {
			return nil, fmt.Errorf("experience of %s: %w", about.Run, err)
		}
		from.Earlier[i] = e.about
		tables = append(tables, e.inOrder()...)
	}
	text, err := json.MarshalIndent(from, "", "\t")
	if err != nil {
		return nil, err
	}
	return tables, track.WriteFile(path, append(text, '\n'))
}

// readProvenance reads the file at path, which need not be there.
func readProvenance(path string) (Provenance, error) {
	var stored Provenance
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return stored, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &stored)
	}
	if err != nil {
		return stored, fmt.Errorf("%s: %w", path, err)
	}
	return stored, nil
}

// StreamOf says where the experience log of the run in folder is. A folder that holds a log and no settings
// is a dataset that was imported.
func StreamOf(folder string, warnings io.Writer) (stream.Config, error) {
	config := stream.Config{Folder: filepath.Join(folder, streamFolder), Warnings: warnings}
	var file struct{ Run struct{ Stream string } }
	_, err := toml.DecodeFile(filepath.Join(folder, configFile), &file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return config, fmt.Errorf("%s: %w", folder, err)
	}
	if file.Run.Stream != "" {
		return stream.Config{URL: file.Run.Stream, Warnings: warnings}, nil
	}
	if _, err := os.Stat(config.Folder); err != nil {
		return config, fmt.Errorf("%s holds no experience: there is no folder %s in it", folder, streamFolder)
	}
	return config, nil
}

// earlierRun is the experience of a run being read.
type earlierRun struct {
	session    *session
	about      Earlier
	warnings   io.Writer
	relabeller env.Relabeller // of this run's task, if rewards are computed again
	tables     map[string]*replay.Table
	views      map[string]*stream.View // by writer
}

// mostEarlierRows is more than fits in memory, which a table takes as it fills.
const mostEarlierRows = 1_000_000_000

// read fills the tables, one for each writer, with what there was when the run began, if then tells that.
func (e *earlierRun) read(ctx context.Context, then Earlier) error {
	config, err := StreamOf(e.about.Run, e.warnings)
	if err != nil {
		return err
	}
	log, err := stream.Open(ctx, config)
	if err != nil {
		return err
	}
	err = e.readLog(ctx, log, then)
	return errors.Join(err, log.Close())
}

func (e *earlierRun) readLog(ctx context.Context, log *stream.Log, then Earlier) error {
	status, err := log.Status(ctx)
	if err != nil {
		return err
	}
	if e.about.Last = then.Last; then.Last == 0 {
		e.about.Last = status.Last
	}
	for chunk, err := range log.HistoryUntil(ctx, e.about.Last) {
		if damage := (*stream.DamageError)(nil); errors.As(err, &damage) {
			fmt.Fprintf(e.warnings, "warning: %s: %v\n", e.about.Run, err)
			continue
		}
		if err == nil {
			err = e.add(chunk)
		}
		if err != nil {
			return err
		}
	}
	for _, view := range e.views {
		if err := view.Finish(); err != nil {
			return err
		}
	}
	if e.about.Rows == 0 {
		return errors.New("its log is empty")
	}
	if then.Rows > 0 && then.Rows != e.about.Rows {
		fmt.Fprintf(e.warnings, "warning: %s has %d rows of the %d that there were when this run began\n", e.about.Run, e.about.Rows, then.Rows)
	}
	return nil
}

// add adds a chunk to the table of its writer.
func (e *earlierRun) add(chunk *stream.Chunk) error {
	view, known := e.views[chunk.Writer]
	if !known {
		if err := e.check(chunk.Schema); err != nil {
			return err
		}
		table, err := replay.NewTable(e.session.table.Layout(), mostEarlierRows)
		if err != nil {
			return err
		}
		view = stream.NewView(table)
		e.tables[chunk.Writer], e.views[chunk.Writer] = table, view
	}
	if e.about.Relabelled {
		if err := e.relabel(chunk); err != nil {
			return err
		}
	}
	e.about.Rows += chunk.Rows
	return view.Add(chunk)
}

// check refuses experience that cannot be used for this run's task, and prepares for other rewards.
func (e *earlierRun) check(schema stream.Schema) error {
	ours := e.session.schema()
	if lines := ours.Differences(schema); len(lines) > 0 {
		return fmt.Errorf("its experience of %s cannot be used for %s:\n\t%s", schema.Task, ours.Task, strings.Join(lines, "\n\t"))
	}
	e.about.Task, e.about.Agent = schema.Task, schema.Agent
	e.about.Relabelled = schema.Task != ours.Task
	if !e.about.Relabelled {
		return nil
	}
	if e.relabeller = e.session.relabeller; e.relabeller == nil {
		return fmt.Errorf("its rewards are those of %s, and %s with these settings cannot tell its own reward of a recorded step", schema.Task, ours.Task)
	}
	if err := e.relabeller.PhysicsSpec().CheckSource(env.PhysicsSpec(schema.Physics)); err != nil {
		return fmt.Errorf("its rewards are those of %s: %w", schema.Task, err)
	}
	return nil
}

// relabel gives the steps of a chunk the rewards of this run's task.
func (e *earlierRun) relabel(chunk *stream.Chunk) error {
	size := chunk.Schema.Physics.Size
	for i, kind := range chunk.Kinds {
		if kind != stream.Acted {
			continue
		}
		reward, discount, err := e.relabeller.RewardOf(chunk.Physics[(i+1)*size : (i+2)*size])
		if err != nil {
			return fmt.Errorf("row %d of %s: %w", chunk.First+int64(i), chunk.Writer, err)
		}
		chunk.Data.Reward[i], chunk.Data.Discount[i] = float32(reward), float32(discount)
	}
	return nil
}

// inOrder returns the tables in the order of their writers' names.
func (e *earlierRun) inOrder() []*replay.Table {
	var names []string
	for name := range e.tables {
		names = append(names, name)
	}
	slices.Sort(names)
	tables := make([]*replay.Table, len(names))
	for i, name := range names {
		tables[i] = e.tables[name]
	}
	return tables
}
