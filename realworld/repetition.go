package realworld

import (
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/internal/rng"
)

// Repetition holds whole actions for a while.
type Repetition struct {
	Actions float64 `toml:"actions"` // the probability, where none is held, that an action is
	Steps   int     `toml:"steps"`   // for which it is applied: 1 does nothing
}

// repeatedActions applies an action that is held for so many steps, the first being that at which it was chosen.
func repeatedActions(r Repetition, h habits) layer {
	return func(inner env.Environment) (env.Environment, error) {
		held, left, key := make([]float64, inner.Action().Size()), int64(0), h.key(streamRepetition)
		var chance [1]float64
		return wrap.Changed(inner, wrap.Change{
			Kind: "repetition", Memory: []any{held, &left, &key},
			Act: func(action []float64) []float64 {
				if left > 0 {
					left--
					return held
				}
				rng.Uniform(chance[:], key, 0)
				key.Step++
				if chance[0] < r.Actions {
					copy(held, action)
					left = int64(r.Steps) - 1
				}
				return action
			},
			Arrive: func(step *env.TimeStep) {
				if h.forgets(step) {
					left = 0
				}
			},
		})
	}
}
