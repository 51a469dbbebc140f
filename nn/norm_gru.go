package nn

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
)

// NormGRU is the gated recurrent unit of DreamerV2 (Hafner et al., 2021): all gates come from one
// linear map of input and state, which is normalised, and the update gate starts rather closed, so
// that the state is kept.
//
//	r, c, u = norm(W x + U h)
//	h' = sigmoid(u - 1) tanh(sigmoid(r) c) + (1 - sigmoid(u - 1)) h
//
// Columns of the weights are in the order reset r, candidate c, update u. The offset of the norm
// stands in for a bias.
type NormGRU struct {
	Input     *grad.Parameter // [inputs, 3·size]: W
	Recurrent *grad.Parameter // [size, 3·size]: U
	Norm      LayerNorm       // of 3·size
}

// updateBias is added to the update gate before its sigmoid.
const updateBias = -1

// NewNormGRU returns a cell for inputs and a state of the given sizes.
func NewNormGRU(inputs, size int, random *rand.Rand) NormGRU {
	cell := NormGRU{
		Input:     grad.NewParameter(inputs, 3*size),
		Recurrent: grad.NewParameter(size, 3*size),
		Norm:      NewLayerNorm(3 * size),
	}
	initialise := TruncatedNormalFanIn(1)
	initialise(cell.Input.Data, inputs+size, 3*size, random)
	initialise(cell.Recurrent.Data, inputs+size, 3*size, random)
	return cell
}

// Project is the part of Step that does not depend on the state: x [..., inputs] to [..., 3·size].
// All time steps can be projected at once, before the loop over time.
func (g NormGRU) Project(x *grad.Value) *grad.Value { return x.MatMul(g.Input) }

// StepProjected returns the state after state [..., size] for a projected input [..., 3·size].
func (g NormGRU) StepProjected(projected, state *grad.Value) *grad.Value {
	size := lastAxis(state)
	gates := g.Norm.Apply(state.MatMul(g.Recurrent).Add(projected))
	reset := part(gates, 0, size).Sigmoid()
	candidate := part(gates, size, 2*size).Mul(reset).Tanh()
	update := part(gates, 2*size, 3*size).Add(grad.Scalar(updateBias)).Sigmoid()
	return candidate.Sub(state).Mul(update).Add(state)
}

// Step returns the state [..., size] after state [..., size] and input x [..., inputs].
func (g NormGRU) Step(x, state *grad.Value) *grad.Value { return g.StepProjected(g.Project(x), state) }
