package main

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/dataset"
	"github.com/reverie-rl/reverie/stream"
)

// From training to a dataset, a task with challenges is found by its name, and its objectives by theirs.
func TestChallengesAndObjectivesByName(t *testing.T) {
	const task = `realworld/classic/point-red?delay.actions=2&gaussian.observations=0.1&objectives.names=["energy"]&delay.rewards=3`
	folder, parquet := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "data")
	succeed(t, "train", "mpo", "--task", task, "--steps", "600", "--out", folder, "--no-film",
		"--set", "warmup=500", "--set", "batch=4", "--set", "evaluate_episodes=2")
	report := decode[evaluationReport](t, succeed(t, "eval", folder, "--episodes", "2", "--json").out)[0]
	if len(report.Objectives) != 2 || report.Objectives[0].Name != "reward" || report.Objectives[1].Name != "energy" || report.Task != task {
		t.Fatalf("the evaluation is %+v", report)
	}
	if got := report.Objectives[0].Mean; math.Abs(got-report.Mean) > 1e-9 {
		t.Errorf("the mean reward is %g as an objective and %g as a return", got, report.Mean)
	}
	if out := succeed(t, "eval", folder, "--episodes", "1").out; !strings.Contains(out, "\tobjective energy: ") {
		t.Errorf("eval prints:\n%s", out)
	}
	succeed(t, "data", "export", folder, "--parquet", parquet)
	for _, from := range []string{folder, parquet} {
		stats := decode[dataset.Stats](t, succeed(t, "data", "stats", from, "--json").out)[0]
		if !slices.Equal(stats.Objectives, []string{"reward", "energy"}) || len(stats.Returns) != 3 {
			t.Errorf("the statistics of %s are of %v with %d returns", from, stats.Objectives, len(stats.Returns))
		}
		if out := succeed(t, "data", "stats", from).out; !strings.Contains(out, "return of whole episodes in energy") || !strings.Contains(out, "reward[energy]") {
			t.Errorf("data stats prints:\n%s", out)
		}
	}
	ours, theirs := stream.Schema{Objectives: []string{"reward", "energy"}}, stream.Schema{Objectives: []string{"reward", "safety"}}
	if lines := ours.Differences(theirs); len(lines) != 1 || !strings.Contains(lines[0], "objectives: [reward energy] here") {
		t.Errorf("the differences are %q", lines)
	}
}

func TestMistakesInChallenges(t *testing.T) {
	fail(t, exitUsage, []string{"delay.action", "nearest: delay.actions"}, "envcheck", "realworld/classic/pendulum?delay.action=1")
	fail(t, exitUsage, []string{"easy, medium, hard"}, "train", "mpo", "--task", "realworld/classic/pendulum?preset=no", "--out", t.TempDir())
	if name := folderName(`realworld/walker-walk?safety.constraints=["a","b"]&preset=easy`); strings.ContainsAny(name, `/?&,:"[]`) {
		t.Errorf("the folder is called %s", name)
	}
}
