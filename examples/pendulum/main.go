// Command pendulum trains MPO on a pure-Go pendulum and uses the policy: the whole library in one
// screen.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/mpo"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/run"
)

func main() {
	if err := learn("runs/pendulum", 30_000); err != nil {
		log.Fatal(err)
	}
}

func learn(folder string, steps int64) error {
	// README: begin
	known := run.Catalogues{Tasks: classic.Tasks(), Algorithms: []agent.Algorithm{mpo.Algorithm()}}
	config := run.DefaultConfig()
	config.Agent, config.Task, config.Steps = "mpo", "classic/pendulum", steps
	experiment, err := run.NewExperiment(config, "default", known)
	if err != nil {
		return err
	}
	if _, err := run.Train(context.Background(), experiment, run.Options{Folder: folder, Output: os.Stderr}); err != nil {
		return err
	}
	trained, err := run.Open(folder, known, os.Stderr)
	if err != nil {
		return err
	}
	action := trained.Policy.Act(agent.Observation{Numbers: []float32{-1, 0, 0}}, nil, 0, true) // hanging down, at rest
	fmt.Println("torque:", action.Values[0])
	// README: end
	return nil
}
