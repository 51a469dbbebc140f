// Package nn builds neural networks from parameters: plain structs with an Apply method, or with Step
// for the cells of recurrent networks, which grad.Scan repeats. The parameters of a network are its
// fields; grad.TreeOf lists them.
package nn

import (
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
)

// Initialiser fills the weights of a layer that has fanIn inputs and fanOut outputs.
type Initialiser func(weights []float32, fanIn, fanOut int, random *rand.Rand)

// UniformFanOut draws weights from [-b, b] with b = sqrt(3·scale / fanOut), so that their variance
// is scale / fanOut.
func UniformFanOut(scale float64) Initialiser {
	return func(weights []float32, _, fanOut int, random *rand.Rand) {
		bound := math.Sqrt(3 * scale / float64(fanOut))
		for i := range weights {
			weights[i] = float32(bound * (2*random.Float64() - 1))
		}
	}
}

// NormalFanIn draws weights from a normal distribution of variance scale / fanIn.
func NormalFanIn(scale float64) Initialiser {
	return func(weights []float32, fanIn, _ int, random *rand.Rand) {
		deviation := math.Sqrt(scale / float64(fanIn))
		for i := range weights {
			weights[i] = float32(deviation * random.NormFloat64())
		}
	}
}

// GlorotUniform draws weights from [-b, b] with b = sqrt(6 / (fanIn + fanOut)), so that their variance
// is 2 / (fanIn + fanOut) (Glorot and Bengio, 2010, equation 16).
func GlorotUniform(weights []float32, fanIn, fanOut int, random *rand.Rand) {
	bound := math.Sqrt(6 / float64(fanIn+fanOut))
	for i := range weights {
		weights[i] = float32(bound * (2*random.Float64() - 1))
	}
}

// Linear is an affine map of the last axis.
type Linear struct {
	Weight *grad.Parameter // [inputs, outputs]
	Bias   *grad.Parameter // [outputs], starts at 0
}

// NewLinear returns a layer with weights drawn by initialise.
func NewLinear(inputs, outputs int, initialise Initialiser, random *rand.Rand) Linear {
	layer := Linear{Weight: grad.NewParameter(inputs, outputs), Bias: grad.NewParameter(outputs)}
	initialise(layer.Weight.Data, inputs, outputs, random)
	return layer
}

// Apply maps x [..., inputs] to [..., outputs].
func (l Linear) Apply(x *grad.Value) *grad.Value { return x.MatMul(l.Weight).Add(l.Bias) }

// LayerNorm standardises the last axis and then scales and shifts it (Ba et al., 2016).
type LayerNorm struct {
	Scale, Offset *grad.Parameter // [size], start at 1 and 0
}

// layerNormEpsilon is added to the variance.
const layerNormEpsilon = 1e-5

// NewLayerNorm returns a layer for a last axis of the given size.
func NewLayerNorm(size int) LayerNorm {
	return LayerNorm{Scale: grad.NewParameter(size).Filled(1), Offset: grad.NewParameter(size)}
}

// Apply maps x [..., size] to the same shape.
func (l LayerNorm) Apply(x *grad.Value) *grad.Value {
	return x.Standardise(layerNormEpsilon).Mul(l.Scale).Add(l.Offset)
}

// Torso is the body of the continuous-control networks of the MPO family: a linear layer, layer
// normalisation and tanh, then linear layers each followed by ELU. The bounded first layer keeps
// observations of any scale from saturating the rest.
type Torso struct {
	First  Linear
	Norm   LayerNorm
	Hidden []Linear
}

// NewTorso returns a torso from the given number of inputs through layers of the given sizes, of
// which there is at least one.
func NewTorso(inputs int, sizes []int, random *rand.Rand) Torso {
	initialise := UniformFanOut(1.0 / 3)
	torso := Torso{First: NewLinear(inputs, sizes[0], initialise, random), Norm: NewLayerNorm(sizes[0])}
	for i, size := range sizes[1:] {
		torso.Hidden = append(torso.Hidden, NewLinear(sizes[i], size, initialise, random))
	}
	return torso
}

// Apply maps x [..., inputs] to [..., last size].
func (n Torso) Apply(x *grad.Value) *grad.Value {
	x = n.Norm.Apply(n.First.Apply(x)).Tanh()
	for _, layer := range n.Hidden {
		x = layer.Apply(x).ELU()
	}
	return x
}

// MLP is a stack of linear layers with ELU between them.
type MLP struct{ Layers []Linear }

// NewMLP returns a network with the given layer sizes, inputs first and outputs last.
func NewMLP(sizes []int, random *rand.Rand) MLP {
	var network MLP
	for i, size := range sizes[1:] {
		network.Layers = append(network.Layers, NewLinear(sizes[i], size, UniformFanOut(1.0/3), random))
	}
	return network
}

// Apply maps x [..., inputs] to [..., outputs].
func (n MLP) Apply(x *grad.Value) *grad.Value {
	for i, layer := range n.Layers {
		x = layer.Apply(x)
		if i+1 < len(n.Layers) {
			x = x.ELU()
		}
	}
	return x
}
