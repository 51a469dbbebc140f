// Package par runs tiles of work on a fixed set of workers.
package par

import (
	"runtime"
	"sync/atomic"
)

// Workers is a fixed set of goroutines that share tiles of work with the goroutine that calls Run.
// A nil *Workers, or one made for a single worker, runs everything on the caller. It is used by one
// caller at a time.
//
// The caller never waits for a helper to take part: it waits for the tiles that helpers have
// claimed, so a helper that the operating system has put aside costs nothing.
type Workers struct {
	helpers []*helper
	// state is the generation of work in the high bits and the number of tiles not yet claimed in
	// the low ones. run and tiles belong to the generation; they are read only by who has claimed
	// one of its tiles, which the caller waits for before it begins the next generation.
	state  atomic.Uint64
	run    func(tile int)
	tiles  int
	done   atomic.Int64
	closed atomic.Bool
}

const (
	tileBits = 24
	tileMask = 1<<tileBits - 1
	// spins is how often a helper looks for work before it sleeps: some tens of microseconds,
	// longer than the gap between two steps of a program and shorter than anyone would notice.
	spins = 20000
)

// helper is one goroutine; wake holds at most one pending signal.
type helper struct {
	sleeping atomic.Bool
	wake     chan struct{}
}

// New returns a set of count workers, the caller of Run included. Close ends its goroutines.
func New(count int) *Workers {
	w := &Workers{}
	for range count - 1 {
		h := &helper{wake: make(chan struct{}, 1)}
		w.helpers = append(w.helpers, h)
		go w.help(h)
	}
	return w
}

// Count is the number of workers, the caller included.
func (w *Workers) Count() int {
	if w == nil {
		return 1
	}
	return len(w.helpers) + 1
}

// Close ends the goroutines. Run must not be called afterwards.
func (w *Workers) Close() {
	if w == nil || w.closed.Swap(true) {
		return
	}
	for _, h := range w.helpers {
		h.signal()
	}
}

// Run calls run for every tile in [0, tiles), each exactly once, and returns when all are done.
// Which worker runs which tile is not determined, so run must not care. It does not allocate.
func (w *Workers) Run(tiles int, run func(tile int)) {
	if w == nil || len(w.helpers) == 0 || tiles < 2 {
		for tile := range tiles {
			run(tile)
		}
		return
	}
	w.run, w.tiles = run, tiles
	w.done.Store(0)
	w.state.Store((w.state.Load()>>tileBits+1)<<tileBits | uint64(tiles))
	for _, h := range w.helpers {
		if h.sleeping.Load() {
			h.signal()
		}
	}
	w.claim()
	for spin := 0; w.done.Load() < int64(tiles); spin++ {
		if spin > spins {
			runtime.Gosched()
		}
	}
}

// claim runs tiles until none is left unclaimed.
func (w *Workers) claim() {
	for {
		state := w.state.Load()
		left := state & tileMask
		if left == 0 {
			return
		}
		if w.state.CompareAndSwap(state, state-1) {
			w.run(w.tiles - int(left))
			w.done.Add(1)
		}
	}
}

// help takes part in the work until Close.
func (w *Workers) help(h *helper) {
	for w.await(h) {
		w.claim()
	}
}

// await returns true once there are unclaimed tiles, and false once the set is closed.
func (w *Workers) await(h *helper) bool {
	for spin := 0; w.state.Load()&tileMask == 0; spin++ {
		if w.closed.Load() {
			return false
		}
		if spin < spins {
			continue
		}
		h.sleeping.Store(true)
		// Run may have published work before it could see that this helper sleeps.
		if w.state.Load()&tileMask == 0 && !w.closed.Load() {
			<-h.wake
		}
		h.sleeping.Store(false)
		spin = 0
	}
	return true
}

// signal wakes the helper, or leaves a signal for its next sleep.
func (h *helper) signal() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}
