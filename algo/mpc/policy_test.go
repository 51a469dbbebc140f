package mpc

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/run"
)

func catalogues() run.Catalogues {
	return run.Catalogues{Tasks: classic.Tasks(), Algorithms: []agent.Algorithm{Algorithm()}}
}

// experiment plays classic/pendulum with few and short sequences.
func experiment(t *testing.T, workers int) *run.Experiment {
	t.Helper()
	config := run.DefaultConfig()
	config.Agent, config.Task, config.Steps, config.ActionRepeat = "mpc", "classic/pendulum", 1200, 10
	config.EvaluateEvery, config.EvaluateEpisodes, config.LogEvery, config.Workers = 1200, 1, 400, workers
	e, err := run.NewExperiment(config, "default", catalogues())
	if err != nil {
		t.Fatal(err)
	}
	c := small(cem)
	c.Horizon, c.Samples = 8, 30
	e.Agent = c
	return e
}

// A run plays, evaluates and saves without learning anything; what it leaves can be opened and played. Nothing
// depends on the number of workers, and a run that was stopped goes on as if it had not been.
func TestRun(t *testing.T) {
	var results []*run.Result
	for _, workers := range []int{1, 2} {
		result, err := run.Train(context.Background(), experiment(t, workers), run.Options{Folder: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, result)
	}
	folder := t.TempDir()
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := run.Train(stopped, experiment(t, 1), run.Options{Folder: folder}); err == nil {
		t.Fatal("the run did not stop")
	}
	resumed, err := run.Train(context.Background(), experiment(t, 1), run.Options{Folder: folder, Resume: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range append(results, resumed) {
		if !slices.Equal(result.Evaluation.Returns, results[0].Evaluation.Returns) {
			t.Errorf("the returns are %v, before %v", result.Evaluation.Returns, results[0].Evaluation.Returns)
		}
	}
	if a, b := metrics(t, results[0].Folder), metrics(t, folder); !bytes.Equal(a, b) {
		t.Errorf("the resumed run logs\n%s\nthe other\n%s", b, a)
	}
	trained, err := run.Open(folder, catalogues(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	evaluation, err := run.Evaluate(trained.Experiment.PlayedTask(), trained.Policy, run.Episodes{Count: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if mean := evaluation.Mean(); mean < 700 {
		t.Errorf("the pendulum returns %v, want 700: it was not swung up and held", mean)
	}
}

func metrics(t *testing.T, folder string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`"time":[0-9.]*,`).ReplaceAll(data, nil)
}

// There is nothing to learn from recorded experience.
func TestOfflineIsRefused(t *testing.T) {
	e := experiment(t, 1)
	e.Config.Offline = "somewhere"
	if e.Validate() == nil {
		t.Error("a planner is to learn from recorded experience")
	}
}

func TestActNeedsAnEnvironment(t *testing.T) {
	learner, err := newLearner(small(cem), agent.Sizes{Observation: 3, Action: 1}, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := learner.Policy()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a policy acted nowhere")
		}
	}()
	policy.Act(agent.Observation{}, make([]float32, policy.StateSize()), 0, true)
}

// Plans are moved by a step and remembered, with warm start.
func TestWarmStart(t *testing.T) {
	for warm, want := range map[bool]int{false: 0, true: 6} {
		c := small(cem)
		c.WarmStart = warm
		made, err := newLearner(c, agent.Sizes{Observation: 3, Action: 2}, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		if size := newPolicy(made.(*learner)).StateSize(); size != want {
			t.Errorf("warm start %v: the state has %d numbers, want %d", warm, size, want)
		}
	}
}
