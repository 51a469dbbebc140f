package realworld

import (
	"fmt"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/internal/rng"
)

// Gaussian is the standard deviations of normal noise, in the units of the task.
type Gaussian struct {
	Actions      float64 `toml:"actions"` // the sum is clipped to the task's bounds
	Observations float64 `toml:"observations"`
}

// gaussianActions adds noise to each element of an action.
func gaussianActions(deviation float64, h habits) layer {
	return func(inner env.Environment) (env.Environment, error) {
		spec := inner.Action()
		if spec.Kind != env.Float64 {
			return nil, fmt.Errorf("realworld: gaussian.actions: the task takes actions of kind %v, want continuous ones (float64)", spec.Kind)
		}
		noisy, key := make([]float64, spec.Size()), h.key(streamGaussianActions)
		return wrap.Changed(inner, wrap.Change{
			Kind: "Gaussian actions", Memory: []any{&key},
			Act: func(action []float64) []float64 {
				rng.Normal(noisy, key, 0)
				key.Step++
				for i, u := range action {
					noisy[i] = u + deviation*noisy[i]
					if spec.Bounded() {
						noisy[i] = min(max(noisy[i], spec.Minimum[i]), spec.Maximum[i])
					}
				}
				return noisy
			},
		})
	}
}

// gaussianObservations adds noise to each number of an observation.
func gaussianObservations(deviation float64, h habits) layer {
	return func(inner env.Environment) (env.Environment, error) {
		s, key := newSensors(inner), h.key(streamGaussianObservations)
		noise := make([]float64, len(s.row))
		return wrap.Changed(inner, wrap.Change{
			Kind: "Gaussian observations", Memory: []any{&key}, Observations: s.with(inner, unbounded),
			Arrive: func(step *env.TimeStep) {
				step.Observation = s.read(step.Observation)
				rng.Normal(noise, key, 0)
				key.Step++
				for i, e := range noise {
					s.row[i] += deviation * e
				}
			},
		})
	}
}
