package wrap

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
)

// Select shows only the observations called names, in that order. They are views: nothing is copied.
func Select(inner env.Environment, names ...string) (env.Environment, error) {
	const kind = "select"
	if len(names) == 0 {
		return nil, fmt.Errorf("wrap: %s: no observation is named; there are %s", kind, strings.Join(namesOf(inner.Observations()), ", "))
	}
	places, err := find(kind, inner.Observations(), names)
	if err != nil {
		return nil, err
	}
	o := &observer{base: base{Environment: inner, kind: kind}}
	shown := make(env.Observation, len(places))
	for _, place := range places {
		o.specs = append(o.specs, inner.Observations()[place])
	}
	o.observe = func(step env.TimeStep) (env.Observation, error) {
		for i, place := range places {
			shown[i] = step.Observation[place]
		}
		return shown, nil
	}
	return offerObserver(o)
}

// Rename gives observations other names: names maps present names to new ones.
func Rename(inner env.Environment, names map[string]string) (env.Environment, error) {
	const kind = "rename"
	specs := slices.Clone(inner.Observations())
	for name, other := range names {
		places, err := find(kind, inner.Observations(), []string{name})
		if err != nil {
			return nil, err
		}
		specs[places[0]].Name = other
	}
	if _, err := find(kind, specs, namesOf(specs)); err != nil {
		return nil, err
	}
	o := &observer{base: base{Environment: inner, kind: kind}, specs: specs}
	o.observe = func(step env.TimeStep) (env.Observation, error) { return step.Observation, nil }
	return offerObserver(o)
}
