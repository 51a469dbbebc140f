package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dreaming is a training of a model that takes a fraction of a second.
func dreaming(folder string, more ...string) []string {
	return append([]string{
		"train", "dreamer", "--task", "classic/pendulum", "--out", folder, "--no-film", "--steps", "1200",
		"--set", "stochastic=4", "--set", "deterministic=8", "--set", "hidden=8", "--set", "model_layers=[8]", "--set", "policy_layers=[8]",
		"--set", "critic_layers=[8]", "--set", "batch=4", "--set", "window=8", "--set", "horizon=3", "--set", "warmup=200",
		"--set", "evaluate_every=400", "--set", "evaluate_episodes=1", "--set", "checkpoint_every=400", "--set", "log_every=200",
	}, more...)
}

// Every evaluation leaves a dream, of which a resumed run has the same bytes.
func TestRunsDream(t *testing.T) {
	whole, stopped := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "stopped")
	succeed(t, dreaming(whole)...)
	succeed(t, dreaming(stopped, "--steps", "700")...)
	if err := os.Remove(filepath.Join(stopped, "dreams", "step-000000700.png")); err != nil { // of its end
		t.Fatal(err)
	}
	succeed(t, dreaming(stopped)...)
	dreams := contents(t, filepath.Join(whole, "dreams"))
	if diff := cmp.Diff(dreams, contents(t, filepath.Join(stopped, "dreams"))); diff != "" {
		t.Error("the dreams of a resumed run differ")
	}
	for _, name := range []string{"step-000000400.png", "step-000000800.png", "step-000001200.png"} {
		if !strings.HasPrefix(dreams[name], "\x89PNG") {
			t.Errorf("%s is no picture", name)
		}
	}
	if len(dreams) != 3 || dreams["step-000000400.png"] == dreams["step-000001200.png"] {
		t.Errorf("%d dreams, or the model learned nothing", len(dreams))
	}
	checkRecordedDream(t, whole)
	checkModelReport(t, whole)
}

// checkRecordedDream draws dreams of a run by hand.
func checkRecordedDream(t *testing.T, folder string) {
	t.Helper()
	again := filepath.Join(folder, "dreams", "policy.png")
	if out := succeed(t, "record", folder, "--dream").out; !strings.Contains(out, again) || !strings.Contains(out, "5 decisions seen") {
		t.Errorf("record prints %s", out)
	}
	drawn := filepath.Join(folder, "deeper", "dream.svg")
	succeed(t, "record", folder, "--dream", "--out", drawn)
	picture := read(t, drawn)
	for _, word := range []string{"<svg", ">reward<", ">orientation[0]<", ">velocity<", "dreamer on classic/pendulum, seed 1, step 1200"} {
		if !strings.Contains(picture, word) {
			t.Errorf("the drawing has no %s", word)
		}
	}
	if succeed(t, "record", folder, "--dream", "--out", drawn); read(t, drawn) != picture {
		t.Error("the same dream is drawn in two ways")
	}
	if succeed(t, "record", folder, "--dream", "--seed", "2", "--out", drawn); read(t, drawn) == picture {
		t.Error("another episode has the same dream")
	}
	fail(t, exitFailed, []string{"dream.gif", "numbers and no pictures", ".svg"}, "record", folder, "--dream", "--out", filepath.Join(folder, "dream.gif"))
	fail(t, exitFailed, []string{`".pdf"`, ".svg"}, "record", folder, "--dream", "--out", filepath.Join(folder, "dream.pdf"))
}

// checkModelReport reads both forms of a run's report.
func checkModelReport(t *testing.T, folder string) {
	t.Helper()
	reports := decode[modelReport](t, succeed(t, "model", folder, "--episodes", "2", "--longest", "120", "--json").out)
	r := reports[0]
	if len(reports) != 1 || r.Agent != "dreamer" || r.Task != "classic/pendulum" || r.Step != 1200 || r.Episodes != 2 || r.Segments != 6 || r.Context != 5 {
		t.Errorf("the report is %+v", r)
	}
	if len(r.Errors) != 45 || r.Errors[44].Steps != 45 || !(r.Errors[0].Model > 0 && r.Errors[0].RepeatLast > 0) || len(r.Divergences) != 4 {
		t.Errorf("the report is %+v", r)
	}
	if r.Continuation != nil || r.Rewards.Filtered == nil || r.Active > 4 {
		t.Errorf("the report is %+v", r)
	}
	text := succeed(t, "model", folder, "--episodes", "1").out
	for _, word := range []string{"steps ahead", "repeat last", "latent variables are active", "correlation of predicted and received rewards", "continuation: not predicted"} {
		if !strings.Contains(text, word) {
			t.Errorf("no %q in\n%s", word, text)
		}
	}
}

// A model that predicts ends of episodes is asked how sure it is.
func TestModelReportOfContinuations(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	succeed(t, dreaming(folder, "--steps", "400", "--set", "continuation_weight=1")...)
	text := succeed(t, "model", folder, "--episodes", "1").out
	if !strings.Contains(text, "Brier score") || !strings.Contains(text, "observed") {
		t.Errorf("no calibration in\n%s", text)
	}
	var report map[string]any
	if err := json.Unmarshal([]byte(succeed(t, "model", folder, "--episodes", "1", "--json").out), &report); err != nil || report["continuation"] == nil {
		t.Errorf("no calibration in %v (%v)", report, err)
	}
}

// What has no model says so, and what is neither run nor task.
func TestRunsWithoutAModel(t *testing.T) {
	folder := reference(t)
	words := []string{"mpo on classic/pendulum", "no model of the world", "dreamer"}
	fail(t, exitFailed, words, "model", folder)
	fail(t, exitFailed, words, "record", folder, "--dream")
	fail(t, exitFailed, []string{"holds no run"}, "model", t.TempDir())
	fail(t, exitUsage, []string{"nearest: control/", "run folder"}, "model", filepath.Join(folder, "absent"))
	fail(t, exitUsage, []string{"--episodes is 2", "a dream is of one"}, "record", folder, "--dream", "--episodes", "2")
	fail(t, exitUsage, []string{"--episodes is 0"}, "model", folder, "--episodes", "0")
}
