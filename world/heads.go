package world

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// NewNetwork returns layers of these sizes, inputs first and outputs last, with ELU between them. The weights
// of the last layer are multiplied by scale: with 0 it puts out zeros at first.
func NewNetwork(sizes []int, scale float64, random *rand.Rand) nn.MLP {
	var network nn.MLP
	for i, size := range sizes[1:] {
		network.Layers = append(network.Layers, nn.NewLinear(sizes[i], size, nn.TruncatedNormalFanIn(1), random))
	}
	last := network.Layers[len(network.Layers)-1].Weight
	for i := range last.Data {
		last.Data[i] *= float32(scale)
	}
	return network
}

// Encoder turns observations [..., observation] into what an RSSM reads of them.
type Encoder interface {
	Embed(observation *grad.Value) *grad.Value // [..., embedding]
}

// Decoder is a distribution of observations for the features of states.
type Decoder interface {
	Mean(features *grad.Value) *grad.Value              // [..., observation]
	Loss(features, observation *grad.Value) *grad.Value // [...]: negative log-likelihood, up to a constant
}

// VectorEncoder reads vectors, if Symlog is set through dist.Symlog.
type VectorEncoder struct {
	Network nn.MLP
	Symlog  bool
}

// Embed is what the network puts out.
func (e VectorEncoder) Embed(observation *grad.Value) *grad.Value {
	return e.Network.Apply(squashed(observation, e.Symlog))
}

// VectorDecoder is a Gaussian of unit deviation for vectors, if Symlog is set for their symlog.
type VectorDecoder struct {
	Network nn.MLP
	Symlog  bool
}

// Mean is the most likely observation.
func (d VectorDecoder) Mean(features *grad.Value) *grad.Value {
	mean := d.Network.Apply(features)
	if d.Symlog {
		return dist.Symexp(mean)
	}
	return mean
}

// Loss is ½ |mean - observation|².
func (d VectorDecoder) Loss(features, observation *grad.Value) *grad.Value {
	return halfSquare(d.Network.Apply(features).Sub(squashed(observation, d.Symlog))).Sum(-1)
}

// BinaryDecoder is the probabilities of ones, for observations of zeros and ones such as the boards of games.
type BinaryDecoder struct{ Network nn.MLP }

// Mean is the probabilities.
func (d BinaryDecoder) Mean(features *grad.Value) *grad.Value { return d.distribution(features).Mean() }

// Loss is the cross-entropy, summed over the numbers of the observation.
func (d BinaryDecoder) Loss(features, observation *grad.Value) *grad.Value {
	return d.distribution(features).LogProb(observation).Neg()
}

func (d BinaryDecoder) distribution(features *grad.Value) dist.Bernoulli {
	return dist.Bernoulli{Logits: d.Network.Apply(features)}
}

// squashed is x, or its symlog.
func squashed(x *grad.Value, symlog bool) *grad.Value {
	if symlog {
		return dist.Symlog(x)
	}
	return x
}

func halfSquare(x *grad.Value) *grad.Value { return x.Square().Mul(grad.Scalar(0.5)) }

// Scalar predicts one number for the features of states, such as a reward or a value: by a Gaussian of unit
// deviation, or if it has a Support by a distribution over its atoms (Hafner et al., 2023, "Mastering
// Diverse Domains through World Models", arXiv 2301.04104: two-hot regression).
type Scalar struct {
	Network nn.MLP
	Support *dist.Support
}

// NewScalar returns a head with hidden layers of these sizes that predicts 0 at first.
func NewScalar(features int, layers []int, support *dist.Support, random *rand.Rand) Scalar {
	outputs := 1
	if support != nil {
		outputs = support.Count()
	}
	return Scalar{NewNetwork(sizesOf(features, layers, outputs), 0, random), support}
}

// sizesOf are the sizes of all layers of a network.
func sizesOf(inputs int, layers []int, outputs int) []int {
	return append(append([]int{inputs}, layers...), outputs)
}

// Mean is the prediction, [...].
func (s Scalar) Mean(features *grad.Value) *grad.Value {
	if s.Support == nil {
		return last(s.Network.Apply(features))
	}
	return s.distribution(features).Mean()
}

// Loss is the negative log-likelihood [...] of target [...]: ½ (mean - target)², or the cross-entropy of the
// two atoms next to target.
func (s Scalar) Loss(features, target *grad.Value) *grad.Value {
	if s.Support == nil {
		return halfSquare(s.Mean(features).Sub(target))
	}
	return s.distribution(features).LogProb(target).Neg()
}

func (s Scalar) distribution(features *grad.Value) dist.ValueDistribution {
	return dist.ValueDistribution{Support: *s.Support, Logits: s.Network.Apply(features)}
}

// Chance predicts the probability of an event, such as that the episode goes on.
type Chance struct{ Network nn.MLP }

// NewChance returns a head with hidden layers of these sizes that predicts ½ at first.
func NewChance(features int, layers []int, random *rand.Rand) Chance {
	return Chance{NewNetwork(sizesOf(features, layers, 1), 0, random)}
}

// Mean is the probability, [...].
func (c Chance) Mean(features *grad.Value) *grad.Value { return last(c.distribution(features).Mean()) }

// Loss is the cross-entropy [...] of target [...], a probability.
func (c Chance) Loss(features, target *grad.Value) *grad.Value {
	return c.distribution(features).LogProb(target.KeepAxis(-1)).Neg()
}

func (c Chance) distribution(features *grad.Value) dist.Bernoulli {
	return dist.Bernoulli{Logits: c.Network.Apply(features)}
}

// last is x [..., 1] as [...].
func last(x *grad.Value) *grad.Value { return x.Reshape(x.Shape()[:len(x.Shape())-1]...) }
