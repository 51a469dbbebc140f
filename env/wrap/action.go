package wrap

import (
	"fmt"
	"math"
	"slices"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/internal/snapshot"
	"github.com/reverie-rl/reverie/internal/rng"
)

// actor is a wrapper that changes actions.
type actor struct {
	base
	taken   env.Spec // what Step takes
	given   env.Spec // what the wrapped environment takes
	changed []float64
	change  func(action []float64) // fills changed
}

// newActor makes an actor, or returns an error unless actions are continuous with finite bounds.
func newActor(kind string, inner env.Environment) (*actor, error) {
	spec := inner.Action()
	if spec.Kind != env.Float64 {
		return nil, fmt.Errorf("wrap: %s: the task takes actions of kind %v, want continuous ones (float64)", kind, spec.Kind)
	}
	if !spec.Bounded() {
		return nil, fmt.Errorf("wrap: %s: the task's action %q has no bounds", kind, spec.Name)
	}
	for i := range spec.Minimum {
		if span := spec.Maximum[i] - spec.Minimum[i]; math.IsInf(span, 0) {
			return nil, fmt.Errorf("wrap: %s: element %d of the action has the bounds [%g, %g], want finite ones", kind, i, spec.Minimum[i], spec.Maximum[i])
		}
	}
	return &actor{
		base:  base{Environment: inner, kind: kind},
		taken: spec, given: spec, changed: make([]float64, spec.Size()),
	}, nil
}

func (a *actor) Action() env.Spec { return a.taken }

func (a *actor) Step(action []float64) (env.TimeStep, error) {
	if a.taken.CheckAction(action) != nil {
		return a.Environment.Step(action) // which refuses it or, between two episodes, ignores it
	}
	a.change(action)
	return a.Environment.Step(a.changed)
}

// ActionScale lets each element of an action run from minimum to maximum, -1 and 1 for instance, and
// maps that range affinely to the bounds of the task. Actions beyond are clipped. It is an error
// unless the task's actions are continuous with finite bounds.
func ActionScale(inner env.Environment, minimum, maximum float64) (env.Environment, error) {
	const kind = "action scale"
	a, err := newActor(kind, inner)
	if err != nil {
		return nil, err
	}
	if !(minimum < maximum) || math.IsInf(maximum-minimum, 0) {
		return nil, fmt.Errorf("wrap: %s: the bounds [%g, %g] are no finite range", kind, minimum, maximum)
	}
	a.taken.Minimum = slices.Repeat([]float64{minimum}, a.given.Size())
	a.taken.Maximum = slices.Repeat([]float64{maximum}, a.given.Size())
	a.change = func(action []float64) {
		for i, x := range action {
			fraction := (min(max(x, minimum), maximum) - minimum) / (maximum - minimum)
			a.changed[i] = a.given.Minimum[i] + fraction*(a.given.Maximum[i]-a.given.Minimum[i])
		}
	}
	return offer(a), nil
}

// actionNoise keeps the key of the noise of the next step.
type actionNoise struct {
	*actor
	key rng.Key
}

// ActionNoise adds normal noise to each element of an action, with a deviation of scale times the
// element's range, and clips the sum to the task's bounds. The noise is a function of seed and of
// the number of steps taken; the seed of the task will do, because its numbers are others. It is an
// error unless the task's actions are continuous with finite bounds.
func ActionNoise(inner env.Environment, scale float64, seed uint64) (env.Environment, error) {
	const kind = "action noise"
	const stream = 0x6e6f697365 // "noise": a seed gives other numbers here than elsewhere
	a, err := newActor(kind, inner)
	if err != nil {
		return nil, err
	}
	if !(scale >= 0) || math.IsInf(scale, 0) {
		return nil, fmt.Errorf("wrap: %s: the scale is %g, must be finite and not negative", kind, scale)
	}
	n := &actionNoise{a, rng.Key{Seed: seed, Stream: stream}}
	n.memory = snapshot.Memory{&n.key}
	n.change = func(action []float64) {
		rng.Normal(n.changed, n.key, 0)
		for i, x := range action {
			low, high := n.given.Minimum[i], n.given.Maximum[i]
			n.changed[i] = min(max(x+n.changed[i]*scale*(high-low), low), high)
		}
	}
	return offer(n), nil
}

// Step uses up noise only if the action was applied.
func (n *actionNoise) Step(action []float64) (env.TimeStep, error) {
	step, err := n.actor.Step(action)
	if err == nil && step.Type != env.First {
		n.key.Step++
	}
	return step, err
}
