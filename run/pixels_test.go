package run

import (
	"bytes"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/dreamer"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/checkpoint"
	"github.com/reverie-rl/reverie/replay"
)

// mortal is a learner that dies of its update number last.
type mortal struct {
	agent.Learner
	last int64
}

var errDied = errors.New("died")

func (m mortal) Step(experience *replay.Sampler) error {
	if m.Updates()+1 == m.last {
		return errDied
	}
	return m.Learner.Step(experience)
}

// seeing is a training from pictures alone, whose learner dies of its update number last.
func seeing(t *testing.T, last int64) *Experiment {
	t.Helper()
	config := DefaultConfig()
	config.Agent, config.Task, config.Steps, config.Workers, config.ReplayCapacity = "dreamer", "classic/pendulum", 60, 1, 40
	config.Pixels, config.Hide = 64, []string{"states"}
	config.CheckpointEvery, config.LogEvery, config.EvaluateEvery, config.EvaluateEpisodes = 20, 10, 60, 1
	algorithm := dreamer.Algorithm()
	made := algorithm.New
	algorithm.New = func(config agent.Config, sizes agent.Sizes, seed uint64, workers *grad.Workers) (agent.Learner, error) {
		learner, err := made(config, sizes, seed, workers)
		return mortal{learner, last}, err
	}
	e, err := NewExperiment(config, "pixels", Catalogues{Tasks: classic.Tasks(), Algorithms: []agent.Algorithm{algorithm}})
	if err != nil {
		t.Fatal(err)
	}
	for _, setting := range []string{
		"depth=1", "stochastic=3", "deterministic=4", "hidden=4", "model_layers=[4]", "policy_layers=[4]", "critic_layers=[4]",
		"batch=2", "window=3", "horizon=2", "warmup=10", "steps_per_update=2",
	} {
		if err := e.Set(setting); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// ending is the bytes of the parameters that a run ended with.
func ending(t *testing.T, folder string) []byte {
	t.Helper()
	generation, _, err := checkpoint.Open(filepath.Join(folder, checkpointFolder)).Load()
	if err != nil {
		t.Fatal(err)
	}
	data, err := generation.Read(parametersFile)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A run with pictures that dies between two checkpoints and is resumed ends with the parameters and the log of
// one that did not. Its replay has to come from the log, and the picture that it goes on with from the checkpoint.
func TestPixelsResume(t *testing.T) {
	whole, resumed := t.TempDir(), t.TempDir()
	_, output, err := train(t, seeing(t, 0), whole, false)
	if err != nil {
		t.Fatal(err)
	}
	if want := "a step takes 12356 bytes of memory"; !strings.Contains(output, want) {
		t.Errorf("the output %q does not say %q", output, want)
	}
	if _, _, err := train(t, seeing(t, 18), resumed, false); !errors.Is(err, errDied) {
		t.Fatalf("the error is %v", err)
	}
	if _, _, err := train(t, seeing(t, 0), resumed, true); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(ending(t, whole), ending(t, resumed)) {
		t.Error("the resumed run ended with other parameters")
	}
	a, b := remembered(t, whole), remembered(t, resumed)
	if !reflect.DeepEqual(a, b) || len(a.Image) < 60*12288 || len(a.Observation) > 0 {
		t.Errorf("the logs have %d and %d bytes of pictures, and %d numbers", len(a.Image), len(b.Image), len(a.Observation))
	}
}

// The policy of a run with pictures can be opened and evaluated.
func TestPixelsOpen(t *testing.T) {
	folder, e := t.TempDir(), seeing(t, 0)
	if _, _, err := train(t, e, folder, false); err != nil {
		t.Fatal(err)
	}
	trained, err := Open(folder, Catalogues{Tasks: classic.Tasks(), Algorithms: []agent.Algorithm{dreamer.Algorithm()}}, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	evaluation, err := Evaluate(trained.Experiment.PlayedTask(), trained.Policy, Episodes{Count: 1, Seed: 1, Longest: 20})
	if err != nil || len(evaluation.Returns) != 1 {
		t.Errorf("the evaluation is %v, %v", evaluation, err)
	}
}
