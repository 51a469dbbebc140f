package wrap

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
)

// observer is a wrapper that changes observations.
type observer struct {
	base
	specs []env.Spec
	// observe returns the observation to show for a step of the wrapped environment.
	observe func(step env.TimeStep) (env.Observation, error)
}

func (o *observer) Observations() []env.Spec { return o.specs }

func (o *observer) Reset() (env.TimeStep, error) { return o.observed(o.Environment.Reset()) }

func (o *observer) Step(action []float64) (env.TimeStep, error) {
	return o.observed(o.Environment.Step(action))
}

func (o *observer) observed(step env.TimeStep, err error) (env.TimeStep, error) {
	if err == nil {
		step.Observation, err = o.observe(step)
	}
	return step, err
}

// find returns the places of the observations called names in specs, or all places if there are no
// names.
func find(kind string, specs []env.Spec, names []string) ([]int, error) {
	known := namesOf(specs)
	if len(names) == 0 {
		names = known
	}
	var places []int
	for _, name := range names {
		place := slices.Index(known, name)
		if place < 0 {
			return nil, fmt.Errorf("wrap: %s: no observation is called %q; there are %s", kind, name, strings.Join(known, ", "))
		}
		if slices.Contains(places, place) {
			return nil, fmt.Errorf("wrap: %s: the observation %q is named twice", kind, name)
		}
		places = append(places, place)
	}
	return places, nil
}

func namesOf(specs []env.Spec) []string {
	names := make([]string, len(specs))
	for i, spec := range specs {
		names[i] = spec.Name
	}
	return names
}
