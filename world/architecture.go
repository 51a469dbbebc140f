package world

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/nn"
)

// Architecture is how a Model is put together. It observes numbers, a picture, or both.
type Architecture struct {
	Observation int // numbers that are observed; 0 for a picture alone
	Side        int // pixels of the picture's height and width, one of nn.ConvSides
	Channels    int // of the picture; 0 without one
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

	// RecurrentFirst draws the RSSM's parameters before the encoder's: results are reproduced by the order in which they
	// were drawn.
	RecurrentFirst bool
}

// NewModel makes a model. Its parameters are drawn in the order of Model's fields, numbers before pictures, unless
// RecurrentFirst is set.
func NewModel(a Architecture, random *rand.Rand) Model {
	var model Model
	if a.RecurrentFirst {
		model.RSSM = a.newRSSM(random)
	}
	model.Encoder = a.NewEncoder(random)
	if !a.RecurrentFirst {
		model.RSSM = a.newRSSM(random)
	}
	features := model.RSSM.FeatureSize()
	model.Decoder = a.NewDecoder(features, random)
	model.Reward = NewScalar(features, a.Layers, a.Reward, random)
	if a.Continuation {
		continuation := NewChance(features, a.Layers, random)
		model.Continuation = &continuation
	}
	return model
}

// newRSSM makes the recurrent part.
func (a Architecture) newRSSM(random *rand.Rand) RSSM {
	sizes := RSSMSizes{Action: a.Action, Embedding: a.Embedding(), Deterministic: a.Deterministic, Hidden: a.Hidden}
	return NewRSSM(sizes, a.Latent, a.NormalisedCell, random)
}

// Embedding is how many numbers the encoder puts out.
func (a Architecture) Embedding() int {
	size := 0
	if a.Observation > 0 {
		size += a.Layers[len(a.Layers)-1]
	}
	if a.Channels > 0 {
		size += nn.ConvEmbedding(a.Side, a.Depth)
	}
	return size
}

// NewEncoder makes an encoder of what there is to observe, to embeddings of Embedding numbers.
func (a Architecture) NewEncoder(random *rand.Rand) Encoder {
	var vector Encoder
	if a.Observation > 0 {
		vector = VectorEncoder{NewNetwork(append([]int{a.Observation}, a.Layers...), 1, random), a.Symlog}
	}
	if a.Channels == 0 {
		return vector
	}
	image := NewImageEncoder(a.Side, a.Channels, a.Depth, random)
	if vector == nil {
		return image
	}
	return PairEncoder{a.Observation, vector, image}
}

// NewDecoder makes a decoder of so many features to the same.
func (a Architecture) NewDecoder(features int, random *rand.Rand) Decoder {
	var vector Decoder
	if a.Observation > 0 {
		vector = a.newVectorDecoder(features, random)
	}
	if a.Channels == 0 {
		return vector
	}
	image := NewImageDecoder(features, a.Side, a.Channels, a.Depth, random)
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
