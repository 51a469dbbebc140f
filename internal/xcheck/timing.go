package main

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/reverie-rl/reverie/internal/kernel"
	"github.com/reverie-rl/reverie/internal/par"
)

// times are the seconds of one product, by the number of threads less one.
type times struct{ ours, peer [2]float64 }

// rounds is how often the contestants take turns. A quiet moment on a busy machine is what counts,
// so the least of all rounds is kept; and one thread is timed by what it used of its processor,
// which leaves out the time that others had it.
const rounds = 10

// rest lets OpenBLAS's threads fall asleep: they spin for some 30 ms after their work.
const rest = 50 * time.Millisecond

func measure(set *kernel.Set[float32], w work, duration time.Duration) times {
	infinite := [2]float64{math.Inf(1), math.Inf(1)}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	clocks := [2]clock{processorTime, wallTime}
	t := times{ours: infinite, peer: infinite}
	m := newMatrices(set, w.Product)
	for range rounds {
		for i := range t.ours {
			ours := newProgram(set, w, m, i+1)
			t.ours[i] = min(t.ours[i], typical(clocks[i], duration/rounds, ours.run))
			ours.workers.Close()
		}
		for i := range t.peer {
			setThreads(i + 1)
			t.peer[i] = min(t.peer[i], typical(clocks[i], duration/rounds, func() { peerMultiply(w.Product, m.c, m.a, m.b) }))
		}
		time.Sleep(rest)
	}
	return t
}

// clock returns the time since some instant.
type clock func() time.Duration

var begin = time.Now()

func wallTime() time.Duration { return time.Since(begin) }

// processorTime is the time that the calling thread was running.
func processorTime() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now); err != nil {
		panic(err)
	}
	return time.Duration(now.Nano())
}

// typical returns the lower quartile of the times of a call, of as many as fit the duration: a
// processor's clock is now and then wrong by much for a short while. Calls that are too short for the
// clock are timed in groups.
func typical(now clock, duration time.Duration, call func()) float64 {
	call() // whatever is done once
	group := groupOf(call)
	var all []time.Duration
	for begin := time.Now(); time.Since(begin) < duration; {
		all = append(all, timeOf(now, group, call))
	}
	slices.Sort(all)
	return all[len(all)/4].Seconds() / float64(group)
}

// groupOf returns how many calls take many times what reading a clock takes.
func groupOf(call func()) int {
	group := 1
	for timeOf(wallTime, group, call) < 50*time.Microsecond {
		group *= 2
	}
	return group
}

func timeOf(now clock, count int, call func()) time.Duration {
	begin := now()
	for range count {
		call()
	}
	return now() - begin
}

// program runs a product as package grad does: every phase in tiles shared by workers.
type program struct {
	workers                *par.Workers
	packTiles, tiles       int
	packTile, multiplyTile func(tile int)
}

func newProgram(set *kernel.Set[float32], w work, m matrices, workers int) *program {
	p := &program{workers: par.New(workers), packTiles: set.PackTiles(w.Product), tiles: set.MultiplyTiles(w.Product)}
	p.packTile = func(tile int) { set.Pack(w.Product, tile, m.packed, m.b) }
	multiply := set.Multiply(w.Product)
	p.multiplyTile = func(tile int) { multiply(tile, m.c, m.a, m.b, m.packed, nil) }
	if w.Reused {
		p.workers.Run(p.packTiles, p.packTile)
		p.packTiles = 0
	}
	return p
}

func (p *program) run() {
	p.workers.Run(p.packTiles, p.packTile)
	p.workers.Run(p.tiles, p.multiplyTile)
}

// matrices of one product, with room for what is packed.
type matrices struct{ c, a, b, packed []float32 }

func newMatrices(set *kernel.Set[float32], p kernel.Product) matrices {
	return matrices{
		c: make([]float32, p.M*p.N), a: random(p.M*p.K, 1), b: random(p.K*p.N, 2),
		packed: make([]float32, set.PackSize(p)),
	}
}

// random returns numbers between -1 and 1, the same ones for the same seed.
func random(n int, seed uint64) []float32 {
	source := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, n)
	for i := range x {
		x[i] = 2*source.Float32() - 1
	}
	return x
}
