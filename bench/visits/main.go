// Command visits plays the water maze with the policies of runs, and prints how long they look for the
// platform before the first visit of an episode, and how long it takes them to come back for the second:
//
//	visits [-episodes N] [-sample] RUN...
//
// With -sample actions are drawn as in training; else they are the mode. Times are mean numbers of steps over
// the episodes that have both visits; the second is counted from where the swimmer is put back.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/rdpg"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/run"
)

func main() {
	episodes := flag.Int("episodes", 200, "episodes to play with each policy")
	sample := flag.Bool("sample", false, "draw actions as in training")
	flag.Parse()
	fmt.Println("| run | episodes | with two visits | visits in an episode | steps to the first | steps to the second | second over first |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, folder := range flag.Args() {
		if err := report(folder, *episodes, *sample); err != nil {
			log.Fatal(err)
		}
	}
}

// report plays with the policy of a run and prints its line of the table.
func report(folder string, episodes int, sample bool) error {
	known := run.Catalogues{Tasks: classic.Tasks(), Algorithms: []agent.Algorithm{rdpg.Algorithm()}}
	trained, err := run.Open(folder, known, os.Stderr)
	if err != nil {
		return err
	}
	pool, err := trained.Experiment.PlayedTask().New(1)
	if err != nil {
		return err
	}
	defer pool.Close()
	p := player{environment: pool, policy: trained.Policy, sample: sample}
	var total, first, second, both int
	for range episodes {
		visits, err := p.play()
		if err != nil {
			return err
		}
		total += len(visits)
		if len(visits) > 1 {
			both++
			first += visits[0]
			second += visits[1] - visits[0] - 1 // the step that puts the swimmer back is not its own
		}
	}
	mean := func(sum, count int) float64 { return float64(sum) / float64(count) }
	fmt.Printf("| %s | %d | %d | %.2f | %.1f | %.1f | %.2f |\n", folder, episodes, both,
		mean(total, episodes), mean(first, both), mean(second, both), mean(second, first))
	return nil
}

// player plays episodes and keeps what the policy remembers.
type player struct {
	environment env.Environment
	policy      agent.Policy
	sample      bool
	occasion    uint64
}

// play plays an episode and returns the numbers of the steps that found the platform.
func (p *player) play() ([]int, error) {
	sizes, err := agent.SizesOf(p.environment)
	if err != nil {
		return nil, err
	}
	observation, state := make([]float32, sizes.Observation), make([]float32, p.policy.StateSize())
	action := make([]float64, sizes.Action)
	step, err := p.environment.Reset()
	var visits []int
	for count := 1; err == nil && step.Type != env.Last; count++ {
		agent.Flatten(observation, step.Observation)
		p.occasion++
		chosen := p.policy.Act(observation, state, p.occasion, !p.sample)
		copy(state, chosen.State)
		agent.Scale(action, chosen.Values, p.environment.Action())
		if step, err = p.environment.Step(action); err == nil && step.Reward > 0 {
			visits = append(visits, count)
		}
	}
	return visits, err
}
