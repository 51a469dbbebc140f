package nn

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
)

// GRU is the gated recurrent unit (Cho et al., 2014) in the form of cuDNN and PyTorch, where the
// reset gate acts after the recurrent product:
//
//	r = sigmoid(W_r x + b_r + U_r h + c_r)
//	z = sigmoid(W_z x + b_z + U_z h + c_z)
//	n = tanh(W_n x + b_n + r (U_n h + c_n))
//	h' = (1 - z) n + z h
//
// Columns of the weights are in the order reset r, update z, candidate n.
type GRU struct {
	Input     Linear // [inputs, 3·size]: W, b
	Recurrent Linear // [size, 3·size]: U, c
}

// NewGRU returns a cell whose recurrent weights start orthogonal.
func NewGRU(inputs, size int, random *rand.Rand) GRU {
	return GRU{
		Input:     NewLinear(inputs, 3*size, UniformFanOut(1), random),
		Recurrent: NewLinear(size, 3*size, Orthogonal(1), random),
	}
}

// RememberFor sets the biases of the update gate as LSTM.RememberFor says.
func (g GRU) RememberFor(span int, random *rand.Rand) {
	size := len(g.Input.Bias.Data) / 3
	copy(g.Input.Bias.Data[size:2*size], timescales(size, span, random))
}

// Project is the part of Step that does not depend on the state: x [..., inputs] to [..., 3·size].
// All time steps can be projected at once, before the loop over time.
func (g GRU) Project(x *grad.Value) *grad.Value { return g.Input.Apply(x) }

// StepProjected returns the state after state [..., size] for a projected input [..., 3·size].
func (g GRU) StepProjected(projected, state *grad.Value) *grad.Value {
	size := lastAxis(state)
	recurrent := g.Recurrent.Apply(state)
	gates := part(projected, 0, 2*size).Add(part(recurrent, 0, 2*size)).Sigmoid()
	reset, update := part(gates, 0, size), part(gates, size, 2*size)
	candidate := part(projected, 2*size, 3*size).Add(reset.Mul(part(recurrent, 2*size, 3*size))).Tanh()
	return state.Sub(candidate).Mul(update).Add(candidate)
}

// Step returns the state [..., size] after state [..., size] and input x [..., inputs].
func (g GRU) Step(x, state *grad.Value) *grad.Value { return g.StepProjected(g.Project(x), state) }

// lastAxis is the size of the last axis of x.
func lastAxis(x *grad.Value) int { return x.Shape()[len(x.Shape())-1] }

// part is [start, end) of the last axis of x.
func part(x *grad.Value, start, end int) *grad.Value { return x.Slice(-1, start, end) }
