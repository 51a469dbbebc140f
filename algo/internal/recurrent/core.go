// Package recurrent is the memory of networks that act on the history of an episode.
package recurrent

import (
	"fmt"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// Kinds of cells.
const (
	GRU  = "gru"
	LSTM = "lstm"
)

// Core is a recurrent cell that keeps all it remembers in one row of numbers.
type Core struct {
	GRU  *nn.GRU // one of the two
	LSTM *nn.LSTM

	size int
}

// Settings shape a Core.
type Settings struct {
	Kind string
	Size int // units
	Span int // steps over which it remembers at first, 3 or more; 0 for the cell's usual beginning
}

// NewCore returns a cell. One of another kind is a programmer's error: settings are checked before.
func NewCore(s Settings, inputs int, random *rand.Rand) Core {
	c := Core{size: s.Size}
	var cell interface {
		RememberFor(span int, random *rand.Rand)
	}
	switch s.Kind {
	case GRU:
		gru := nn.NewGRU(inputs, s.Size, random)
		c.GRU, cell = &gru, gru
	case LSTM:
		lstm := nn.NewLSTM(inputs, s.Size, random)
		c.LSTM, cell = &lstm, lstm
	default:
		panic(fmt.Sprintf("recurrent: a cell of kind %q", s.Kind))
	}
	if s.Span > 0 {
		cell.RememberFor(s.Span, random)
	}
	return c
}

// Size is how many numbers it puts out.
func (c Core) Size() int { return c.size }

// StateSize is the number of numbers that it remembers.
func (c Core) StateSize() int {
	if c.LSTM != nil {
		return 2 * c.size
	}
	return c.size
}

// Unroll reads inputs [batch, time, inputs] one after the other, beginning with state [batch, StateSize]. It
// returns what the cell puts out after each, [batch, time, size], and the last state.
func (c Core) Unroll(t *grad.Tracer, inputs, state *grad.Value) (outputs, last *grad.Value) {
	projected := c.project(inputs).Transpose(1, 0, 2)
	scan := grad.Scan{Length: projected.Shape()[0]}
	final, stacked := scan.Run(t, []*grad.Value{state}, []*grad.Value{projected}, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
		state := c.step(elements[0], carry[0])
		return []*grad.Value{state}, []*grad.Value{state.Slice(1, 0, c.size)}
	})
	return stacked[0].Transpose(1, 0, 2), final[0]
}

// project is the part of a step that does not depend on the state.
func (c Core) project(inputs *grad.Value) *grad.Value {
	if c.LSTM != nil {
		return c.LSTM.Project(inputs)
	}
	return c.GRU.Project(inputs)
}

// step returns the state [batch, StateSize] after state. Its first size numbers are what the cell puts out.
func (c Core) step(projected, state *grad.Value) *grad.Value {
	if c.GRU != nil {
		return c.GRU.StepProjected(projected, state)
	}
	before := nn.LSTMState{Hidden: state.Slice(1, 0, c.size), Cell: state.Slice(1, c.size, 2*c.size)}
	after := c.LSTM.StepProjected(projected, before)
	return after.Hidden.Concat(1, after.Cell)
}
