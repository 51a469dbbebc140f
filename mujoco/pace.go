package mujoco

import (
	"runtime"
	"time"
)

// pace lets the goroutine yield every few milliseconds of long calls into C. To Go's scheduler many calls one
// after another are one turn of a goroutine, and once that has lasted 10 ms it takes the processor away
// during every call that is longer than 20 microseconds; getting it back costs as much as a small model.
type pace struct {
	left, steps int // until the next yield, and from one to the next
	last        time.Time
}

const (
	longCall                  = 20 * time.Microsecond
	shortestTurn, longestTurn = 2 * time.Millisecond, 6 * time.Millisecond
	mostSteps                 = 1 << 14
)

// step counts a call.
func (p *pace) step() {
	if p.left--; p.left >= 0 {
		return
	}
	elapsed := time.Since(p.last)
	if elapsed > longCall*time.Duration(p.steps+1) {
		runtime.Gosched()
	}
	switch {
	case elapsed > longestTurn:
		p.steps /= 2
	case elapsed < shortestTurn:
		p.steps = min(2*p.steps+1, mostSteps)
	}
	p.last, p.left = time.Now(), p.steps
}
