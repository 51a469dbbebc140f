package realworld

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/internal/rng"
)

// The values that follow 5, with the start 2, bounds 1 and 6, and δ = -0.5 or 3.
func TestSchedulersByHand(t *testing.T) {
	for name, want := range map[string][2]float64{
		Constant: {2, 2}, RandomWalk: {4.5, 8}, DriftPositive: {5.5, 8}, DriftNegative: {4.5, 2},
		CyclicPositive: {5.5, 2}, CyclicNegative: {4.5, 2}, Uniform: {2.25, 2.25}, SawWave: {.5, 3},
	} {
		for i, delta := range []float64{-.5, 3} {
			s := schedule{scheduler: name, start: 2, minimum: 1, maximum: 6, value: 5, sign: 1}
			if got := s.next(delta, .25); got != want[i] {
				t.Errorf("%s: δ %g leads to %g, want %g", name, delta, got, want[i])
			}
		}
	}
	s := schedule{scheduler: CyclicNegative, start: 2, minimum: 1, maximum: 6, value: 2}
	if got := s.next(1, 0); got != 2 {
		t.Errorf("at the minimum cyclic_neg goes to %g, want the start", got)
	}
}

func TestTheSawWaveTurnsAtItsBounds(t *testing.T) {
	for corrected, want := range map[bool][]float64{true: {5, 7, 5, 3, 1, 3}, false: {2, 2, 2, 2, 2, 2}} {
		s := schedule{scheduler: SawWave, start: 3, minimum: 1, maximum: 6.5, value: 3, sign: 1, corrected: corrected}
		for i, expected := range want {
			s.value = s.next(2, 0)
			if s.value != expected {
				t.Errorf("corrected %v: value %d is %g, want %g", corrected, i, s.value, expected)
			}
			s.value = min(max(s.value, 1), 7)
		}
	}
	// The original assigns, so that it is clipped to the minimum at every second turn of the sign.
	s := schedule{scheduler: SawWave, start: 2, minimum: 1, maximum: 2, value: 2, sign: 1}
	for i, expected := range []float64{3, -3, 3, -3} {
		if got := s.next(3, 0); got != expected {
			t.Errorf("value %d is %g, want %g", i, got, expected)
		}
	}
}

func TestSchedulesStayWithinTheirBounds(t *testing.T) {
	for _, name := range Schedulers() {
		for _, corrected := range []bool{false, true} {
			s := schedule{scheduler: name, start: 2, minimum: 1, maximum: 6, deviation: 1, value: 2, sign: 1, corrected: corrected, key: rng.Key{Seed: 1}}
			lowest, highest := math.Inf(1), math.Inf(-1)
			for range 500 {
				s.advance()
				lowest, highest = min(lowest, s.value), max(highest, s.value)
			}
			if lowest < 1 || highest > 6 {
				t.Errorf("%s runs from %g to %g", name, lowest, highest)
			}
			if name == Uniform && (lowest > 1.1 || highest < 5.9) {
				t.Errorf("uniform draws from %g to %g only", lowest, highest)
			}
		}
	}
}
