package dqn

import (
	"context"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/run"
)

// Catch is won by who moves under the ball: all episodes return 1, where random moves lose most.
func TestLearnsCatch(t *testing.T) {
	config := run.DefaultConfig()
	config.Agent, config.Task, config.Steps = "dqn", "classic/catch", 6000
	config.EvaluateEvery, config.EvaluateEpisodes, config.LogEvery = 2000, 20, 2000
	e, err := run.NewExperiment(config, "default", run.Catalogues{Tasks: classic.Tasks(), Algorithms: []agent.Algorithm{Algorithm()}})
	if err != nil {
		t.Fatal(err)
	}
	c := Default()
	c.CriticLayers, c.Batch, c.LearningRate, c.Warmup, c.ExplorationChance = []int{32, 32}, 32, 1e-3, 500, 0.1
	e.Agent = c
	result, err := run.Train(context.Background(), e, run.Options{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the mean returns are %v", result.Evaluations)
	if mean := result.Evaluation.Mean(); mean < 0.9 {
		t.Errorf("the mean return is %g, want at least 0.9", mean)
	}
}
