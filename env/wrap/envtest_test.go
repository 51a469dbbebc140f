package wrap_test

import (
	"testing"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/envtest"
	"github.com/reverie-rl/reverie/env/wrap"
)

// wrapper applies a wrapper with settings that fit tasks of one observation "first".
type wrapper struct {
	name  string
	apply func(e env.Environment, seed uint64) (env.Environment, error)
}

// wrappers lists every wrapper, for continuous actions.
func wrappers() []wrapper {
	return append(observers(), []wrapper{
		{"ActionScale", func(e env.Environment, _ uint64) (env.Environment, error) { return wrap.ActionScale(e, -3, 2) }},
		{"ActionNoise", func(e env.Environment, seed uint64) (env.Environment, error) {
			return wrap.ActionNoise(e, .3, seed)
		}},
	}...)
}

// observers lists the wrappers that take actions of any kind.
func observers() []wrapper {
	return []wrapper{
		{"ActionRepeat", func(e env.Environment, _ uint64) (env.Environment, error) { return wrap.ActionRepeat(e, 3) }},
		{"TimeLimit", func(e env.Environment, _ uint64) (env.Environment, error) { return wrap.TimeLimit(e, 7) }},
		{"FrameStack", func(e env.Environment, _ uint64) (env.Environment, error) { return wrap.FrameStack(e, 3) }},
		{"Select", func(e env.Environment, _ uint64) (env.Environment, error) {
			return wrap.Select(e, e.Observations()[0].Name)
		}},
		{"Rename", func(e env.Environment, _ uint64) (env.Environment, error) {
			return wrap.Rename(e, map[string]string{e.Observations()[0].Name: "renamed"})
		}},
		{"Normalise", func(e env.Environment, _ uint64) (env.Environment, error) {
			statistics, err := wrap.NewStatistics(e)
			if err != nil {
				return nil, err
			}
			return wrap.Normalise(e, statistics, 3)
		}},
		{"Delay", func(e env.Environment, _ uint64) (env.Environment, error) { return wrap.Delay(e, 2) }},
		{"Flicker", func(e env.Environment, seed uint64) (env.Environment, error) { return wrap.Flicker(e, .4, seed) }},
		{"RecordEpisodes", func(e env.Environment, _ uint64) (env.Environment, error) {
			return wrap.RecordEpisodes(e, func(wrap.Episode) {})
		}},
		{"all", everything},
	}
}

// everything nests the wrappers that remember something.
func everything(e env.Environment, seed uint64) (env.Environment, error) {
	e, err := wrap.TimeLimit(e, 40)
	if err != nil {
		return nil, err
	}
	if e, err = wrap.ActionRepeat(e, 2); err != nil {
		return nil, err
	}
	if e, err = wrap.Flicker(e, .2, seed); err != nil {
		return nil, err
	}
	if e, err = wrap.Delay(e, 1); err != nil {
		return nil, err
	}
	if e, err = wrap.FrameStack(e, 2); err != nil {
		return nil, err
	}
	statistics, err := wrap.NewStatistics(e)
	if err != nil {
		return nil, err
	}
	if e, err = wrap.Normalise(e, statistics, 5); err != nil {
		return nil, err
	}
	return wrap.RecordEpisodes(e, func(wrap.Episode) {})
}

// conform runs the conformance kit on every wrapper around the task that newTask makes.
func conform(t *testing.T, newTask func(uint64) (env.Environment, error), wrappers []wrapper) {
	for _, w := range wrappers {
		t.Run(w.name, func(t *testing.T) {
			envtest.Run(t, func(seed uint64) (env.Environment, error) {
				e, err := newTask(seed)
				if err != nil {
					return nil, err
				}
				return w.apply(e, seed)
			})
		})
	}
}

// pixels draws small pictures of short episodes.
var pixels = wrapper{"Pixels", func(e env.Environment, _ uint64) (env.Environment, error) {
	e, err := wrap.TimeLimit(e, 20)
	if err != nil {
		return nil, err
	}
	return wrap.Pixels(e, 0, 16, 12)
}}

// blind hides the velocities of a task.
func blind(task string) wrapper {
	return wrapper{"HideVelocities", func(e env.Environment, _ uint64) (env.Environment, error) { return wrap.HideVelocities(e, task) }}
}

func TestConformance(t *testing.T) {
	t.Run("pendulum", func(t *testing.T) {
		conform(t, classic.NewPendulum, append(wrappers(), pixels, blind("classic/pendulum")))
	})
	t.Run("catch", func(t *testing.T) { conform(t, classic.NewCatch, append(observers(), pixels)) })
	t.Run("several tasks", func(t *testing.T) { conform(t, classic.NewPointMultitask, tasksWrappers()) })
	t.Run("lqr", func(t *testing.T) { conform(t, classic.NewLQR, append(observers(), blind("classic/lqr"))) })
}
