package wrap_test

import "github.com/reverie-rl/reverie/env"

// everyCombination returns s with every combination of the optional interfaces.
func everyCombination(s *script) []env.Environment {
	return []env.Environment{
		s,
		struct {
			*script
			saving
		}{script: s},
		struct {
			*script
			drawing
		}{script: s},
		struct {
			*script
			timed
		}{script: s},
		struct {
			*script
			relabelling
		}{script: s},
		struct {
			*script
			saving
			drawing
		}{script: s},
		struct {
			*script
			saving
			timed
		}{script: s},
		struct {
			*script
			saving
			relabelling
		}{script: s},
		struct {
			*script
			drawing
			timed
		}{script: s},
		struct {
			*script
			drawing
			relabelling
		}{script: s},
		struct {
			*script
			timed
			relabelling
		}{script: s},
		struct {
			*script
			saving
			drawing
			timed
		}{script: s},
		struct {
			*script
			saving
			drawing
			relabelling
		}{script: s},
		struct {
			*script
			saving
			timed
			relabelling
		}{script: s},
		struct {
			*script
			drawing
			timed
			relabelling
		}{script: s},
		struct {
			*script
			saving
			drawing
			timed
			relabelling
		}{script: s},
	}
}
