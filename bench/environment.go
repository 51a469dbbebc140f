package bench

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/reverie-rl/reverie/env"
)

// episode is the number of control steps that are timed at once.
const episode = 1000

// Stepping is how fast an environment goes.
type Stepping struct {
	StepsPerSecond float64 // control steps, with observation and reward
	PhysicsSteps   int     // of the simulator in a control step; 0 for a task without a simulator in C
	// PlainPerSecond is the same for a loop in C over the simulator's steps alone; 0 for a task without
	// a simulator in C.
	PlainPerSecond float64
	// Ratio is our time over the C loop's: the median over pairs of episodes that were timed one right
	// after the other, so that a busy machine slows both.
	Ratio float64
}

// simulated is an environment around a simulator in C. Both loops begin at the model's own state and
// apply the same controls, so that they do the same physics to the last bit: where bodies fall, other
// controls, or only other roundings, soon make other contacts.
type simulated interface {
	TimePlainLoop(controls []float64) (time.Duration, error)
	PhysicsSteps() int
	DefaultState() (qpos, qvel []float64, err error)
	SetState(qpos, qvel []float64) (env.TimeStep, error)
}

// Environment steps an environment with sinusoidal actions for the given time. Speeds are the medians
// of 1000 steps each.
func Environment(environment env.Environment, duration time.Duration) (Stepping, error) {
	begin, err := beginning(environment)
	if err != nil {
		return Stepping{}, err
	}
	inC, ok := environment.(simulated)
	actions := sinusoids(environment.Action())
	controls := slices.Concat(actions...)
	var ours, plain, ratios []float64
	for start := time.Now(); time.Since(start) < duration; {
		seconds, err := timeEpisode(environment, begin, actions)
		if err != nil {
			return Stepping{}, err
		}
		ours = append(ours, seconds)
		if ok {
			elapsed, err := inC.TimePlainLoop(controls)
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
	return Stepping{episode / median(ours), inC.PhysicsSteps(), episode / median(plain), median(ratios)}, nil
}

// timeEpisode returns the seconds that 1000 steps take.
func timeEpisode(environment env.Environment, begin func() (env.TimeStep, error), actions [][]float64) (float64, error) {
	start := time.Now()
	if _, err := begin(); err != nil {
		return 0, err
	}
	for i, action := range actions {
		if _, err := environment.Step(action); err != nil {
			return 0, fmt.Errorf("step %d: %w", i, err)
		}
	}
	return time.Since(start).Seconds(), nil
}

// beginning returns how to begin an episode: at the state of the loop in C where there is one.
func beginning(environment env.Environment) (func() (env.TimeStep, error), error) {
	inC, ok := environment.(simulated)
	if !ok {
		return environment.Reset, nil
	}
	qpos, qvel, err := inC.DefaultState()
	if err != nil {
		return nil, err
	}
	return func() (env.TimeStep, error) { return inC.SetState(qpos, qvel) }, nil
}

// sinusoids returns the actions of an episode.
func sinusoids(spec env.Spec) [][]float64 {
	actions := make([][]float64, episode)
	for i := range actions {
		actions[i] = make([]float64, spec.Size())
		for j := range actions[i] {
			actions[i][j] = math.Sin(0.1*float64(i) + float64(j))
			if spec.Kind == env.Int {
				actions[i][j] = float64(i % int(spec.Maximum[j]+1))
			}
		}
	}
	return actions
}
