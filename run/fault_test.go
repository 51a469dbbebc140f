package run

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/algo/mpo"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/checkpoint"
	"github.com/reverie-rl/reverie/stream"
)

// stateOf is the state in the newest checkpoint of a run.
func stateOf(t *testing.T, folder string) state {
	t.Helper()
	generation, _, err := checkpoint.Open(filepath.Join(folder, checkpointFolder)).Load()
	if err != nil {
		t.Fatal(err)
	}
	var saved state
	if err := json.Unmarshal(generation.State, &saved); err != nil {
		t.Fatal(err)
	}
	return saved
}

// A run goes on with another batch, another ratio of updates to steps and another capacity: the new values count,
// and nothing of the replay is reported as lost.
func TestResumeWithOtherSettings(t *testing.T) {
	for _, capacity := range []int{5, 200} {
		folder, e := t.TempDir(), onLadder(20, nil)
		e.Config.ReplayCapacity = 12
		if _, _, err := train(t, e, folder, false); err != nil {
			t.Fatal(err)
		}
		before := stateOf(t, folder).Updates
		changed := onLadder(40, nil)
		changed.Config.ReplayCapacity = capacity
		settings := changed.Agent.(*mpo.Config)
		settings.Batch, settings.StepsPerUpdate = 7, 1
		_, output, err := train(t, changed, folder, true)
		if err != nil || strings.Contains(output, "warning") {
			t.Fatalf("%v\n%s", err, output)
		}
		if got := stateOf(t, folder).Updates - before; got != 20 {
			t.Errorf("%d updates in 20 steps, want one each", got)
		}
		loaded, err := LoadExperiment(folder, Catalogues{Tasks: env.Catalogue{e.Task}, Algorithms: catalogues().Algorithms})
		if err != nil {
			t.Fatal(err)
		}
		if lines, err := changed.Change(loaded); len(lines) > 0 || err != nil {
			t.Errorf("the stored settings differ: %v, %v", lines, err)
		}
	}
}

// A run that is stopped at the step where a time limit ends an episode goes on with the next one. The final
// discount stays 1, so that what comes after the limit is bootstrapped.
func TestStopAtTheTimeLimit(t *testing.T) {
	folder := t.TempDir()
	if _, err := trainUntil(8, onLadder(14, nil), folder, false); !errors.Is(err, ErrStopped) {
		t.Fatal(err)
	}
	if saved := stateOf(t, folder); saved.Step != 8 || saved.Playing || saved.Episodes != 2 {
		t.Fatalf("stopped as %+v", saved)
	}
	if _, _, err := train(t, onLadder(11, nil), folder, true); err != nil {
		t.Fatal(err)
	}
	want := []float32{1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0}
	if got := remembered(t, folder).Discount; !slices.Equal(got, want) {
		t.Errorf("discounts are %v, want %v", got, want)
	}
	if got, want := kinds(t, folder), []byte{3: stream.Terminated, 9: stream.Truncated, 13: stream.Terminated}; !slices.Equal(got, want) {
		t.Errorf("rows are of the kinds %v, want %v", got, want)
	}
}

// kinds are those of the rows in a run's experience log.
func kinds(t *testing.T, folder string) []byte {
	t.Helper()
	log, err := stream.Open(t.Context(), stream.Config{Folder: filepath.Join(folder, StreamFolder)})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	var all []byte
	for chunk, err := range log.History(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, chunk.Kinds...)
	}
	return all
}
