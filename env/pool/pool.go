package pool

import (
	"errors"
	"fmt"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/par"
)

// Pool steps all its environments together. It is used by one goroutine at a time.
type Pool struct {
	*fleet
	workers *par.Workers
	turn    []int // the environments that the present call steps
	play    func(tile int)
}

// New makes a pool of environments that newEnvironment makes, each with a seed of its own. The
// environments must not share anything that they change. Close ends the pool.
func New(newEnvironment func(seed uint64) (env.Environment, error), config Config) (*Pool, error) {
	f, err := newFleet(newEnvironment, config)
	if err != nil {
		return nil, err
	}
	p := &Pool{fleet: f, workers: par.New(min(config.Workers, config.Environments)), turn: make([]int, 0, config.Environments)}
	p.play = func(tile int) { p.advance(p.turn[tile]) }
	return p, nil
}

// Reset begins an episode in the environments with the given indices, or in all if there are none.
// The batch is that of Batch. The error joins those of the environments, which are in Batch.Errors
// too; the other environments have gone on.
func (p *Pool) Reset(indices ...int) (*Batch, error) {
	for _, i := range indices {
		if err := p.checkIndex(i); err != nil {
			return nil, err
		}
	}
	for _, i := range indices {
		p.begin[i] = true
	}
	p.turn = p.turn[:0]
	for i := range p.environments {
		if p.begin[i] || len(indices) == 0 {
			p.begin[i] = true
			p.turn = append(p.turn, i)
		}
	}
	return p.run()
}

// Step applies actions [environments, action size] and returns the batch of the steps they led to,
// in memory that the next call overwrites. An environment that has played nothing yet begins an
// episode instead, unless AutoReset is Disabled. The error joins those of the environments, which
// are in Batch.Errors too; the other environments have gone on. It does not allocate.
func (p *Pool) Step(actions []float64) (*Batch, error) {
	if len(actions) != len(p.actions) {
		return nil, fmt.Errorf("pool: the actions have %d elements, want %d for each of %d environments", len(actions), p.action.Size(), len(p.environments))
	}
	copy(p.actions, actions)
	p.turn = p.turn[:0]
	for i := range p.environments {
		p.turn = append(p.turn, i)
	}
	return p.run()
}

// run plays the environments of the turn.
func (p *Pool) run() (*Batch, error) {
	if p.closed {
		return nil, errClosed
	}
	p.workers.Run(len(p.turn), p.play)
	var err error
	for _, i := range p.turn {
		if p.batch.Errors[i] != nil {
			err = errors.Join(err, p.batch.Errors[i])
		}
	}
	return &p.batch, err
}

// Close ends the workers and closes the environments.
func (p *Pool) Close() error {
	p.workers.Close()
	return p.close()
}
