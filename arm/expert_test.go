//go:build cgo

package arm

import (
	"math"
	"os"
	"testing"
)

// TestExpert demands that the expert solves lift and stack, for half a second, from at least 19 of 20 beginnings, or, where
// REVERIE_LONG is set, from 95 of 100.
func TestExpert(t *testing.T) {
	starts := 20
	if os.Getenv("REVERIE_LONG") != "" {
		starts = 100
	}
	s := newTabletop(t)
	for _, c := range []struct {
		name        string
		block, base int
		solved      func(block, base vector) bool
	}{
		{"lift red", 0, -1, func(block, _ vector) bool { return s.held() == 0 && block[2] > .1 }},
		{"stack blue on red", 1, 0, stacked(s)},
	} {
		solved, steps := 0, 0
		for seed := range starts {
			begin(t, s, seed)
			e, action := expert{arm: s, block: c.block, base: c.base}, make([]float64, 5)
			taken, lasting := 0, 0 // control steps, and those of them for which it has been solved
			for taken < 200 && lasting < 10 {
				e.act(action)
				step(t, s, 1, action...)
				taken++
				if lasting++; !c.solved(vector(s.props[c.block].position), vector(s.props[max(c.base, 0)].position)) {
					lasting = 0
				}
			}
			if lasting > 0 {
				solved, steps = solved+1, steps+taken-lasting
			} else {
				t.Logf("%s: not solved from seed %d", c.name, seed)
			}
		}
		t.Logf("%s: %d of %d, after %d steps on average", c.name, solved, starts, steps/max(solved, 1))
		if 100*solved < 95*starts {
			t.Errorf("%s: solved from %d of %d beginnings", c.name, solved, starts)
		}
	}
}

// stacked tells whether a block lies on another and was let go.
func stacked(s *sawyer) func(block, base vector) bool {
	return func(block, base vector) bool {
		return math.Hypot(block[0]-base[0], block[1]-base[1]) < .03 && math.Abs(block[2]-base[2]-.05) < .01 && s.held() < 0
	}
}
