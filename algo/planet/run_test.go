package planet

import (
	"context"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/run"
)

// trained is the evaluation at the end of a run of so many steps on classic/pendulum, which goes on with what is in folder.
func trained(t *testing.T, folder string, steps int64, workers int) []float64 {
	t.Helper()
	config := run.DefaultConfig()
	config.Agent, config.Task, config.Steps, config.ActionRepeat = "planet", "classic/pendulum", steps, 10
	config.EvaluateEvery, config.EvaluateEpisodes, config.LogEvery, config.Workers = 10_000, 1, 400, workers
	e, err := run.NewExperiment(config, "default", run.Catalogues{Tasks: classic.Tasks(), Algorithms: []agent.Algorithm{Algorithm()}})
	if err != nil {
		t.Fatal(err)
	}
	c := tiny()
	c.Warmup, c.StepsPerUpdate, c.Samples = 200, 20, 150 // more than one block of sequences
	e.Agent = c
	result, err := run.Train(context.Background(), e, run.Options{Folder: folder, Resume: true})
	if err != nil {
		t.Fatal(err)
	}
	return result.Evaluation.Returns
}

// A run that ended in the middle of an episode and was then given more steps comes to the same as one that had them from
// the start, with any number of workers.
func TestRunsGoOn(t *testing.T) {
	whole := trained(t, t.TempDir(), 1500, 1)
	folder := t.TempDir()
	trained(t, folder, 700, 2)
	if parts := trained(t, folder, 1500, 2); !slices.Equal(parts, whole) {
		t.Errorf("the returns are %v in parts and %v as a whole", parts, whole)
	}
}
