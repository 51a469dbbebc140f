package ivg

import (
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/world"
)

// smallScale is that of the last weights of policy and value: the first actions are those of noise, and the first
// values nearly 0.
const smallScale = 0.01

// model is what travels to other tasks of the same body: it knows nothing of rewards.
type model struct {
	Encoder    encoder
	Transition world.Residual
	Decoder    world.Decoder
}

// blind are the sizes of what the model sees: everything but the task.
func blind(sizes agent.Sizes) agent.Sizes {
	sizes.Observation, sizes.Tasks = sizes.Observation-sizes.Tasks, 0
	return sizes
}

func newModel(c *Config, sizes agent.Sizes, random *rand.Rand) model {
	return model{
		Encoder:    newEncoder(c, sizes, random),
		Transition: world.NewResidual(world.ResidualSizes{Latent: c.LatentSize, Action: sizes.Action, Hidden: c.Hidden}, random),
		Decoder:    architecture(c, sizes).NewDecoder(c.LatentSize, random),
	}
}

// encoder makes latents of observations, f_enc: of one alone, or of a history by an LSTM that begins with zeros.
// Latents are in (-1, 1).
type encoder struct {
	Frame  world.Encoder // of one observation
	Latent *nn.Linear    // of what Frame gives; nil with a Core
	Core   *nn.LSTM      // nil if one observation is all

	size, history int
}

func newEncoder(c *Config, sizes agent.Sizes, random *rand.Rand) encoder {
	a := architecture(c, sizes)
	embedding := a.Embedding()
	e := encoder{Frame: a.NewEncoder(random), size: c.LatentSize, history: c.History}
	if c.History == 1 {
		latent := nn.NewLinear(embedding, c.LatentSize, nn.TruncatedNormalFanIn(1), random)
		e.Latent = &latent
		return e
	}
	core := nn.NewLSTM(embedding, c.LatentSize, random)
	e.Core = &core
	return e
}

// architecture is that of the networks of what is seen.
func architecture(c *Config, sizes agent.Sizes) world.Architecture {
	return world.Architecture{
		Observation: sizes.Observation, Side: sizes.Image.Height, Channels: sizes.Image.Channels,
		Layers: c.ModelLayers, Depth: c.Depth, Symlog: c.Symlog,
	}
}

// Embed is what is known of each observation [..., observation] alone, [..., embedding], activated.
func (e encoder) Embed(observation *grad.Value) *grad.Value {
	return e.Frame.Embed(observation).ELU()
}

// Join makes a latent [..., latent] of the embeddings of a history, the oldest first, each [..., embedding].
func (e encoder) Join(history ...*grad.Value) *grad.Value {
	newest := history[len(history)-1]
	if e.Core == nil {
		return e.Latent.Apply(newest).Tanh()
	}
	shape := append(append([]int{}, newest.Shape()[:len(newest.Shape())-1]...), e.size)
	zeros := e.zeros(newest, shape)
	state := nn.LSTMState{Hidden: zeros, Cell: zeros}
	for _, embedding := range history {
		state = e.Core.Step(embedding, state)
	}
	return state.Hidden
}

// zeros are of this shape, [..., latent], for embeddings [..., embedding].
func (e encoder) zeros(embedding *grad.Value, shape []int) *grad.Value {
	one := embedding.Slice(-1, 0, 1).Mul(grad.Scalar(0)).Stop()
	return one.Broadcast(shape...)
}

// Apply makes latents of observations [time, batch, observation]: one for each that has a whole history before it,
// [time-history+1, batch, latent].
func (e encoder) Apply(observations *grad.Value) *grad.Value {
	embeddings := e.Embed(observations)
	count := embeddings.Shape()[0] - e.history + 1
	histories := make([]*grad.Value, e.history)
	for i := range histories {
		histories[i] = embeddings.Slice(0, i, i+count)
	}
	return e.Join(histories...)
}

// head predicts numbers, [..., outputs], in units of scale.
type head struct {
	Torso nn.Torso
	Last  nn.Linear

	scale float64
}

// newHead returns a head whose first predictions are small if small is.
func newHead(inputs int, layers []int, outputs int, scale, small float64, random *rand.Rand) head {
	width := layers[len(layers)-1]
	return head{nn.NewTorso(inputs, layers, random), nn.NewLinear(width, outputs, nn.NormalFanIn(small*small), random), scale}
}

// Apply maps x [..., inputs] to [..., outputs].
func (h head) Apply(x *grad.Value) *grad.Value {
	return h.Last.Apply(h.Torso.Apply(x)).Mul(grad.Scalar(h.scale))
}

// policy is a Gaussian whose mean is within (-1, 1), and whose deviation lies between two bounds on a logarithmic
// scale.
type policy struct {
	Torso           nn.Torso
	Mean, Deviation nn.Linear

	low, high float64 // logarithms of the bounds
	first     float64 // what the first deviation is a sigmoid of
}

// newPolicy makes a policy of latents, and behind them the one-hot rows of tasks.
func newPolicy(c *Config, sizes agent.Sizes, random *rand.Rand) policy {
	width := c.PolicyLayers[len(c.PolicyLayers)-1]
	low, high := math.Log(c.MinimumDeviation), math.Log(c.MaximumDeviation)
	share := (math.Log(c.InitialDeviation) - low) / (high - low)
	return policy{
		Torso:     nn.NewTorso(c.LatentSize+sizes.Tasks, c.PolicyLayers, random),
		Mean:      nn.NewLinear(width, sizes.Action, nn.NormalFanIn(smallScale*smallScale), random),
		Deviation: nn.NewLinear(width, sizes.Action, nn.NormalFanIn(smallScale*smallScale), random),
		low:       low, high: high, first: math.Log(share / (1 - share)),
	}
}

// Apply returns the distribution of actions [..., action] for x [..., inputs].
func (p policy) Apply(x *grad.Value) dist.Gaussian {
	features := p.Torso.Apply(x)
	share := p.Deviation.Apply(features).Add(grad.Scalar(p.first)).Sigmoid()
	return dist.Gaussian{
		Mean:      p.Mean.Apply(features).Tanh(),
		Deviation: share.Mul(grad.Scalar(p.high - p.low)).Add(grad.Scalar(p.low)).Exp(),
	}
}

// divergence is that of the policy from the prior N(0, 1), summed over the numbers of an action, [...].
func divergence(g dist.Gaussian) *grad.Value {
	squares := g.Mean.Square().Add(g.Deviation.Square()).Sub(grad.Scalar(1)).Mul(grad.Scalar(0.5))
	return squares.Sub(g.Deviation.Log()).Sum(-1)
}
