package wrap

import (
	"fmt"
	"slices"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/internal/snapshot"
	"github.com/reverie-rl/reverie/internal/rng"
)

// flicker keeps the key of the chance of the next time step.
type flicker struct {
	observer
	probability float64
	key         rng.Key
	nothing     env.Observation
	told        int // the place of what is shown all the same, or -1
}

// Flicker shows, with a probability in [0, 1) at each time step and for that alone, zeros in place of the
// whole observation, but for which of several tasks is played. The chance is a function of seed and of the number of time steps seen; the seed of the
// task will do, because its numbers are others. This is the flickering of Hausknecht and Stone, Deep
// Recurrent Q-Learning for Partially Observable MDPs (arXiv 1507.06527).
func Flicker(inner env.Environment, probability float64, seed uint64) (env.Environment, error) {
	const kind = "flicker"
	const stream = 0x666c69636b6572 // "flicker": a seed gives other numbers here than elsewhere
	if !(probability >= 0 && probability < 1) {
		return nil, fmt.Errorf("wrap: %s: the probability is %g, must be in [0, 1)", kind, probability)
	}
	f := &flicker{probability: probability, key: rng.Key{Seed: seed, Stream: stream}, told: taskPlace(inner)}
	f.base = base{Environment: inner, kind: kind, memory: snapshot.Memory{&f.key}}
	f.observe = f.blink
	for _, spec := range inner.Observations() {
		f.nothing = append(f.nothing, zeros(spec))
		f.specs = append(f.specs, withZero(spec))
	}
	return offerObserver(f)
}

// zeros is an observation of zeros.
func zeros(spec env.Spec) env.Array {
	if spec.Kind == env.Uint8 {
		return env.Array{Uint8: make([]uint8, spec.Size())}
	}
	return env.Array{Float64: make([]float64, spec.Size())}
}

// withZero is a spec whose bounds do not exclude zero.
func withZero(spec env.Spec) env.Spec {
	spec.Minimum, spec.Maximum = slices.Clone(spec.Minimum), slices.Clone(spec.Maximum)
	for i := range spec.Minimum {
		spec.Minimum[i], spec.Maximum[i] = min(spec.Minimum[i], 0), max(spec.Maximum[i], 0)
	}
	return spec
}

func (f *flicker) blink(step env.TimeStep) (env.Observation, error) {
	var chance [1]float64
	rng.Uniform(chance[:], f.key, 0)
	f.key.Step++
	if chance[0] < f.probability {
		if f.told >= 0 {
			f.nothing[f.told] = step.Observation[f.told]
		}
		return f.nothing, nil
	}
	return step.Observation, nil
}
