// Command transfer learns to swing a pole up by Imagined Value Gradients, and then to balance it: once with the model
// of the first task, and once with nothing. It draws both learning curves.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/ivg"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/run"
	"github.com/reverie-rl/reverie/track"
)

func main() {
	s := study{folder: "runs/transfer", settings: []string{"action_repeat=4", "reward_scale=0.25", "warmup=1000", "evaluate_every=2000", "evaluate_episodes=3"}}
	if err := s.compare("control/cartpole-swingup", 80_000, "control/cartpole-balance", 30_000); err != nil {
		log.Fatal(err)
	}
}

// study is runs in a folder, all with the same settings.
type study struct {
	folder   string
	settings []string // key=value
}

// compare learns source, and then target with the model of source and without.
func (s study) compare(source string, sourceSteps int64, target string, targetSteps int64) error {
	if _, err := s.learn("source", source, sourceSteps); err != nil {
		return err
	}
	transferred, err := s.learn("transferred", target, targetSteps, filepath.Join(s.folder, "source")+":model")
	if err != nil {
		return err
	}
	scratch, err := s.learn("scratch", target, targetSteps)
	if err != nil {
		return err
	}
	path := filepath.Join(s.folder, "transfer.svg")
	fmt.Println("both curves:", path)
	return track.Curve(path, track.Labels{Title: target, X: "environment steps", Y: "evaluation return"},
		track.Series{Name: "with the model of " + source, Runs: [][]track.Point{transferred}},
		track.Series{Name: "from scratch", Runs: [][]track.Point{scratch}})
}

// learn makes a run that begins with what from names, and returns its learning curve.
func (s study) learn(name, task string, steps int64, from ...string) ([]track.Point, error) {
	known := run.Catalogues{Tasks: slices.Concat(classic.Tasks(), control.Tasks()), Algorithms: []agent.Algorithm{ivg.Algorithm()}}
	config := run.DefaultConfig()
	config.Agent, config.Task, config.Steps, config.From = "ivg", task, steps, from
	experiment, err := run.NewExperiment(config, "default", known)
	for _, setting := range s.settings {
		if err == nil {
			err = experiment.Set(setting)
		}
	}
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(s.folder, name)
	if _, err := run.Train(context.Background(), experiment, run.Options{Folder: folder, Resume: run.Exists(folder), Output: os.Stderr}); err != nil {
		return nil, err
	}
	records, err := track.ReadJSONL(filepath.Join(folder, "metrics.jsonl"))
	return track.Points(records, "evaluation/return"), err
}
