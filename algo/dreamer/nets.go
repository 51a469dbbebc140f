package dreamer

import (
	"fmt"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/world"
)

// Constants of the policy's distribution, before tanh if actions are continuous.
const (
	meanLimit        = 5 // the mean stays where tanh has a gradient
	minimumDeviation = 0.1
	maximumDeviation = 1
	policyScale      = 0.1 // of the weights of the last layer: the first actions are nearly those of noise
)

// newModel makes the model of the world.
func newModel(c *Config, sizes agent.Sizes, random *rand.Rand) world.Model {
	encoder, embedding := newEncoder(c, sizes, random)
	latent := newLatent(c)
	recurrent := world.NewRSSM(world.RSSMSizes{
		Action: sizes.Action, Embedding: embedding, Deterministic: c.Deterministic, Hidden: c.Hidden,
	}, latent, c.Cell == NormGRU, random)
	features := recurrent.FeatureSize()
	model := world.Model{
		Encoder: encoder,
		RSSM:    recurrent,
		Decoder: newDecoder(c, sizes, features, random),
		Reward:  world.NewScalar(features, c.ModelLayers, c.support(c.TwoHotReward), random),
	}
	if c.ContinuationWeight > 0 {
		continuation := world.NewChance(features, c.ModelLayers, random)
		model.Continuation = &continuation
	}
	return model
}

// newEncoder makes an encoder of what there is to see, and returns the size of its embedding.
func newEncoder(c *Config, sizes agent.Sizes, random *rand.Rand) (world.Encoder, int) {
	size := c.ModelLayers[len(c.ModelLayers)-1]
	var vector, image world.Encoder
	if sizes.Observation > 0 {
		vector = world.VectorEncoder{Network: world.NewNetwork(layers(sizes.Observation, c.ModelLayers), 1, random), Symlog: c.Symlog}
	}
	if sizes.Image.Channels == 0 {
		return vector, size
	}
	image = world.NewImageEncoder(sizes.Image.Channels, c.Depth, random)
	if vector == nil {
		return image, 32 * c.Depth
	}
	return world.PairEncoder{Numbers: sizes.Observation, Vector: vector, Image: image}, size + 32*c.Depth
}

// newDecoder makes a decoder of the same.
func newDecoder(c *Config, sizes agent.Sizes, features int, random *rand.Rand) world.Decoder {
	var vector, image world.Decoder
	if sizes.Observation > 0 {
		vector = newVectorDecoder(c, world.NewNetwork(layers(features, c.ModelLayers, sizes.Observation), 1, random))
	}
	if sizes.Image.Channels == 0 {
		return vector
	}
	image = world.NewImageDecoder(features, sizes.Image.Channels, c.Depth, random)
	if vector == nil {
		return image
	}
	return world.PairDecoder{Numbers: sizes.Observation, Vector: vector, Image: image}
}

// newVectorDecoder makes a decoder of numbers.
func newVectorDecoder(c *Config, network nn.MLP) world.Decoder {
	if c.Binary {
		return world.BinaryDecoder{Network: network}
	}
	return world.VectorDecoder{Network: network, Symlog: c.Symlog}
}

// checkImage returns an error unless there is no picture or one of the size that the networks are for.
func checkImage(size agent.ImageSize) error {
	if side := world.ImageSide; size.Bytes() > 0 && (size.Height != side || size.Width != side) {
		return fmt.Errorf("dreamer: the picture has %d x %d pixels; its networks are for %d x %d, as --pixels %d asks for", size.Height, size.Width, side, side, side)
	}
	return nil
}

// newLatent is the kind of the stochastic state.
func newLatent(c *Config) world.Latent {
	switch c.Latent {
	case Categorical:
		return world.Categorical{Variables: c.Stochastic, Classes: c.Classes, Unimix: c.Unimix}
	case Deterministic:
		return world.Deterministic{Numbers: c.Stochastic, Unit: c.LatentDeviation}
	}
	return world.Gaussian{Numbers: c.Stochastic, MinimumDeviation: c.LatentDeviation}
}

// support is the atoms of a head, if it has any.
func (c *Config) support(twoHot bool) *dist.Support {
	if !twoHot {
		return nil
	}
	support := dist.SymexpSupport(-c.SymlogLimit, c.SymlogLimit, c.Atoms)
	return &support
}

// layers are the sizes of all layers of a network.
func layers(inputs int, hidden []int, outputs ...int) []int {
	return append(append([]int{inputs}, hidden...), outputs...)
}

// newCritic makes a value function of features.
func newCritic(c *Config, features int, random *rand.Rand) world.Scalar {
	return world.NewScalar(features, c.CriticLayers, c.support(c.TwoHotCritic), random)
}

// policy is a distribution of actions that is a function of features.
type policy struct {
	Network nn.MLP

	discrete bool
}

func newPolicy(c *Config, features int, sizes agent.Sizes, random *rand.Rand) policy {
	outputs := 2 * sizes.Action // mean and deviation
	if sizes.Discrete {
		outputs = sizes.Action // a logit for each choice
	}
	return policy{world.NewNetwork(layers(features, c.PolicyLayers, outputs), policyScale, random), sizes.Discrete}
}

// Apply returns the distribution of actions [..., action] for features [..., features].
func (p policy) Apply(features *grad.Value) actions {
	raw := p.Network.Apply(features)
	if p.discrete {
		return discrete{dist.Categorical{Logits: raw}}
	}
	shape := raw.Shape()
	size := shape[len(shape)-1] / 2
	mean := raw.Slice(-1, 0, size).Mul(grad.Scalar(1.0 / meanLimit)).Tanh().Mul(grad.Scalar(meanLimit))
	share := raw.Slice(-1, size, 2*size).Add(grad.Scalar(2)).Sigmoid()
	deviation := share.Mul(grad.Scalar(maximumDeviation - minimumDeviation)).Add(grad.Scalar(minimumDeviation))
	return continuous{dist.TanhGaussian{Base: dist.Gaussian{Mean: mean, Deviation: deviation}}}
}

// watched names what actions.watch returns.
func (p policy) watched() []string {
	if p.discrete {
		return []string{"policy/certainty"}
	}
	return []string{"policy/mean_size", "policy/deviation"}
}
