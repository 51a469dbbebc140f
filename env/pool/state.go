package pool

import (
	"errors"
	"fmt"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/internal/snapshot"
)

// kind names what a snapshot is of.
func (p *Pool) kind() string { return "a pool under " + p.mode.String() }

// memory is what a pool remembers besides its environments.
func (p *Pool) memory() snapshot.Memory {
	b := &p.batch
	return snapshot.Memory{b.Observation, b.Images, b.Type, b.Reward, b.Discount, b.FinalObservation, b.FinalImages, p.over, b.Rewards}
}

// Save returns the state of all environments and the batch without its errors. It is an error that
// wraps errors.ErrUnsupported if the environments are no env.Snapshotter.
func (p *Pool) Save() ([]byte, error) {
	parts, err := p.parts()
	if err != nil {
		return nil, err
	}
	return snapshot.Seal(p.kind(), parts...), nil
}

// parts is what the environments save, and after it what the pool does.
func (p *Pool) parts() ([][]byte, error) {
	if p.closed {
		return nil, errClosed
	}
	var parts [][]byte
	for i, e := range p.environments {
		snapshotter, ok := e.(env.Snapshotter)
		if !ok {
			return nil, failed(i, fmt.Errorf("it cannot save its state: %w", errors.ErrUnsupported))
		}
		state, err := snapshotter.Save()
		if err != nil {
			return nil, failed(i, err)
		}
		parts = append(parts, state)
	}
	return append(parts, p.memory().Save()), nil
}

// Restore takes the pool to what Save saw in it, or in another pool of as many environments of the
// same task with the same AutoReset. An error changes nothing.
func (p *Pool) Restore(state []byte) error {
	parts, err := snapshot.Open(p.kind(), len(p.environments)+1, state)
	if err != nil {
		return fmt.Errorf("pool: of %d environments: %w", len(p.environments), err)
	}
	before, err := p.parts()
	if err != nil {
		return err
	}
	if err := p.restore(parts); err != nil {
		return errors.Join(err, p.restore(before))
	}
	clear(p.batch.Errors)
	return nil
}

// restore stops at the first part that is refused.
func (p *Pool) restore(parts [][]byte) error {
	for i, e := range p.environments {
		if err := e.(env.Snapshotter).Restore(parts[i]); err != nil {
			return failed(i, err)
		}
	}
	if err := p.memory().Restore(parts[len(p.environments)]); err != nil {
		return fmt.Errorf("pool: %w", err)
	}
	return nil
}
