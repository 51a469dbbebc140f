package nn

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
)

// ResidualMLP adds to its input what a network of one wide hidden layer makes of the normalised
// input: x + W₂ relu(W₁ norm(x)). It is the block of SimBa (Lee et al., 2025), and of transformers.
type ResidualMLP struct {
	Norm           LayerNorm
	Expand, Shrink Linear // [size, 4·size], [4·size, size]
}

// expansion is how much wider the hidden layer is.
const expansion = 4

// NewResidualMLP returns a block for a last axis of the given size.
func NewResidualMLP(size int, random *rand.Rand) ResidualMLP {
	return ResidualMLP{
		Norm:   NewLayerNorm(size),
		Expand: NewLinear(size, expansion*size, NormalFanIn(2), random),
		Shrink: NewLinear(expansion*size, size, NormalFanIn(1), random),
	}
}

// Apply maps x [..., size] to the same shape.
func (b ResidualMLP) Apply(x *grad.Value) *grad.Value {
	return x.Add(b.Shrink.Apply(b.Expand.Apply(b.Norm.Apply(x)).ReLU()))
}
