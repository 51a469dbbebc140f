package run

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/dataset"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// priced is a ladder whose rewards can be computed again: price times the rung.
type priced struct {
	*ladder
	price float64
	model string
}

func (p priced) PhysicsSpec() env.PhysicsSpec { return env.PhysicsSpec{Model: p.model, Size: 1} }

func (p priced) Physics(into []float64) error {
	into[0] = float64(p.count)
	return nil
}

func (p priced) RewardOf(physics []float64) (reward, discount float64, err error) {
	if physics[0] == 2 {
		return p.price * physics[0], 0.5, nil
	}
	return p.price * physics[0], 1, nil
}

// pricedExperiment is a training on a ladder with other rewards.
func pricedExperiment(name, model string, price float64, steps int64) *Experiment {
	e := onLadder(steps, nil)
	e.Config.Task, e.Task.Name = name, name
	e.Task.New = func(uint64) (env.Environment, error) { return priced{&ladder{}, price, model}, nil }
	return e
}

// drawnFrom opens the experience of an experiment that is about to begin, and draws from it.
func drawnFrom(t *testing.T, e *Experiment, folder string) (replay.Transitions, error) {
	t.Helper()
	s, err := newSession(e, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.openExperience(t.Context(), io.Discard); err != nil {
		return replay.Transitions{}, err
	}
	batch := replay.NewTransitions(s.table.Layout(), 400)
	return batch, s.sampler.SampleTransitions(batch, 1, 1)
}

// Experience of another task comes with the rewards and discounts of the task that learns.
func TestRelabelledExperience(t *testing.T) {
	source := filepath.Join(t.TempDir(), "source")
	if _, _, err := train(t, pricedExperiment("test/first", "ladder", 10, 23), source, false); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]func(rung float32) [2]float32{
		"test/first": func(rung float32) [2]float32 { return [2]float32{10 * rung, 1} },
		"test/other": func(rung float32) [2]float32 {
			if rung == 2 {
				return [2]float32{14, 0.5}
			}
			return [2]float32{7 * rung, 1}
		},
	} {
		e, folder := pricedExperiment(name, "ladder", 7, 23), t.TempDir()
		e.Config.Offline = source
		batch, err := drawnFrom(t, e, folder)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[float32]bool{}
		for i, reward := range batch.Reward {
			rung := batch.Next[3*i]
			seen[rung] = true
			expected := want(rung)
			if name == "test/first" && batch.Discount[i] == 0 {
				expected[1] = 0 // as it was recorded: odd episodes terminate
			}
			if reward != expected[0] || batch.Discount[i] != expected[1] {
				t.Errorf("%s: rung %v has reward %v and discount %v, want %v", name, rung, reward, batch.Discount[i], expected)
			}
		}
		if len(seen) != 5 {
			t.Errorf("%s: rungs %v were drawn, want 1 to 5", name, seen)
		}
		var stored Provenance
		text, err := os.ReadFile(filepath.Join(folder, provenanceFile))
		if err == nil {
			err = json.Unmarshal(text, &stored)
		}
		if err != nil || len(stored.Earlier) != 1 || stored.Earlier[0].Relabelled != (name == "test/other") || stored.Earlier[0].Task != "test/first" || stored.Earlier[0].Rows < 23 {
			t.Errorf("the provenance is %s, %v", text, err)
		}
	}
}

// A fraction of what is drawn comes from earlier runs, from all of their steps.
func TestMixedExperience(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a", "b"} {
		e := pricedExperiment("test/first", "ladder", 10, 40)
		e.Config.Seed = uint64(name[0])
		if _, _, err := train(t, e, filepath.Join(folder, name), false); err != nil {
			t.Fatal(err)
		}
	}
	e := pricedExperiment("test/first", "ladder", 10, 40)
	e.Config.ReplayFrom = filepath.Join(folder, "a") + "," + filepath.Join(folder, "b") + ":0.25"
	s, err := newSession(e, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.openExperience(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	marked := []float32{99, 0, 0}
	for range 2 {
		if err := s.table.Begin(replay.Step{Observation: marked}); err != nil {
			t.Fatal(err)
		}
		if err := s.table.Append(replay.Step{Action: []float32{0, 0}, Reward: []float32{0}, Discount: 1, Observation: marked}); err != nil {
			t.Fatal(err)
		}
	}
	own := 0
	for range 100 {
		batch := replay.NewTransitions(s.table.Layout(), 7)
		if err := s.sampler.SampleTransitions(batch, 1, 1); err != nil {
			t.Fatal(err)
		}
		for i := range 7 {
			if batch.Observation[3*i] == 99 {
				own++
			}
		}
	}
	if own != 525 {
		t.Errorf("%d of 700 items are the run's own, want 525", own)
	}
}

func TestExperienceThatDoesNotFit(t *testing.T) {
	source, empty := filepath.Join(t.TempDir(), "source"), t.TempDir()
	if _, _, err := train(t, pricedExperiment("test/first", "ladder", 10, 23), source, false); err != nil {
		t.Fatal(err)
	}
	plain := onLadder(20, nil)
	plain.Config.Task, plain.Task.Name = "test/plain", "test/plain"
	repeated := pricedExperiment("test/first", "ladder", 10, 20)
	repeated.Config.ActionRepeat = 2
	delayed := pricedExperiment("test/first", "ladder", 10, 20)
	delayed.Config.Delay = 2
	for _, test := range []struct {
		e     *Experiment
		from  string
		words []string
	}{
		{pricedExperiment("test/other", "stairs", 7, 20), source, []string{"rewards are those of test/first", "ladder", "stairs"}},
		{plain, source, []string{"rewards are those of test/first", "test/plain with these settings cannot tell its own reward"}},
		{repeated, source, []string{"cannot be used for test/first", "steps that an action is applied for: 2 here, 1 there"}},
		{delayed, source, []string{"view: delay 2 here,  there"}},
		{pricedExperiment("test/first", "ladder", 10, 20), empty, []string{empty, "holds no experience"}},
	} {
		test.e.Config.ReplayFrom = test.from
		_, err := drawnFrom(t, test.e, t.TempDir())
		expectError(t, err, test.words...)
	}
}

func TestParseReplayFrom(t *testing.T) {
	for text, want := range map[string]Provenance{
		"":              {},
		"runs/a":        {Fraction: 0.5, Earlier: []Earlier{{Run: "runs/a"}}},
		"runs/a,b:0.75": {Fraction: 0.75, Earlier: []Earlier{{Run: "runs/a"}, {Run: "b"}}},
	} {
		got, err := parseReplayFrom(text)
		if err != nil || got.Fraction != want.Fraction || !slices.Equal(got.Earlier, want.Earlier) {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"a:1", "a:0", "a:b", "a:", ",a", "a,:0.5"} {
		_, err := parseReplayFrom(text)
		expectError(t, err, "replay_from")
	}
}

func TestOfflineNeedsExperience(t *testing.T) {
	e := onLadder(10, nil)
	e.Algorithm.Offline = true
	expectError(t, e.Validate(), "mpo learns from recorded experience alone", "--offline")
	e.Config.Offline, e.Config.ReplayFrom = "a", "b"
	expectError(t, e.Validate(), "replay_from is b, must be empty")
}

// An offline run learns without acting: its steps are updates, and it resumes to the same end.
func TestOfflineRun(t *testing.T) {
	source, folder := filepath.Join(t.TempDir(), "source"), filepath.Join(t.TempDir(), "offline")
	if _, _, err := train(t, onLadder(60, nil), source, false); err != nil {
		t.Fatal(err)
	}
	before := remembered(t, source).Len()
	e := onLadder(25, nil)
	e.Config.Offline = source
	result, _, err := train(t, e, folder, false)
	if err != nil || result.Step != 25 {
		t.Fatalf("%+v, %v", result, err)
	}
	e.Config.Steps = 40
	if result, _, err = train(t, e, folder, true); err != nil || result.Step != 40 {
		t.Fatalf("%+v, %v", result, err)
	}
	if after := remembered(t, source).Len(); after != before {
		t.Errorf("the source has %d rows, had %d", after, before)
	}
	whole := filepath.Join(t.TempDir(), "whole")
	e.Config.Steps = 40
	if _, _, err := train(t, e, whole, false); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(learned(t, folder), learned(t, whole)) {
		t.Error("the resumed run learned something else")
	}
}

// learned is the parameters in a run's newest checkpoint.
func learned(t *testing.T, folder string) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, checkpointFolder, "generation-*", parametersFile))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s holds %v, %v", folder, files, err)
	}
	data, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Parquet files serve as well as the run that they were exported from.
func TestOfflineFromParquet(t *testing.T) {
	source, data := filepath.Join(t.TempDir(), "source"), filepath.Join(t.TempDir(), "data")
	if _, _, err := train(t, onLadder(60, nil), source, false); err != nil {
		t.Fatal(err)
	}
	log, err := stream.Open(t.Context(), stream.Config{Folder: filepath.Join(source, StreamFolder)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dataset.Write(data, dataset.FromChunks(log.History(t.Context()))); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	var results [][]byte
	for _, from := range []string{source, data} {
		e, folder := onLadder(20, nil), filepath.Join(t.TempDir(), "offline")
		e.Config.Offline = from
		if _, _, err := train(t, e, folder, false); err != nil {
			t.Fatal(err)
		}
		results = append(results, learned(t, folder))
	}
	if !slices.Equal(results[0], results[1]) {
		t.Error("the Parquet files teach something else")
	}
}
