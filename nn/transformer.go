package nn

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
)

// TransformerBlock is attention and then an MLP, each on the normalised input and added to it
// (pre-norm, Xiong et al., 2020).
type TransformerBlock struct {
	Norm      LayerNorm
	Attention Attention
	MLP       ResidualMLP
}

// NewTransformerBlock returns a block for vectors of the given size, which heads must divide.
func NewTransformerBlock(size, heads int, random *rand.Rand) TransformerBlock {
	return TransformerBlock{
		Norm:      NewLayerNorm(size),
		Attention: NewAttention(size, heads, random),
		MLP:       NewResidualMLP(size, random),
	}
}

// Apply maps x [batch, time, size] to the same shape; for the mask see Attention.
func (b TransformerBlock) Apply(x *grad.Value, mask grad.Operand) *grad.Value {
	return b.MLP.Apply(x.Add(b.Attention.Apply(b.Norm.Apply(x), mask)))
}
