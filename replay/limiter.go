package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// ErrStalled is returned to the client without which nobody could go on: those that insert wait for
// samples, and those that sample wait for inserts.
var ErrStalled = errors.New("every client waits for another")

// side is what a client wants to do.
type side int

const (
	inserting side = iota
	sampling
	sides
)

// limiter makes clients wait until the limits let them go on: first come, first served on each side.
// All its methods are called with the table's lock held.
type limiter struct {
	limits          Limits
	maxTimesSampled int // of each item, 0 without a bound
	counts          Counts
	samplesLeft     int64 // of the items that are there, if their samples are bounded
	queues          [sides][]*waiter
	waits           [sides]time.Duration // spent by all clients so far
}

// waiter is a client that waits.
type waiter struct {
	side  side
	count int
	since time.Time
	ready chan struct{} // holds a token when it is worth looking again
}

// may reports whether count items may be inserted or sampled now.
func (l *limiter) may(side side, count int) bool {
	if side == inserting {
		return l.limits.mayInsert(l.counts)
	}
	return l.limits.maySample(l.counts, count) && (l.maxTimesSampled == 0 || l.samplesLeft >= int64(count))
}

// await returns when count items may be inserted or sampled, and tells whether the client had to
// wait. It gives up the lock while it waits. The caller acts before it gives up the lock, and calls
// wake.
func (l *limiter) await(ctx context.Context, lock sync.Locker, side side, count int) (bool, error) {
	if len(l.queues[side]) == 0 && l.may(side, count) {
		return false, nil
	}
	client := &waiter{side: side, count: count, since: time.Now(), ready: make(chan struct{}, 1)}
	l.queues[side] = append(l.queues[side], client)
	err := l.stand(ctx, lock, client)
	l.queues[side] = slices.DeleteFunc(l.queues[side], func(w *waiter) bool { return w == client })
	l.waits[side] += time.Since(client.since)
	if err == nil {
		return true, nil
	}
	err = fmt.Errorf("replay: %s: %w", l.describe(client), err)
	l.wake() // the next in the queue may want less
	return true, err
}

// stand waits until client is the first of its queue and may go on.
func (l *limiter) stand(ctx context.Context, lock sync.Locker, client *waiter) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if l.queues[client.side][0] == client && l.may(client.side, client.count) {
			return nil
		}
		if l.stalled() {
			return ErrStalled
		}
		lock.Unlock()
		select {
		case <-client.ready:
		case <-ctx.Done():
		}
		lock.Lock()
	}
}

// stalled reports whether both queues have a first client that may not go on.
func (l *limiter) stalled() bool {
	for _, queue := range l.queues {
		if len(queue) == 0 || l.may(queue[0].side, queue[0].count) {
			return false
		}
	}
	return true
}

// wake tells the first client of each queue that may now go on to do so.
func (l *limiter) wake() {
	for _, queue := range l.queues {
		if len(queue) > 0 && l.may(queue[0].side, queue[0].count) {
			select {
			case queue[0].ready <- struct{}{}:
			default: // it was told already
			}
		}
	}
}

// waiting describes the first client of each queue.
func (l *limiter) waiting() []string {
	var clients []string
	for _, queue := range l.queues {
		if len(queue) > 0 {
			clients = append(clients, l.describe(queue[0]))
		}
	}
	return clients
}

// describe tells what a client wants, how long it waited, and for what.
func (l *limiter) describe(w *waiter) string {
	what := "inserting an item"
	if w.side == sampling {
		what = fmt.Sprintf("sampling %d items", w.count)
	}
	return fmt.Sprintf("%s waited %v: %s", what, time.Since(w.since).Round(time.Millisecond), l.reason(w.side, w.count))
}

// reason tells what a client waits for.
func (l *limiter) reason(side side, count int) string {
	c, ratio := l.counts, l.limits.SamplesPerInsert
	held := fmt.Sprintf("(%d inserted, %d deleted, %d sampled)", c.Inserts, c.Deletes, c.Samples)
	switch difference := l.limits.difference(c); {
	case l.may(side, count):
		return "others are first " + held
	case side == inserting:
		return fmt.Sprintf("inserts x %v - samples would be %v, above MaxDifference %v: waits for samples %s",
			ratio, difference+ratio, l.limits.MaxDifference, held)
	case c.Inserts-c.Deletes < int64(l.limits.MinSize):
		return fmt.Sprintf("%d items are there, fewer than MinSize %d: waits for inserts %s", c.Inserts-c.Deletes, l.limits.MinSize, held)
	case difference-float64(count) < l.limits.MinDifference:
		return fmt.Sprintf("inserts x %v - samples would be %v, below MinDifference %v: waits for inserts %s",
			ratio, difference-float64(count), l.limits.MinDifference, held)
	default:
		return fmt.Sprintf("the items may be sampled %d more times, each %d in all: waits for inserts %s", l.samplesLeft, l.maxTimesSampled, held)
	}
}
