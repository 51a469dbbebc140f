package nn

import (
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
)

// LSTM is the long short-term memory cell (Hochreiter and Schmidhuber, 1997) with a forget gate (Gers
// et al., 2000):
//
//	i, f, g, o = W x + b + U h
//	c' = sigmoid(f) c + sigmoid(i) tanh(g)
//	h' = sigmoid(o) tanh(c')
//
// Columns of the weights are in the order input i, forget f, candidate g, output o.
type LSTM struct {
	Input     Linear          // [inputs, 4·size]: W, b
	Recurrent *grad.Parameter // [size, 4·size]: U
}

// LSTMState is the state of an LSTM: its output h and its memory c, both of shape [..., size].
type LSTMState struct{ Hidden, Cell *grad.Value }

// NewLSTM returns a cell whose recurrent weights start orthogonal, and whose forget gate starts open
// with a bias of 1 (Jozefowicz et al., 2015).
func NewLSTM(inputs, size int, random *rand.Rand) LSTM {
	cell := LSTM{Input: NewLinear(inputs, 4*size, UniformFanOut(1), random), Recurrent: grad.NewParameter(size, 4*size)}
	Orthogonal(1)(cell.Recurrent.Data, size, 4*size, random)
	for i := size; i < 2*size; i++ {
		cell.Input.Bias.Data[i] = 1
	}
	return cell
}

// RememberFor sets the biases of input and forget gates so that the cell at first forgets over times that are
// uniform between 1 step and span, 3 or more (Tallec and Ollivier, 2018, "Can recurrent neural networks warp
// time?", section 2). Without it gates that are half open forget within a few steps, and what
// matters later has no gradient to be kept for.
func (l LSTM) RememberFor(span int, random *rand.Rand) {
	size := len(l.Input.Bias.Data) / 4
	for i, bias := range timescales(size, span, random) {
		l.Input.Bias.Data[i], l.Input.Bias.Data[size+i] = -bias, bias
	}
}

// timescales are biases of gates that keep what is remembered for times uniform between 1 step and span.
func timescales(count, span int, random *rand.Rand) []float32 {
	biases := make([]float32, count)
	for i := range biases {
		biases[i] = float32(math.Log(1 + random.Float64()*float64(span-2)))
	}
	return biases
}

// Project is the part of Step that does not depend on the state: x [..., inputs] to [..., 4·size].
// All time steps can be projected at once, before the loop over time.
func (l LSTM) Project(x *grad.Value) *grad.Value { return l.Input.Apply(x) }

// StepProjected returns the state after state for a projected input [..., 4·size].
func (l LSTM) StepProjected(projected *grad.Value, state LSTMState) LSTMState {
	size := lastAxis(state.Hidden)
	gates := state.Hidden.MatMul(l.Recurrent).Add(projected)
	open := part(gates, 0, 2*size).Sigmoid()
	input, forget := part(open, 0, size), part(open, size, 2*size)
	candidate := part(gates, 2*size, 3*size).Tanh()
	cell := forget.Mul(state.Cell).Add(input.Mul(candidate))
	return LSTMState{Hidden: part(gates, 3*size, 4*size).Sigmoid().Mul(cell.Tanh()), Cell: cell}
}

// Step returns the state after state and input x [..., inputs].
func (l LSTM) Step(x *grad.Value, state LSTMState) LSTMState {
	return l.StepProjected(l.Project(x), state)
}
