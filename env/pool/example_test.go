package pool_test

import (
	"fmt"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env/pool"
)

// A learner collects transitions from eight games at once. Every step of theirs is one transition
// under SameStep: the last observation of an episode is where its action arrived.
func Example() {
	p, err := pool.New(classic.NewCatch, pool.Config{Environments: 8, Workers: 2, AutoReset: pool.SameStep, Seed: 1})
	if err != nil {
		panic(err)
	}
	defer p.Close()
	batch, err := p.Reset()
	if err != nil {
		panic(err)
	}
	actions, transitions, wins := make([]float64, 8*p.Action().Size()), 0, 0
	for range 90 {
		for i := range actions {
			observation, _ := batch.Row(i)
			actions[i] = follow(observation)
		}
		if batch, err = p.Step(actions); err != nil {
			panic(err)
		}
		for i := range 8 {
			if _, _, arrived := batch.Arrival(i); arrived {
				transitions++
			}
			if batch.Reward[i] == 1 {
				wins++
			}
		}
	}
	fmt.Println(transitions, "transitions,", wins, "games won")
	// Output: 720 transitions, 80 games won
}

// follow moves the paddle, in the last of ten rows of five, to where the ball is.
func follow(board []float32) float64 {
	ball, paddle := 0, 0
	for cell, x := range board {
		if x == 1 && cell < 45 {
			ball = cell % 5
		} else if x == 1 {
			paddle = cell % 5
		}
	}
	return 1 + min(max(float64(ball-paddle), -1), 1)
}
