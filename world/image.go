package world

import (
	"math/rand/v2"
	"slices"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// ImageEncoder reads pictures as rows [..., side · side · channels] of numbers from -½ to ½, with convolutions.
type ImageEncoder struct {
	Network        nn.ConvEncoder
	Side, Channels int
}

// NewImageEncoder returns an encoder of pictures of a side of nn.ConvSides to embeddings of nn.ConvEmbedding numbers.
func NewImageEncoder(side, channels, depth int, random *rand.Rand) ImageEncoder {
	return ImageEncoder{nn.NewConvEncoder(side, channels, depth, random), side, channels}
}

// Embed is what the network puts out.
func (e ImageEncoder) Embed(observation *grad.Value) *grad.Value {
	leading := observation.Shape()[:len(observation.Shape())-1]
	return e.Network.Apply(observation.Reshape(append(slices.Clone(leading), e.Side, e.Side, e.Channels)...))
}

// ImageDecoder is a Gaussian of unit deviation for such pictures.
type ImageDecoder struct{ Network nn.ConvDecoder }

// NewImageDecoder returns a decoder of so many features.
func NewImageDecoder(features, side, channels, depth int, random *rand.Rand) ImageDecoder {
	return ImageDecoder{nn.NewConvDecoder(features, side, channels, depth, random)}
}

// Mean is the most likely picture.
func (d ImageDecoder) Mean(features *grad.Value) *grad.Value {
	image := d.Network.Apply(features)
	leading := len(image.Shape()) - 3
	return image.Reshape(append(slices.Clone(image.Shape()[:leading]), image.Shape()[leading:].Size())...)
}

// Loss is ½ |mean - observation|².
func (d ImageDecoder) Loss(features, observation *grad.Value) *grad.Value {
	return halfSquare(d.Mean(features).Sub(observation)).Sum(-1)
}

// PairEncoder reads observations that are so many Numbers, and behind them a picture: its embedding is both
// embeddings, one behind the other.
type PairEncoder struct {
	Numbers       int
	Vector, Image Encoder
}

// Embed is what both encoders make of their parts.
func (e PairEncoder) Embed(observation *grad.Value) *grad.Value {
	numbers, image := split(observation, e.Numbers)
	return e.Vector.Embed(numbers).Concat(-1, e.Image.Embed(image))
}

// PairDecoder is a distribution of such observations, whose parts are independent.
type PairDecoder struct {
	Numbers       int
	Vector, Image Decoder
}

// Mean is the most likely numbers, and behind them the most likely picture.
func (d PairDecoder) Mean(features *grad.Value) *grad.Value {
	return d.Vector.Mean(features).Concat(-1, d.Image.Mean(features))
}

// Loss is the sum of the losses of both parts.
func (d PairDecoder) Loss(features, observation *grad.Value) *grad.Value {
	numbers, image := split(observation, d.Numbers)
	return d.Vector.Loss(features, numbers).Add(d.Image.Loss(features, image))
}

// split takes the first so many numbers of observations and the picture behind them apart.
func split(observation *grad.Value, numbers int) (vector, image *grad.Value) {
	size := observation.Shape()[len(observation.Shape())-1]
	return observation.Slice(-1, 0, numbers), observation.Slice(-1, numbers, size)
}
