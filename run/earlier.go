package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/reverie-rl/reverie/dataset"
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
		table, err := replay.NewTable(s.table.Layout(), mostEarlierRows)
		if err != nil {
			return nil, err
		}
		e := earlierRun{session: s, about: about, table: table, warnings: warnings}
		if err := e.read(ctx, then); err != nil {
			return nil, fmt.Errorf("experience of %s: %w", about.Run, err)
		}
		from.Earlier[i] = e.about
		tables = append(tables, table)
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
// is experience that was imported.
func StreamOf(folder string, warnings io.Writer) (stream.Config, error) {
	config := stream.Config{Folder: filepath.Join(folder, StreamFolder), Warnings: warnings}
	var file struct{ Run struct{ Stream string } }
	_, err := toml.DecodeFile(filepath.Join(folder, configFile), &file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return config, fmt.Errorf("%s: %w", folder, err)
	}
	if file.Run.Stream != "" {
		return stream.Config{URL: file.Run.Stream, Warnings: warnings}, nil
	}
	if _, err := os.Stat(config.Folder); err != nil {
		return config, fmt.Errorf("%s holds no experience: it is neither a run nor a folder of Parquet files", folder)
	}
	return config, nil
}

// IsDataset tells whether folder has Parquet files, or what is left of an export that was broken off.
func IsDataset(folder string) bool {
	found, _ := filepath.Glob(filepath.Join(folder, "*.parquet*")) // the pattern is well-formed
	return len(found) > 0
}

// earlierRun is the experience of a run, or of a dataset, being read.
type earlierRun struct {
	session    *session
	about      Earlier
	table      *replay.Table
	warnings   io.Writer
	relabeller env.Relabeller // of this run's task, if rewards are computed again
	// all is the relabeller, if this run's environment is several tasks. Widened says that the experience is of
	// one task alone, whose rows have to be made those of several.
	all     env.MultiRelabeller
	widened bool
}

// mostEarlierRows is more than fits in memory, which a table takes as it fills.
const mostEarlierRows = 1_000_000_000

// read fills the table with what there was when the run began, if then tells that.
func (e *earlierRun) read(ctx context.Context, then Earlier) error {
	if err := e.readAll(ctx, then); err != nil {
		return err
	}
	if e.about.Rows == 0 {
		return errors.New("there is none in it")
	}
	if then.Rows > 0 && then.Rows != e.about.Rows {
		fmt.Fprintf(e.warnings, "warning: %s has %d rows of the %d that there were when this run began\n", e.about.Run, e.about.Rows, then.Rows)
	}
	return nil
}

func (e *earlierRun) readAll(ctx context.Context, then Earlier) error {
	if IsDataset(e.about.Run) {
		data, err := dataset.Open(e.about.Run)
		if err != nil {
			return err
		}
		return e.fill(data.Episodes())
	}
	config, err := StreamOf(e.about.Run, e.warnings)
	if err != nil {
		return err
	}
	log, err := stream.Open(ctx, config)
	if err != nil {
		return err
	}
	return errors.Join(e.readLog(ctx, log, then), log.Close())
}

func (e *earlierRun) readLog(ctx context.Context, log *stream.Log, then Earlier) error {
	status, err := log.Status(ctx)
	if err != nil {
		return err
	}
	if e.about.Last = then.Last; then.Last == 0 {
		e.about.Last = status.Last
	}
	return e.fill(dataset.FromChunks(log.HistoryUntil(ctx, e.about.Last)))
}

// fill adds episodes to the table, and tells what was lost of a log.
func (e *earlierRun) fill(episodes iter.Seq2[*dataset.Episode, error]) error {
	losses, err := dataset.Fill(e.table, e.prepared(episodes))
	if losses != (dataset.Losses{}) {
		fmt.Fprintf(e.warnings, "warning: %s: %d messages of the log are damaged or gone and %d rows are missing; episodes are cut there\n", e.about.Run, losses.Messages, losses.Rows)
	}
	return err
}

// prepared are the episodes with the rewards of this run's task, as far as they can be used for it.
func (e *earlierRun) prepared(episodes iter.Seq2[*dataset.Episode, error]) iter.Seq2[*dataset.Episode, error] {
	return func(yield func(*dataset.Episode, error) bool) {
		for episode, err := range episodes {
			if err == nil && e.about.Rows == 0 {
				err = e.check(episode.Schema) // that of all
			}
			if err == nil && e.about.Relabelled {
				err = e.relabel(episode)
			}
			if err == nil {
				e.about.Rows += episode.Rows.Len()
			}
			if !yield(episode, err) {
				return
			}
		}
	}
}

// check refuses experience that cannot be used for this run's task, and prepares for other rewards.
func (e *earlierRun) check(schema stream.Schema) error {
	ours := e.session.schema()
	if e.widened = len(ours.Tasks) > 0 && schema.Layout.Reward == 1; e.widened {
		ours = alone(ours)
	}
	if lines := ours.Differences(schema); len(lines) > 0 {
		return fmt.Errorf("its experience of %s cannot be used for %s:\n\t%s", schema.Task, ours.Task, strings.Join(lines, "\n\t"))
	}
	e.about.Task, e.about.Agent = schema.Task, schema.Agent
	e.about.Relabelled = e.widened || schema.Task != "" && schema.Task != ours.Task
	if !e.about.Relabelled {
		return nil
	}
	if e.relabeller = e.session.relabeller; e.relabeller == nil {
		return fmt.Errorf("its rewards are those of %s, and %s with these settings cannot tell its own reward of a recorded step", schema.Task, ours.Task)
	}
	if err := e.relabeller.PhysicsSpec().CheckSource(env.PhysicsSpec(schema.Physics)); err != nil {
		return fmt.Errorf("its rewards are those of %s: %w", schema.Task, err)
	}
	if len(ours.Tasks) == 0 && !e.widened {
		return nil
	}
	var err error
	e.all, err = e.tellsAll(schema.Task)
	return err
}

// relabel gives the steps of an episode the rewards of this run's task.
func (e *earlierRun) relabel(episode *dataset.Episode) error {
	if e.all != nil {
		return e.relabelAll(episode)
	}
	size := episode.Schema.Physics.Size
	for i := range episode.Steps() {
		reward, discount, err := e.relabeller.RewardOf(episode.Physics[(i+1)*size : (i+2)*size])
		if err != nil {
			return fmt.Errorf("step %d of episode %s: %w", i, episode.ID, err)
		}
		episode.Rows.Reward[i], episode.Rows.Discount[i] = float32(reward), float32(discount)
	}
	return nil
}
