package realworld

import (
	"fmt"
	"strings"
)

// Levels lists the names of the combined challenges, from the easiest.
func Levels() []string { return []string{"easy", "medium", "hard"} }

// level is a combined challenge, but for its perturbation.
type level struct {
	actions, observations, rewards int     // delays
	deviation                      float64 // of noise
	probability                    float64 // of dropped and of stuck sensors
	steps                          int     // that these last
	repeated                       int
	dummies                        int
}

var levels = map[string]level{
	"easy":   {3, 3, 10, .1, .01, 1, 1, 10},
	"medium": {6, 6, 20, .3, .05, 5, 2, 20},
	"hard":   {9, 9, 40, 1, .1, 10, 3, 50},
}

// span is from where to where a parameter is perturbed, and its deviation.
type span struct{ minimum, maximum, deviation float64 }

// spans are those of the default parameters of the domains; a domain without is perturbed over the whole range.
var spans = map[string]map[string]span{
	"cartpole":  {"easy": {.9, 1.1, .02}, "medium": {.7, 1.7, .1}, "hard": {.5, 2.3, .15}},
	"walker":    {"easy": {.225, .25, .002}, "medium": {.225, .4, .015}, "hard": {.225, .55, .04}},
	"humanoid":  {"easy": {.6, .8, .02}, "medium": {.5, .9, .04}, "hard": {.4, 1, .06}},
	"quadruped": {"easy": {.25, .3, .005}, "medium": {.25, .8, .05}, "hard": {.25, 1.4, .1}},
}

// Preset is the combined challenge of a level for a domain of package control. A domain without Parameters is not
// perturbed. It is an error if there is no such level.
func Preset(domain, name string) (Spec, error) {
	s := DefaultSpec()
	l, ok := levels[name]
	if !ok {
		return s, fmt.Errorf("realworld: there is no preset %q; there are %s", name, strings.Join(Levels(), ", "))
	}
	s.Delay = Delay{l.actions, l.observations, l.rewards}
	s.Gaussian = Gaussian{l.deviation, l.deviation}
	s.Dropped = Faults{Observations: l.probability, ObservationSteps: l.steps}
	s.Stuck = s.Dropped
	s.Repetition = Repetition{1, l.repeated}
	s.Dummies = l.dummies
	if len(Parameters(domain)) == 0 {
		return s, nil
	}
	s.Perturb = Perturb{Enabled: true, Scheduler: Uniform, Period: 1}
	if one, ok := spans[domain][name]; ok {
		s.Perturb.Minimum, s.Perturb.Maximum, s.Perturb.Deviation = &one.minimum, &one.maximum, &one.deviation
	}
	return s, nil
}
