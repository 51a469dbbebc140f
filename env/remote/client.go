package remote

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/remote/internal/wire"
)

// client is a world of a server as an env.Environment.
type client struct {
	stream    *stream
	world     string
	view      view
	requested []uint64
	playing   bool // an episode has begun and not ended
	closed    bool
}

// connect creates a world and joins it.
func connect(target address, seed uint64, timeout time.Duration) (env.Environment, error) {
	s, err := open(target.host, timeout)
	if err != nil {
		return nil, err
	}
	settings := maps.Clone(target.settings)
	if _, given := target.left[seedSetting]; !given {
		settings[seedSetting] = wire.Tensor{Values: []uint64{seed}}
	}
	created, err := s.ask(wire.Request{Kind: wire.CreateWorld, Settings: settings})
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	c := &client{stream: s, world: created.World}
	if err := c.join(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *client) join() error {
	joined, err := c.ask(wire.Request{Kind: wire.JoinWorld, World: c.world})
	if err != nil {
		return err
	}
	if c.view, err = newView(joined.Specs); err != nil {
		return c.blame(err)
	}
	c.requested = c.view.requested()
	return nil
}

// ask is stream.ask with the world in the error.
func (c *client) ask(request wire.Request) (wire.Response, error) {
	response, err := c.stream.ask(request)
	if err != nil {
		err = fmt.Errorf("world %q at %w", c.world, err)
	}
	return response, err
}

// blame names the world that an error comes from.
func (c *client) blame(err error) error {
	return fmt.Errorf("world %q at %s: %w", c.world, c.stream.host, err)
}

// Observations implements env.Environment.
func (c *client) Observations() []env.Spec { return c.view.observationSpecs() }

// Action implements env.Environment.
func (c *client) Action() env.Spec { return c.view.action }

// Reset implements env.Environment.
func (c *client) Reset() (env.TimeStep, error) {
	if c.playing { // otherwise the next step begins an episode anyway
		if _, err := c.ask(wire.Request{Kind: wire.Reset}); err != nil {
			return env.TimeStep{}, err
		}
		c.playing = false
	}
	return c.step(nil)
}

// Step implements env.Environment.
func (c *client) Step(action []float64) (env.TimeStep, error) {
	if !c.playing {
		return c.step(nil)
	}
	if err := c.view.action.CheckAction(action); err != nil {
		return env.TimeStep{}, c.blame(err)
	}
	actions, err := c.view.actions(action)
	if err != nil {
		return env.TimeStep{}, c.blame(err)
	}
	return c.step(actions)
}

// step takes a step and derives its type from the states before and after it.
func (c *client) step(actions map[uint64]wire.Tensor) (env.TimeStep, error) {
	response, err := c.ask(wire.Request{Kind: wire.Step, Actions: actions, Requested: c.requested})
	if err != nil {
		return env.TimeStep{}, err
	}
	running := response.State == wire.Running
	if !running && (!c.playing || response.State != wire.Terminated && response.State != wire.Interrupted) {
		return env.TimeStep{}, c.blame(fmt.Errorf("the server gives state %d where an episode begins or goes on", response.State))
	}
	step := env.TimeStep{Type: env.First, Discount: 1}
	switch {
	case c.playing && running:
		step.Type = env.Mid
	case c.playing:
		step.Type = env.Last
	}
	if response.State == wire.Terminated {
		step.Discount = 0
	}
	c.playing = running
	if err := c.view.read(&step, response.Observations); err != nil {
		return env.TimeStep{}, c.blame(err)
	}
	return step, nil
}

// Close leaves and destroys the world. That a server which is gone cannot be told so is no error.
func (c *client) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	var problems []error
	for _, request := range []wire.Request{{Kind: wire.LeaveWorld}, {Kind: wire.DestroyWorld, World: c.world}} {
		if c.stream.broken == nil {
			_, err := c.ask(request)
			problems = append(problems, err)
		}
	}
	if c.stream.broken != nil {
		problems = nil
	}
	return errors.Join(append(problems, c.stream.close())...)
}
