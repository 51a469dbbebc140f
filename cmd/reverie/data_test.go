package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/dataset"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/stream"
)

// playedRun is a run folder that has a log: three episodes of four steps that end in different ways.
func playedRun(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "run")
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	log, err := stream.Open(t.Context(), stream.Config{Folder: filepath.Join(folder, streamFolder)})
	check(err)
	w, err := log.NewWriter(t.Context(), "one", stream.Schema{
		Task: "classic/test", ActionRepeat: 1, Layout: replay.Layout{Observation: 2, Action: 1, Reward: 1},
		Observations: []stream.Field{{Name: "place", Shape: []int{2}, Kind: "float64"}},
		Action:       stream.Field{Name: "action", Shape: []int{1}, Kind: "float64"},
	})
	check(err)
	for episode := range 3 {
		check(w.Begin(replay.Step{Observation: []float32{0, float32(episode)}}, nil))
		for i := range 4 {
			step := replay.Step{Observation: []float32{float32(i + 1), 0}, Action: []float32{.5}, Reward: []float32{float32(episode)}, Discount: 1}
			last := i == 3 && episode < 2
			if last && episode == 0 {
				step.Discount = 0
			}
			check(w.Append(step, nil, last))
		}
	}
	check(w.Close())
	check(log.Close())
	return folder
}

const played = "3 episodes (1 terminated, 1 truncated, 1 cut) of 12 steps"

// Experience goes out of a run as Parquet and into another one, and is the same.
func TestExperienceGoesRound(t *testing.T) {
	run, parquet, again, other := playedRun(t), filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "a", "again"), filepath.Join(t.TempDir(), "other")
	for _, want := range []struct{ out, words string }{
		{succeed(t, "data", "export", run, "--parquet", parquet).out, parquet + ": " + played + ", 0.0 MB in 1 file(s)"},
		{succeed(t, "data", "import", parquet, "--out", again).out, again + ": " + played},
		{succeed(t, "data", "export", again, "--parquet", other).out, played},
		{succeed(t, "data", "check", run).out, played + " are as they should be"},
		{succeed(t, "data", "check", parquet).out, played + " are as they should be"},
		{succeed(t, "data", "stats", again).out, played},
	} {
		if !strings.Contains(want.out, want.words) {
			t.Errorf("printed %q, without %q", want.out, want.words)
		}
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(again), ".*")) // the pattern is well-formed
	if len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	one, two := succeed(t, "data", "head", parquet, "-n", "100", "--json").out, succeed(t, "data", "head", other, "-n", "100", "--json").out
	if one == "" || strings.ReplaceAll(one, "one/", "imported/") != two {
		t.Errorf("the rows are\n%s, were\n%s", two, one)
	}
}

func TestDataStatsAndHead(t *testing.T) {
	run := playedRun(t)
	stats := decode[dataset.Stats](t, succeed(t, "data", "stats", run, "--json").out)[0]
	if stats.Steps != 12 || stats.Returns[0].Maximum != 4 || stats.Returns[0].Count != 2 || len(stats.Columns) != 6 {
		t.Errorf("the statistics are %+v", stats)
	}
	if out := succeed(t, "data", "stats", run).out; !strings.Contains(out, "return of whole episodes") || !strings.Contains(out, "observation.place[1]") {
		t.Errorf("printed %s", out)
	}
	lines := strings.Split(strings.TrimSpace(succeed(t, "data", "head", run, "-n", "6").out), "\n")
	if want := "episode_id one/000000000000, step 4, is_last, is_terminal, observation.place [4 0], version 0"; len(lines) != 6 || lines[4] != want {
		t.Errorf("printed\n%s, want 6 lines, the fifth\n%s", strings.Join(lines, "\n"), want)
	}
	fail(t, exitUsage, []string{"--rows is 0"}, "data", "head", run, "-n", "0")
}

func TestDataCheckFindsDamage(t *testing.T) {
	run, parquet := playedRun(t), filepath.Join(t.TempDir(), "data")
	succeed(t, "data", "export", run, "--parquet", parquet)
	path := filepath.Join(parquet, "episodes-00000.parquet")
	contents := []byte(read(t, path))
	contents[40] ^= 1
	write(t, path, string(contents))
	result := fail(t, exitFailed, []string{parquet, "faults"}, "data", "check", parquet)
	if !strings.Contains(result.out, path) {
		t.Errorf("printed %s", result.out)
	}
	var report dataset.Report
	if err := json.Unmarshal([]byte(reverie("data", "check", parquet, "--json").out), &report); err != nil || report.Faults[0].File != path || report.Faults[0].Row != -1 {
		t.Errorf("the report is %+v, %v", report, err)
	}
}

func TestDataMistakes(t *testing.T) {
	run, empty := playedRun(t), t.TempDir()
	fail(t, exitFailed, []string{empty, "no experience log"}, "data", "export", empty, "--parquet", filepath.Join(empty, "data"))
	fail(t, exitFailed, []string{run, "not empty"}, "data", "export", run, "--parquet", run)
	fail(t, exitUsage, []string{run, "not empty"}, "data", "import", empty, "--out", run)
	fail(t, exitFailed, []string{empty, "neither dataset.json"}, "data", "stats", empty)
	out := filepath.Join(t.TempDir(), "new")
	fail(t, exitFailed, []string{empty, "neither dataset.json"}, "data", "import", empty, "--out", out)
	if entries, err := os.ReadDir(filepath.Dir(out)); err != nil || len(entries) > 0 {
		t.Errorf("left are %v, %v", entries, err)
	}
}

// A run whose log is in use is refused with the process that uses it.
func TestDataOfARunThatIsTrained(t *testing.T) {
	run := playedRun(t)
	log, err := stream.Open(t.Context(), stream.Config{Folder: filepath.Join(run, streamFolder)})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	fail(t, exitFailed, []string{run, "in use by process", fmt.Sprint(os.Getpid())}, "data", "stats", run)
}
