package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/reverie-rl/reverie/stream"
)

// metrics returns the lines of a run's metrics.jsonl without their times.
func metrics(t testing.TB, run string) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for text := range strings.Lines(read(t, filepath.Join(run, "metrics.jsonl"))) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		delete(line, "time")
		lines = append(lines, line)
	}
	return lines
}

// expectSame compares everything that two runs came to: parameters, experience, the state of
// environment and counters, and metrics.
func expectSame(t *testing.T, got, want string) {
	t.Helper()
	ours, theirs := outcomeOf(t, got), outcomeOf(t, want)
	for name := range theirs {
		if ours[name] != theirs[name] {
			t.Errorf("%s differs", name)
		}
	}
	if diff := cmp.Diff(metrics(t, want), metrics(t, got)); diff != "" {
		t.Errorf("metrics differ:\n%s", diff)
	}
}

// outcomeOf is what a run came to: the parts of its newest checkpoint and its experience.
func outcomeOf(t *testing.T, run string) map[string]string {
	t.Helper()
	parts := contents(t, newest(t, run))
	var sealed struct {
		Manifest struct{ State map[string]any }
	}
	if err := json.Unmarshal([]byte(parts["manifest.json"]), &sealed); err != nil {
		t.Fatal(err)
	}
	position, ok := sealed.Manifest.State["stream"].(map[string]any)
	if !ok {
		t.Fatalf("the state is %v", sealed.Manifest.State)
	}
	delete(position, "oldest") // in which message a row lies depends on when the run was stopped
	state, err := json.Marshal(sealed.Manifest.State)
	if err != nil {
		t.Fatal(err)
	}
	parts["manifest.json"], parts["experience"] = string(state), experience(t, run)
	return parts
}

// experience is the rows of a run's experience log as text.
func experience(t *testing.T, run string) string {
	t.Helper()
	log, err := stream.Open(t.Context(), stream.Config{Folder: filepath.Join(run, "stream")})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	var all strings.Builder
	for chunk, err := range log.History(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		l, d := chunk.Schema.Layout, chunk.Data
		for i := range chunk.Rows {
			row := d.Slice(l, i, i+1)
			fmt.Fprintln(&all, chunk.Writer, chunk.First+int64(i), chunk.Kinds[i], row.Observation, row.Action, row.Reward, row.LogProbability, row.Discount, row.Step, row.Version)
		}
	}
	return all.String()
}

// reference trains without a stop and returns the run. The small training as it is takes place once,
// and every test has a copy of its folder.
func reference(t *testing.T, more ...string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "reference")
	if len(more) > 0 {
		succeed(t, small(folder, more...)...)
	} else if err := os.CopyFS(folder, os.DirFS(trainedOnce())); err != nil {
		t.Fatal(err)
	}
	if len(metrics(t, folder)) < 5 {
		t.Fatal("the run logged next to nothing")
	}
	return folder
}

func TestSameSeedSameBytes(t *testing.T) {
	want := reference(t, "--set", "workers=1")
	for name, setting := range map[string]string{"repeated": "workers=1", "2 workers": "workers=2"} {
		t.Run(name, func(t *testing.T) { expectSame(t, reference(t, "--set", setting), want) })
	}
	other := reference(t, "--seed", "2")
	if read(t, filepath.Join(newest(t, other), "learner.safetensors")) == read(t, filepath.Join(newest(t, want), "learner.safetensors")) {
		t.Error("another seed gives the same parameters")
	}
}

// TestKilledAndResumed kills a training at random moments: the run must end as one that was left
// alone.
func TestKilledAndResumed(t *testing.T) {
	length := []string{"--steps", "8000"}
	killAndResume(t, reference(t, length...), func(folder string) []string { return small(folder, length...) })
}

// killAndResume kills the training of command five times, at a random moment after it saved another
// checkpoint, lets it end, and compares it with the run want.
func killAndResume(t *testing.T, want string, command func(folder string) []string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "killed")
	arguments := command(folder)
	killed := 0
	for range 5 {
		process := program(arguments...)
		last := generations(folder)
		begin(t, process)
		awaitCheckpoint(t, folder, last)
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
		if end(t, process, syscall.SIGKILL).Exited() {
			break
		}
		killed++
		arguments = append(command(folder), "--resume")
	}
	if killed < 3 {
		t.Fatalf("the run was done after %d kills", killed)
	}
	succeed(t, arguments...)
	expectSame(t, folder, want)
}

func begin(t *testing.T, process *exec.Cmd) {
	t.Helper()
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
}

// end sends a signal and waits for the end.
func end(t *testing.T, process *exec.Cmd, signal os.Signal) *os.ProcessState {
	t.Helper()
	if err := process.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	_ = process.Wait() // its error is the state
	return process.ProcessState
}

// awaitCheckpoint waits for a run to have other checkpoints than before.
func awaitCheckpoint(t *testing.T, folder string, before []string) {
	t.Helper()
	for range 30_000 {
		if !slices.Equal(generations(folder), before) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("no checkpoint was saved in 30 s")
}

func TestSignals(t *testing.T) {
	want := reference(t, "--steps", "6000")
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "stopped")
			process := program(small(folder, "--steps", "6000")...)
			var out, log bytes.Buffer
			process.Stdout, process.Stderr = &out, &log
			begin(t, process)
			awaitCheckpoint(t, folder, nil)
			state := end(t, process, signal)
			result := outcome{state.ExitCode(), out.String(), log.String()}
			expectFailure(t, result, exitStopped, "stopped at step", folder, "the same command with --resume goes on")
			succeed(t, small(folder, "--steps", "6000", "--resume")...)
			expectSame(t, folder, want)
		})
	}
}

// A run that was extended ends as one that was as long from the beginning. It stood between two
// episodes.
func TestExtendedRun(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "extended")
	succeed(t, small(folder, "--steps", "2000")...)
	result := succeed(t, small(folder, "--resume")...)
	if want := "changed setting: steps: 3000, was 2000"; !strings.Contains(result.log, want) {
		t.Errorf("the log does not say %q:\n%s", want, result.log)
	}
	expectSame(t, folder, reference(t))
}

// Resuming a run that is at its end changes nothing and reports it again.
func TestFinishedRunResumed(t *testing.T) {
	folder := reference(t)
	before, lines := contents(t, newest(t, folder)), metrics(t, folder)
	result := succeed(t, small(folder, "--resume")...)
	if !strings.Contains(result.out, "over 1 episodes") || strings.Contains(result.out, "NaN") {
		t.Errorf("the report is %s", result.out)
	}
	if diff := cmp.Diff(before, contents(t, newest(t, folder))) + cmp.Diff(lines, metrics(t, folder)); diff != "" {
		t.Error(diff)
	}
}

func TestEvaluationsDoNotDisturbTraining(t *testing.T) {
	often, seldom := reference(t, "--set", "evaluate_every=300"), reference(t)
	ours, theirs := outcomeOf(t, often), outcomeOf(t, seldom)
	for _, name := range []string{"learner.safetensors", "experience"} {
		if ours[name] != theirs[name] || ours[name] == "" {
			t.Errorf("%s differs", name)
		}
	}
}

// A run of a policy with memory, stopped in the middle of an episode, goes on with what the policy remembered.
func TestRecurrentRunResumed(t *testing.T) {
	command := func(folder, steps string) []string {
		return []string{
			"train", "rdpg", "--task", "classic/pendulum", "--out", folder, "--steps", steps, "--seed", "1", "--no-film",
			"--set", "warmup=300", "--set", "core_size=8", "--set", "policy_layers=[8]", "--set", "critic_layers=[8]",
			"--set", "batch=4", "--set", "evaluate_every=1000", "--set", "evaluate_episodes=1",
		}
	}
	whole, stopped := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "stopped")
	succeed(t, command(whole, "1500")...)
	succeed(t, command(stopped, "830")...)
	succeed(t, command(stopped, "1500")...)
	ours, theirs := outcomeOf(t, stopped), outcomeOf(t, whole)
	for _, name := range []string{"learner.safetensors", "experience"} {
		if ours[name] != theirs[name] || ours[name] == "" {
			t.Errorf("%s differs", name)
		}
	}
}
