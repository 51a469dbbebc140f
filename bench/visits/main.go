// Command visits plays the water maze with the policies of runs, and prints how long they look for the
// platform before the first visit of an episode, and how long it takes them to come back for the second:
//
//	visits [-episodes N] [-sample] RUN...
//
// With -sample actions are drawn as in training; else they are the mode. Times are mean numbers of steps, without
// those on the platform: over the episodes that have both visits, and over all, where a visit that is not
// made takes what is left of the episode. Those to later visits are of visits that were made.
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
	fmt.Println("| run | episodes | with two visits | visits in an episode | steps to the first, of those with two | to the second | ratio | steps to the first, of all | to the second | ratio | to later ones |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|")
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
	var total, both, later, laters int
	var complete, all times
	for range episodes {
		visits, steps, err := p.play()
		if err != nil {
			return err
		}
		total += len(visits)
		if len(visits) > 1 {
			both++
			complete.add(visits, steps)
			later += visits[len(visits)-1] - visits[1]
			laters += len(visits) - 2
		}
		all.add(visits, steps)
	}
	fmt.Printf("| %s | %d | %d | %.2f | %v | %v | %.1f |\n", folder, episodes, both,
		float64(total)/float64(episodes), complete, all, float64(later)/float64(laters))
	return nil
}

// times adds up the steps to first and second visits.
type times struct{ first, second, firsts, seconds int }

// add adds an episode of so many steps in the water with visits at these.
func (t *times) add(visits []int, steps int) {
	visits = append(visits, steps, steps)
	t.first += visits[0]
	t.firsts++
	if visits[0] < steps {
		t.second += visits[1] - visits[0]
		t.seconds++
	}
}

// String is the mean of each and their ratio, as cells of a table.
func (t times) String() string {
	first, second := float64(t.first)/float64(t.firsts), float64(t.second)/float64(t.seconds)
	return fmt.Sprintf("%.1f | %.1f | %.2f", first, second, second/first)
}

// player plays episodes and keeps what the policy remembers.
type player struct {
	environment env.Environment
	policy      agent.Policy
	sample      bool
	occasion    uint64
}

// play plays an episode and returns the numbers of the steps that found the platform, and of all, leaving out what
// passes while the swimmer stands on it.
func (p *player) play() (visits []int, steps int, err error) {
	sizes, err := agent.SizesOf(p.environment)
	if err != nil {
		return nil, 0, err
	}
	observation, state := agent.NewObservation(sizes), make([]float32, p.policy.StateSize())
	action := make([]float64, p.environment.Action().Size())
	step, err := p.environment.Reset()
	for err == nil && step.Type != env.Last {
		if !standing(step.Observation) {
			steps++
		}
		sizes.Flatten(observation, step.Observation)
		p.occasion++
		chosen := p.policy.Act(observation, state, p.occasion, !p.sample)
		copy(state, chosen.State)
		agent.Scale(action, chosen.Values, p.environment.Action())
		if step, err = p.environment.Step(action); err == nil && step.Reward > 0 {
			visits = append(visits, steps)
		}
	}
	return visits, steps, err
}

// standing tells whether the swimmer is on the platform.
func standing(observation env.Observation) bool {
	return observation[len(observation)-1].Float64[0] == 1
}
