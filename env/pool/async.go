package pool

import (
	"errors"
	"fmt"
	"sync"

	"github.com/reverie-rl/reverie/env"
)

// Async plays each environment as soon as it is sent an action, and hands them back in the order in
// which they finish. It is used by one goroutine at a time. Which environment finishes first depends
// on the machine; what each one plays does not.
//
// Row i of Batch is free to read unless environment i is on its way, between Send and Receive.
type Async struct {
	*fleet
	sent     chan int // to the workers
	finished chan int // from the workers
	away     []bool   // on its way
	count    int      // environments on their way
	workers  sync.WaitGroup
}

// NewAsync makes an asynchronous pool of environments that newEnvironment makes, each with a seed of
// its own. The environments must not share anything that they change. Close ends the pool.
func NewAsync(newEnvironment func(seed uint64) (env.Environment, error), config Config) (*Async, error) {
	f, err := newFleet(newEnvironment, config)
	if err != nil {
		return nil, err
	}
	n := config.Environments
	a := &Async{fleet: f, sent: make(chan int, n), finished: make(chan int, n), away: make([]bool, n)}
	for range min(config.Workers, n) {
		a.workers.Go(func() {
			for i := range a.sent {
				a.advance(i)
				a.finished <- i // never blocks: an environment is on its way once
			}
		})
	}
	return a, nil
}

// Reset sends environment i to begin an episode.
func (a *Async) Reset(i int) error { return a.send(i, nil, true) }

// Send sends environment i to apply action, of which it keeps nothing. An environment that has
// played nothing yet begins an episode instead, unless AutoReset is Disabled.
func (a *Async) Send(i int, action []float64) error {
	if len(action) != a.action.Size() {
		return fmt.Errorf("pool: the action has %d elements, want %d", len(action), a.action.Size())
	}
	return a.send(i, action, false)
}

func (a *Async) send(i int, action []float64, begin bool) error {
	if a.closed {
		return errClosed
	}
	if err := a.checkIndex(i); err != nil {
		return err
	}
	if a.away[i] {
		return failed(i, errors.New("it is on its way: Receive it first"))
	}
	copy(row(a.actions, i, a.action.Size()), action)
	a.begin[i], a.away[i] = begin, true
	a.count++
	a.sent <- i // never blocks, likewise
	return nil
}

// Receive waits for the next environment to finish and returns its index. An error with an index is
// that environment's, and is in Batch.Errors too. If no environment is on its way, the index is -1.
func (a *Async) Receive() (int, error) {
	if a.closed {
		return -1, errClosed
	}
	if a.count == 0 {
		return -1, errors.New("pool: no environment is on its way: Send it something first")
	}
	i := <-a.finished
	a.away[i] = false
	a.count--
	return i, a.batch.Errors[i]
}

// Close waits for the environments on their way, ends the workers and closes the environments.
func (a *Async) Close() error {
	if !a.closed {
		close(a.sent)
		a.workers.Wait()
	}
	return a.close()
}
