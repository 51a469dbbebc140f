package realworld

import (
	"slices"
	"testing"
)

// A delay of k gives at step t what was there at step t - k, and before that the first.
func TestADelayOfKGivesTheKthOlderValue(t *testing.T) {
	const length, count = 12, 13
	for k := 1; k <= 15; k++ {
		spec := DefaultSpec()
		spec.Delay = Delay{Actions: k, Observations: k, Rewards: k}
		inner := newScript(length)
		steps := play(t, challenged(t, inner, spec, 1), count)
		for i := range count {
			if got, want := steps[i].Observation[0].Float64, []float64{float64(max(i-k, 0)), 10*float64(max(i-k, 0)) + 1}; !slices.Equal(got, want) {
				t.Errorf("delay %d: step %d observes %v, want %v", k, i, got, want)
			}
			if i == 0 {
				continue
			}
			if got, want := inner.actions[i-1], float64(max(i-k, 1)); got[0] != want || got[1] != want {
				t.Errorf("delay %d: step %d applies %v, want %v", k, i, got, want)
			}
			if got, want := steps[i].Reward, 100*float64(max(i-k, 1)); got != want {
				t.Errorf("delay %d: step %d is rewarded by %v, want %v", k, i, got, want)
			}
		}
	}
}

func TestDelaysBeginAnewWithEpisodesUnlessTheyCarry(t *testing.T) {
	for carry, want := range map[bool]struct{ actions, observations, rewards []float64 }{
		false: {[]float64{1, 1, 1, 5, 5, 5}, []float64{0, 0, 0, 1, 0, 0, 0, 1}, []float64{0, 100, 100, 100, 0, 100, 100, 100}},
		true:  {[]float64{1, 1, 1, 2, 3, 5}, []float64{0, 0, 0, 1, 2, 3, 0, 1}, []float64{0, 100, 100, 100, 0, 200, 300, 100}},
	} {
		spec := DefaultSpec()
		spec.Delay, spec.Carry = Delay{2, 2, 2}, carry
		inner := newScript(3)
		steps := play(t, challenged(t, inner, spec, 1), 8) // steps 0 and 4 begin episodes
		if got := firsts(inner.actions); !slices.Equal(got, want.actions) {
			t.Errorf("carry %v: actions %v, want %v", carry, got, want.actions)
		}
		if got := observed(steps, 0, 0); !slices.Equal(got, want.observations) {
			t.Errorf("carry %v: observations %v, want %v", carry, got, want.observations)
		}
		if got := rewarded(steps); !slices.Equal(got, want.rewards) {
			t.Errorf("carry %v: rewards %v, want %v", carry, got, want.rewards)
		}
	}
}

func TestAQueueOfBytes(t *testing.T) {
	q := newQueue[uint8](1, 2)
	var got []uint8
	for _, row := range [][]uint8{{1, 2}, {3, 4}, {5, 6}} {
		got = append(got, q.push(row)...)
	}
	if want := []uint8{1, 2, 1, 2, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
