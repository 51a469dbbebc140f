package world

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/dist"
)

// Architecture is how a Model is put together. It observes numbers, a picture, or both.
type Architecture struct {
	Observation int // numbers that are observed; 0 for a picture alone
	Channels    int // of the picture, ImageSide pixels high and wide; 0 without one
	Action      int

	Latent         Latent
	NormalisedCell bool // the cell is nn.NormGRU, and nn.GRU if not
	Deterministic  int  // units of the cell
	Hidden         int  // units of the other layers of the RSSM

	Layers       []int         // units of each hidden layer of the heads, and of encoder and decoder of numbers
	Depth        int           // channels of the first layer of a picture's encoder, and of the last but one of its decoder
	Symlog       bool          // numbers that are observed pass through symlog
	Binary       bool          // these are zeros and ones: their probabilities are predicted
	Reward       *dist.Support // atoms of the head of rewards; nil for a Gaussian
	Continuation bool          // there is a head for the continuation
}

// NewModel makes a model. Its parameters are drawn in the order of Model's fields, numbers before pictures.
func NewModel(a Architecture, random *rand.Rand) Model {
	encoder, embedding := a.newEncoder(random)
	recurrent := NewRSSM(RSSMSizes{
		Action: a.Action, Embedding: embedding, Deterministic: a.Deterministic, Hidden: a.Hidden,
	}, a.Latent, a.NormalisedCell, random)
	features := recurrent.FeatureSize()
	model := Model{
		Encoder: encoder,
		RSSM:    recurrent,
		Decoder: a.newDecoder(features, random),
		Reward:  NewScalar(features, a.Layers, a.Reward, random),
	}
	if a.Continuation {
		continuation := NewChance(features, a.Layers, random)
		model.Continuation = &continuation
	}
	return model
}

// newEncoder makes an encoder of what there is to observe, and returns the size of its embedding.
func (a Architecture) newEncoder(random *rand.Rand) (Encoder, int) {
	var vector Encoder
	size := 0
	if a.Observation > 0 {
		size = a.Layers[len(a.Layers)-1]
		vector = VectorEncoder{NewNetwork(append([]int{a.Observation}, a.Layers...), 1, random), a.Symlog}
	}
	if a.Channels == 0 {
		return vector, size
	}
	image := NewImageEncoder(a.Channels, a.Depth, random)
	size += imageEmbedding * a.Depth
	if vector == nil {
		return image, size
	}
	return PairEncoder{a.Observation, vector, image}, size
}

// newDecoder makes a decoder of the same.
func (a Architecture) newDecoder(features int, random *rand.Rand) Decoder {
	var vector Decoder
	if a.Observation > 0 {
		vector = a.newVectorDecoder(features, random)
	}
	if a.Channels == 0 {
		return vector
	}
	image := NewImageDecoder(features, a.Channels, a.Depth, random)
	if vector == nil {
		return image
	}
	return PairDecoder{a.Observation, vector, image}
}

// newVectorDecoder makes a decoder of numbers.
func (a Architecture) newVectorDecoder(features int, random *rand.Rand) Decoder {
	network := NewNetwork(sizesOf(features, a.Layers, a.Observation), 1, random)
	if a.Binary {
		return BinaryDecoder{network}
	}
	return VectorDecoder{network, a.Symlog}
}
