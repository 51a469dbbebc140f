package wrap

import (
	"errors"
	"fmt"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/internal/snapshot"
)

// layer is a wrapper as it is written: an environment that knows what is its own to save. The
// optional interfaces are added by offer.
type layer interface {
	env.Environment
	Repeat() int // see the function Repeat
	Taken() int  // see the function Taken
	Objectives() []string
	Constraints() []string
	name() string
	wrapped() env.Environment
	// save returns what the wrapper itself remembers from one step to the next.
	save() ([]byte, error)
	// restore takes back what save returned. An error changes nothing.
	restore(own []byte) error
}

// base is what wrappers have in common. It leaves to the wrapped environment what a wrapper does not
// do itself.
type base struct {
	env.Environment
	kind   string
	memory snapshot.Memory
}

func (b *base) Repeat() int              { return Repeat(b.Environment) }
func (b *base) Taken() int               { return Taken(b.Environment) }
func (b *base) Objectives() []string     { return env.Objectives(b.Environment) }
func (b *base) Constraints() []string    { return env.Constraints(b.Environment) }
func (b *base) name() string             { return b.kind }
func (b *base) wrapped() env.Environment { return b.Environment }
func (b *base) save() ([]byte, error)    { return b.memory.Save(), nil }
func (b *base) restore(own []byte) error { return b.memory.Restore(own) }

// offer returns l with the optional interfaces of what it wraps, and with no other: a type
// assertion on the result tells the truth. env.Relabeller is missing where relabellerOf says so.
func offer(l layer) env.Environment {
	snapshotter, saves := l.wrapped().(env.Snapshotter)
	renderer, draws := l.wrapped().(env.Renderer)
	paced, timed := l.wrapped().(env.Paced)
	s, p := saver{l, snapshotter}, pacer{l, paced}
	if several, ok := taskerOf(l.wrapped()); ok {
		if r, relabels := multiRelabellerOf(l); relabels {
			return offerTasksRelabelling(l, several, r, s, renderer, p)
		}
		return offerTasks(l, several, s, renderer, p)
	}
	if r, relabels := relabellerOf(l); relabels {
		return offerRelabelling(l, r, s, renderer, p)
	}
	switch {
	case saves && draws && timed:
		return struct {
			layer
			saver
			env.Renderer
			pacer
		}{l, s, renderer, p}
	case saves && draws:
		return struct {
			layer
			saver
			env.Renderer
		}{l, s, renderer}
	case saves && timed:
		return struct {
			layer
			saver
			pacer
		}{l, s, p}
	case draws && timed:
		return struct {
			layer
			env.Renderer
			pacer
		}{l, renderer, p}
	case saves:
		return struct {
			layer
			saver
		}{l, s}
	case draws:
		return struct {
			layer
			env.Renderer
		}{l, renderer}
	case timed:
		return struct {
			layer
			pacer
		}{l, p}
	}
	return l
}

// saver saves a wrapper together with what it wraps.
type saver struct {
	outer layer
	inner env.Snapshotter
}

// Save implements env.Snapshotter.
func (s saver) Save() ([]byte, error) {
	own, err := s.outer.save()
	if err != nil {
		return nil, s.failed(err)
	}
	inner, err := s.inner.Save()
	if err != nil {
		return nil, err
	}
	return snapshot.Seal(s.outer.name(), own, inner), nil
}

// Restore implements env.Snapshotter.
func (s saver) Restore(state []byte) error {
	parts, err := snapshot.Open(s.outer.name(), 2, state)
	if err != nil {
		return s.failed(err)
	}
	before, err := s.outer.save()
	if err == nil {
		err = s.outer.restore(parts[0])
	}
	if err != nil {
		return s.failed(err)
	}
	if err := s.inner.Restore(parts[1]); err != nil {
		return errors.Join(err, s.outer.restore(before))
	}
	return nil
}

func (s saver) failed(err error) error { return fmt.Errorf("wrap: %s: %w", s.outer.name(), err) }

// pacer knows how long the steps of a wrapper last.
type pacer struct {
	outer layer
	inner env.Paced
}

// Interval implements env.Paced.
func (p pacer) Interval() float64 {
	return p.inner.Interval() * float64(p.outer.Repeat()/Repeat(p.outer.wrapped()))
}
