package wrap

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/env"
)

// span is the elements [from, to) of an observation.
type span struct{ from, to int }

// velocityElements are the velocities inside observations that hold other things too, by the body of the
// tasks and the name of the observation. All other velocities of the control suite and of package classic
// are observations of their own, with "vel" in their names.
var velocityElements = map[string]map[string]span{
	"classic/lqr":       {"state": {1, 2}},
	"control/dog":       {"inertial_sensors": {3, 9}, "ball_state": {3, 6}},                  // after the acceleration, after the position
	"control/quadruped": {"egocentric_state": {16, 32}, "imu": {3, 6}, "ball_state": {3, 9}}, // likewise; between angles and actuators
}

// Hide leaves out the observations called names.
func Hide(inner env.Environment, names ...string) (env.Environment, error) {
	const kind = "hide"
	if len(names) == 0 {
		return nil, fmt.Errorf("wrap: %s: no observation is named", kind)
	}
	specs := inner.Observations()
	places, err := find(kind, specs, names)
	if err != nil {
		return nil, err
	}
	hidden := map[int]span{}
	for _, place := range places {
		hidden[place] = span{0, specs[place].Size()}
	}
	return hide(kind, inner, hidden)
}

// HideVelocities leaves out the velocities that inner, an environment of the task called task, observes:
// observations with "vel" in their names and, in the tasks of this module, the elements of others that are
// velocities. What a velocity is good for can then be had from what was observed before alone.
func HideVelocities(inner env.Environment, task string) (env.Environment, error) {
	const kind = "hide velocities"
	hidden := map[int]span{}
	for place, spec := range inner.Observations() {
		elements, some := velocityElements[bodyOf(task)][spec.Name]
		switch {
		case strings.Contains(spec.Name, "vel"):
			hidden[place] = span{0, spec.Size()}
		case some && elements.to <= spec.Size():
			hidden[place] = elements
		}
	}
	if len(hidden) == 0 {
		return nil, fmt.Errorf("wrap: %s: the task %s observes no velocity, only %s", kind, task, strings.Join(namesOf(inner.Observations()), ", "))
	}
	return hide(kind, inner, hidden)
}

// HideStates leaves out all observations but the pictures, and which of several tasks is played.
func HideStates(inner env.Environment) (env.Environment, error) {
	const kind = "hide states"
	hidden, specs, pictures := map[int]span{}, inner.Observations(), 0
	for place, spec := range specs {
		switch {
		case spec.Kind == env.Uint8:
			pictures++
		case place != taskPlace(inner):
			hidden[place] = span{0, spec.Size()}
		}
	}
	if pictures == 0 {
		return nil, fmt.Errorf("wrap: %s: there is no picture among the observations %s; --pixels adds one", kind, strings.Join(namesOf(specs), ", "))
	}
	return hide(kind, inner, hidden)
}

// bodyOf is the suite and the domain in the name of a task: control/dog of rpc://host/control/dog-run.
func bodyOf(task string) string {
	parts := strings.Split(task, "/")
	body, _, _ := strings.Cut(strings.Join(parts[max(0, len(parts)-2):], "/"), "-")
	return body
}

// hider shows observations without what is hidden.
type hider struct {
	observer
	hidden map[int]span // by the place among the observations of the wrapped environment
	cuts   env.Observation
	shown  env.Observation
}

func hide(kind string, inner env.Environment, hidden map[int]span) (env.Environment, error) {
	h := &hider{hidden: hidden}
	h.base = base{Environment: inner, kind: kind}
	h.observe = h.cut
	for place, spec := range inner.Observations() {
		cut := env.Array{}
		if s, some := hidden[place]; some {
			if s.to-s.from == spec.Size() {
				h.cuts = append(h.cuts, cut)
				continue
			}
			spec = without(spec, s)
			cut.Float64 = make([]float64, spec.Size())
		}
		h.cuts, h.specs = append(h.cuts, cut), append(h.specs, spec)
	}
	if len(h.specs) == 0 {
		return nil, fmt.Errorf("wrap: %s: nothing would be left of the observations %s", kind, strings.Join(namesOf(inner.Observations()), ", "))
	}
	return offerObserver(h)
}

// without is a spec less the elements of s.
func without(spec env.Spec, s span) env.Spec {
	spec.Shape = []int{spec.Size() - (s.to - s.from)}
	if spec.Minimum != nil {
		spec.Minimum = slices.Delete(slices.Clone(spec.Minimum), s.from, s.to)
		spec.Maximum = slices.Delete(slices.Clone(spec.Maximum), s.from, s.to)
	}
	return spec
}

func (h *hider) cut(step env.TimeStep) (env.Observation, error) {
	h.shown = h.shown[:0]
	for place, array := range step.Observation {
		s, some := h.hidden[place]
		left := h.cuts[place].Float64
		switch {
		case !some:
			h.shown = append(h.shown, array)
		case left != nil:
			copy(left[copy(left, array.Float64[:s.from]):], array.Float64[s.to:])
			h.shown = append(h.shown, h.cuts[place])
		}
	}
	return h.shown, nil
}
