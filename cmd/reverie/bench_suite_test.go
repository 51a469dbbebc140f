package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// smallSuite writes a list of two small runs, and returns the command line that makes it in folder.
func smallSuite(t *testing.T, folder, more string) []string {
	t.Helper()
	list := `
seeds = [1, 2]
[[run]]
agent = "mpo"
task = "classic/pendulum"
steps = 200
settings = ["policy_layers=[8]", "critic_layers=[8]", "warmup=100", "batch=8", "samples=2", "evaluate_every=100", "evaluate_episodes=1"]
` + more
	path := filepath.Join(folder, "small.toml")
	if err := os.WriteFile(path, []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	return []string{"bench", "suite", path, "--runs", filepath.Join(folder, "runs"), "--results", filepath.Join(folder, "results")}
}

func TestBenchSuite(t *testing.T) {
	folder := t.TempDir()
	command := smallSuite(t, folder, "")
	fail(t, exitFailed, []string{"no results of small"}, append(command, "--report")...)

	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	var log bytes.Buffer
	if code := execute(stopped, command, &log, &log); code != exitStopped || !strings.Contains(log.String(), "the same command goes on") {
		t.Errorf("exit code %d\n%s", code, log.String())
	}
	succeed(t, append(command, "--parallel", "1")...)
	result := succeed(t, append(command, "--report")...)
	if !strings.Contains(result.out, "2 of 2 runs") || result.log != "" {
		t.Errorf("the report is\n%s%s", result.out, result.log)
	}
	for _, name := range []string{"small.md", "small-pendulum.svg", "small/mpo/pendulum/seed2/about.txt"} {
		if _, err := os.Stat(filepath.Join(folder, "results", name)); err != nil {
			t.Error(err)
		}
	}
	fail(t, exitFailed, []string{"mpo on classic/pendulum: the mean score is", "want 2000 or more"}, smallSuite(t, folder, "threshold = 2000")...)
}

func TestBenchSuiteRefuses(t *testing.T) {
	command := smallSuite(t, t.TempDir(), "threshhold = 3")
	fail(t, exitUsage, []string{"small.toml", "unknown keys [run.threshhold]"}, command...)
	fail(t, exitUsage, []string{"nothing.toml"}, "bench", "suite", "nothing")
	fail(t, exitUsage, []string{"--parallel is -1"}, append(smallSuite(t, t.TempDir(), ""), "--parallel=-1")...)
}
