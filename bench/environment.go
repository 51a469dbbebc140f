package bench

import (
	"fmt"
	"math"
	"time"

	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
)

// episode is the number of control steps that are timed at once.
const episode = 1000

// Stepping is how fast an environment goes.
type Stepping struct {
	StepsPerSecond float64 // control steps, with observation and reward
	// PlainPerSecond is the same for a loop in C over the simulator's steps alone; 0 for a task without
	// a simulator in C.
	PlainPerSecond float64
	// Ratio is our time over the C loop's: the median over pairs of episodes that were timed one right
	// after the other, so that a busy machine slows both.
	Ratio float64
}

// simulated is an environment around a simulator in C. Both loops begin at the model's own state, so
// that they do the same physics.
type simulated interface {
	TimePlainLoop(controlSteps int) (time.Duration, error)
	State() (control.State, error)
	SetState(qpos, qvel []float64) (env.TimeStep, error)
}

// Environment steps an environment with sinusoidal actions for the given time. Speeds are the medians
// of 1000 steps each.
func Environment(environment env.Environment, duration time.Duration) (Stepping, error) {
	inC, ok := environment.(simulated)
	var ours, plain, ratios []float64
	for begin := time.Now(); time.Since(begin) < duration; {
		seconds, err := timeEpisode(environment)
		if err != nil {
			return Stepping{}, err
		}
		ours = append(ours, seconds)
		if ok {
			elapsed, err := inC.TimePlainLoop(episode)
			if err != nil {
				return Stepping{}, err
			}
			plain = append(plain, elapsed.Seconds())
			ratios = append(ratios, seconds/elapsed.Seconds())
		}
	}
	if !ok {
		return Stepping{StepsPerSecond: episode / median(ours)}, nil
	}
	return Stepping{episode / median(ours), episode / median(plain), median(ratios)}, nil
}

// timeEpisode returns the seconds that 1000 steps take.
func timeEpisode(environment env.Environment) (float64, error) {
	spec := environment.Action()
	action := make([]float64, spec.Size())
	start := time.Now()
	if err := begin(environment); err != nil {
		return 0, err
	}
	for i := range episode {
		for j := range action {
			action[j] = math.Sin(0.1*float64(i) + float64(j))
			if spec.Kind == env.Int {
				action[j] = float64(i % int(spec.Maximum[j]+1))
			}
		}
		if _, err := environment.Step(action); err != nil {
			return 0, fmt.Errorf("step %d: %w", i, err)
		}
	}
	return time.Since(start).Seconds(), nil
}

// begin begins an episode, at the same state as the loop in C where there is one.
func begin(environment env.Environment) error {
	inC, ok := environment.(simulated)
	if !ok {
		_, err := environment.Reset()
		return err
	}
	state, err := inC.State()
	if err != nil {
		return err
	}
	_, err = inC.SetState(make([]float64, len(state.QPos)), make([]float64, len(state.QVel)))
	return err
}
