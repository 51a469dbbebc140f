package realworld

import (
	"fmt"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/internal/rng"
)

// dummies appends count observations dummy-0, dummy-1 and so on: standard normal scalars, drawn anew at each time step.
func dummies(count int, h habits) layer {
	return func(inner env.Environment) (env.Environment, error) {
		var specs []env.Spec
		numbers, key := make([]float64, count), h.key(streamDummies)
		arrays := make([][]float64, count)
		for i := range count {
			specs = append(specs, env.Spec{Name: fmt.Sprintf("dummy-%d", i)})
			arrays[i] = numbers[i : i+1]
		}
		a := newAppended(inner, specs...)
		return wrap.Changed(inner, wrap.Change{
			Kind: "dummies", Memory: []any{&key}, Observations: a.specs,
			Arrive: func(step *env.TimeStep) {
				rng.Normal(numbers, key, 0)
				key.Step++
				a.show(step, arrays...)
			},
		})
	}
}
