package mujoco

import (
	"testing"
	"time"
)

// Turns come to last some milliseconds, however long a call takes, and short calls stay cheap.
func TestPaceFindsTheLengthOfATurn(t *testing.T) {
	for _, call := range []time.Duration{time.Microsecond, 100 * time.Microsecond, 10 * time.Millisecond} {
		var p pace
		calls, turns := 0, 0
		for spent := time.Duration(0); spent < 200*time.Millisecond; spent += call {
			if p.left == 0 {
				turns++
				p.last = time.Now().Add(-time.Duration(p.steps+1) * call) // as if the calls had taken that long
			}
			p.step()
			calls++
		}
		if length := time.Duration(p.steps) * call; p.steps > 0 && (length > 2*longestTurn || length < shortestTurn/2) {
			t.Errorf("calls of %v: turns of %v, %d steps", call, length, p.steps)
		}
		if call < longestTurn && turns*20 > calls {
			t.Errorf("calls of %v: %d turns in %d calls", call, turns, calls)
		}
	}
}
