package bench

import (
	"fmt"
	"sync"
	"time"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/pool"
)

const (
	poolEnvironments = 16
	poolTurns        = 50 // steps of each environment that are timed at once
)

// Pooling is how fast a pool of 16 environments goes, in environment steps a second of all together.
type Pooling struct {
	OneWorker float64
	Workers   float64 // with the workers asked for
	Apart     float64 // in as many pools of one worker that never wait for each other: the machine's own limit
	// Ratio is Workers over OneWorker, and Limit is Apart over OneWorker: medians over turns that were timed
	// one right after the other, so that a busy machine slows all.
	Ratio, Limit float64
}

// Pool steps pools of environments of a task with sinusoidal actions for the given time. There must be
// from 2 to 16 workers.
func Pool(task env.Task, workers int, duration time.Duration) (result Pooling, err error) {
	if workers < 2 || workers > poolEnvironments {
		return result, fmt.Errorf("a pool is timed with %d workers, must be from 2 to %d", workers, poolEnvironments)
	}
	var groups [3]poolGroup
	defer func() {
		for _, group := range groups {
			group.close()
		}
	}()
	for i, shape := range [3]struct{ pools, workers int }{{1, 1}, {1, workers}, {workers, 1}} {
		if groups[i], err = newPoolGroup(task, shape.pools, shape.workers); err != nil {
			return result, err
		}
	}
	actions := sinusoids(groups[0][0].Action())
	var speeds [3][]float64
	var ratios, limits []float64
	for start := time.Now(); time.Since(start) < duration; {
		var turn [3]float64
		for i, group := range groups {
			if turn[i], err = group.run(actions); err != nil {
				return result, err
			}
			speeds[i] = append(speeds[i], turn[i])
		}
		ratios, limits = append(ratios, turn[1]/turn[0]), append(limits, turn[2]/turn[0])
	}
	return Pooling{median(speeds[0]), median(speeds[1]), median(speeds[2]), median(ratios), median(limits)}, nil
}

// poolGroup is pools that are stepped at the same time, each by a goroutine of its own.
type poolGroup []*pool.Pool

// newPoolGroup shares the environments out among pools.
func newPoolGroup(task env.Task, pools, workers int) (poolGroup, error) {
	var group poolGroup
	for i := range pools {
		count := poolEnvironments*(i+1)/pools - poolEnvironments*i/pools
		p, err := pool.New(task.New, pool.Config{Environments: count, Workers: workers, Seed: uint64(i)})
		if err != nil {
			group.close()
			return nil, err
		}
		group = append(group, p)
	}
	return group, nil
}

// run takes some steps with all and returns how many a second that were.
func (g poolGroup) run(actions [][]float64) (float64, error) {
	errs := make([]error, len(g))
	start := time.Now()
	var running sync.WaitGroup
	for i, p := range g {
		running.Go(func() { errs[i] = takeTurns(p, actions) })
	}
	running.Wait()
	seconds := time.Since(start).Seconds()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return poolTurns * poolEnvironments / seconds, nil
}

// takeTurns steps all environments of a pool, each at another place in the list of actions.
func takeTurns(p *pool.Pool, actions [][]float64) error {
	environments := len(p.Batch().Type)
	var together []float64
	for turn := range poolTurns {
		together = together[:0]
		for i := range environments {
			together = append(together, actions[(turn+17*i)%len(actions)]...)
		}
		if _, err := p.Step(together); err != nil {
			return err
		}
	}
	return nil
}

func (g poolGroup) close() {
	for _, p := range g {
		_ = p.Close() // nothing of what was measured depends on it
	}
}
