package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/dataset"
)

var pointTasks = []string{"red", "blue", "slow", "fast"}

func TestTasksListsSeveralTasks(t *testing.T) {
	for _, report := range decode[taskReport](t, succeed(t, "tasks", "--tag", "multitask", "--json").out) {
		if report.Name == "classic/point-multitask" && !slices.Equal(report.Tasks, pointTasks) {
			t.Errorf("the tasks are %v, want %v", report.Tasks, pointTasks)
		}
	}
	if out := succeed(t, "tasks").out; !strings.Contains(out, "task [4]; the tasks red, blue, slow, fast; ") {
		t.Errorf("tasks prints:\n%s", out)
	}
}

// From training to a dataset, what is said of several tasks names them.
func TestSeveralTasksByName(t *testing.T) {
	folder, parquet := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "data")
	succeed(t, "train", "mpo", "--task", "classic/point-multitask", "--steps", "600", "--out", folder,
		"--set", "warmup=500", "--set", "batch=4", "--set", "evaluate_episodes=4")
	report := decode[evaluationReport](t, succeed(t, "eval", folder, "--episodes", "5", "--json").out)[0]
	for i, task := range report.Tasks {
		if task.Name != pointTasks[i] || task.Episodes != []int{2, 1, 1, 1}[i] {
			t.Errorf("task %d is evaluated as %+v", i, task)
		}
	}
	if out := succeed(t, "eval", folder, "--episodes", "4").out; strings.Count(out, " over 1\n") != 4 || !strings.Contains(out, "\tslow: ") {
		t.Errorf("eval prints:\n%s", out)
	}
	succeed(t, "data", "export", folder, "--parquet", parquet)
	for _, from := range []string{folder, parquet} {
		stats := decode[dataset.Stats](t, succeed(t, "data", "stats", from, "--json").out)[0]
		if !slices.Equal(stats.Tasks, pointTasks) || len(stats.Returns) != 5 {
			t.Errorf("the statistics of %s are of %v with %d returns", from, stats.Tasks, len(stats.Returns))
		}
		if out := succeed(t, "data", "stats", from).out; !strings.Contains(out, "return of whole episodes as blue") || !strings.Contains(out, "reward[blue]") {
			t.Errorf("data stats prints:\n%s", out)
		}
	}
}
