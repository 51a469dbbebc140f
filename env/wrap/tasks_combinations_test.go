package wrap_test

import "github.com/reverie-rl/reverie/env"

// severalTasks is everyCombination of an environment that is several tasks.
func severalTasks(s *script) []env.Environment {
	return []env.Environment{
		struct {
			*script
			tasked
		}{script: s},
		struct {
			*script
			tasked
			saving
		}{script: s},
		struct {
			*script
			tasked
			drawing
		}{script: s},
		struct {
			*script
			tasked
			timed
		}{script: s},
		struct {
			*script
			tasked
			relabellingAll
		}{script: s},
		struct {
			*script
			tasked
			saving
			drawing
		}{script: s},
		struct {
			*script
			tasked
			saving
			timed
		}{script: s},
		struct {
			*script
			tasked
			saving
			relabellingAll
		}{script: s},
		struct {
			*script
			tasked
			drawing
			timed
		}{script: s},
		struct {
			*script
			tasked
			drawing
			relabellingAll
		}{script: s},
		struct {
			*script
			tasked
			timed
			relabellingAll
		}{script: s},
		struct {
			*script
			tasked
			saving
			drawing
			timed
		}{script: s},
		struct {
			*script
			tasked
			saving
			drawing
			relabellingAll
		}{script: s},
		struct {
			*script
			tasked
			saving
			timed
			relabellingAll
		}{script: s},
		struct {
			*script
			tasked
			drawing
			timed
			relabellingAll
		}{script: s},
		struct {
			*script
			tasked
			saving
			drawing
			timed
			relabellingAll
		}{script: s},
	}
}
