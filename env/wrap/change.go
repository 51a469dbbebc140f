package wrap

import (
	"fmt"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/internal/snapshot"
)

// Change describes a wrapper that is written elsewhere, for Changed. Everything may be left out but Kind.
type Change struct {
	Kind string // what it is called in errors and in snapshots
	// Memory lists the variables that decide what follows: slices of, or pointers to, values of a fixed
	// size, as package encoding/binary takes them. Snapshots hold them.
	Memory []any
	// Act returns what the wrapped environment receives in place of action, which it neither changes nor keeps.
	// It sees only actions that are applied, not those that are refused or that begin an episode.
	Act func(action []float64) []float64
	// Arrive changes a time step of the wrapped environment, FIRST too. What it puts there stays valid until the next.
	Arrive func(step *env.TimeStep)
	// Observations, Objectives and Constraints describe time steps after Arrive; nil for those of the
	// wrapped environment.
	Observations            []env.Spec
	Objectives, Constraints []string
	Rewards                 bool // Arrive changes rewards, as objectives do: they do not follow from the physics then
}

// changed is the wrapper that a Change describes.
type changed struct {
	base
	change Change
	over   bool // the next Step begins an episode
}

// Changed is inner with a change. It is an error to change the observation that tells which of several
// tasks is played, or to make objectives of their rewards.
func Changed(inner env.Environment, change Change) (env.Environment, error) {
	if several, ok := taskerOf(inner); ok && change.Objectives != nil {
		return nil, fmt.Errorf("wrap: %s: the rewards are those of the tasks %s and cannot be those of objectives too", change.Kind, strings.Join(several.Tasks(), ", "))
	}
	c := &changed{base: base{Environment: inner, kind: change.Kind}, change: change, over: true}
	c.memory = append(snapshot.Memory{&c.over}, change.Memory...)
	return offerObserver(c)
}

func (c *changed) changesRewards() bool { return c.change.Rewards || c.change.Objectives != nil }

func (c *changed) Observations() []env.Spec {
	if c.change.Observations != nil {
		return c.change.Observations
	}
	return c.Environment.Observations()
}

func (c *changed) Objectives() []string {
	if c.change.Objectives != nil {
		return c.change.Objectives
	}
	return c.base.Objectives()
}

func (c *changed) Constraints() []string {
	if c.change.Constraints != nil {
		return c.change.Constraints
	}
	return c.base.Constraints()
}

func (c *changed) Reset() (env.TimeStep, error) { return c.arrived(c.Environment.Reset()) }

func (c *changed) Step(action []float64) (env.TimeStep, error) {
	if c.over {
		return c.Reset()
	}
	if c.Action().CheckAction(action) != nil {
		return c.Environment.Step(action) // which refuses it
	}
	if c.change.Act != nil {
		action = c.change.Act(action)
	}
	return c.arrived(c.Environment.Step(action))
}

// arrived changes step. After an error the next Step begins an episode.
func (c *changed) arrived(step env.TimeStep, err error) (env.TimeStep, error) {
	c.over = err != nil || step.Type == env.Last
	if err == nil && c.change.Arrive != nil {
		c.change.Arrive(&step)
	}
	return step, err
}
