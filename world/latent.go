package world

import (
	"slices"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// Latent is a kind of stochastic state. Its distributions are what a network puts out for them, raw
// [..., Raw]; states are [..., Size].
type Latent interface {
	Size() int // numbers of a state
	Raw() int  // numbers of a distribution
	// Noise is what Sample turns into states of a batch of these dimensions.
	Noise(t *grad.Tracer, stream uint64, batch ...int) *grad.Value
	// Sample is a state drawn with noise, through which gradients flow to raw.
	Sample(raw, noise *grad.Value) *grad.Value
	// Mode is the most likely state.
	Mode(raw *grad.Value) *grad.Value
	// KL is the divergence KL(q || p) of each variable, [..., variables].
	KL(q, p *grad.Value) *grad.Value
}

// Gaussian is a latent of independent normal numbers, as in PlaNet and Dreamer. Raw outputs are the means
// and, through softplus, the deviations above a least one.
type Gaussian struct {
	Numbers          int
	MinimumDeviation float64
}

// Size is how many numbers a state has.
func (g Gaussian) Size() int { return g.Numbers }

// Raw is how many numbers a distribution has.
func (g Gaussian) Raw() int { return 2 * g.Numbers }

// Noise is standard normal, [batch..., numbers].
func (g Gaussian) Noise(t *grad.Tracer, stream uint64, batch ...int) *grad.Value {
	return t.Normal(stream, append(slices.Clone(batch), g.Numbers)...)
}

// distribution is what raw stands for.
func (g Gaussian) distribution(raw *grad.Value) dist.Gaussian {
	deviation := raw.Slice(-1, g.Numbers, 2*g.Numbers).Softplus().Add(grad.Scalar(g.MinimumDeviation))
	return dist.Gaussian{Mean: raw.Slice(-1, 0, g.Numbers), Deviation: deviation}
}

// Sample is a state drawn with noise.
func (g Gaussian) Sample(raw, noise *grad.Value) *grad.Value {
	return g.distribution(raw).Sample(noise)
}

// Mode is the mean.
func (g Gaussian) Mode(raw *grad.Value) *grad.Value { return g.distribution(raw).Mean }

// KL is the divergence of each number.
func (g Gaussian) KL(q, p *grad.Value) *grad.Value { return g.distribution(q).KL(g.distribution(p)) }

// Categorical is a latent of independent variables of several classes each, one-hot, with gradients straight
// through their samples (Hafner et al., 2021, "Mastering Atari with Discrete World Models", arXiv
// 2010.02193, section 2.1). Every variable is mixed with the uniform distribution, which has the share
// Unimix, as in DreamerV3; 0 is DreamerV2's.
type Categorical struct {
	Variables, Classes int
	Unimix             float64
}

// Size is how many numbers a state has.
func (c Categorical) Size() int { return c.Variables * c.Classes }

// Raw is how many numbers a distribution has.
func (c Categorical) Raw() int { return c.Size() }

// Noise is uniform on (0, 1), [batch..., variables·classes].
func (c Categorical) Noise(t *grad.Tracer, stream uint64, batch ...int) *grad.Value {
	return t.Uniform(stream, append(slices.Clone(batch), c.Size())...)
}

// grouped is x [..., variables·classes] as [..., variables, classes].
func (c Categorical) grouped(x *grad.Value) *grad.Value {
	batch := x.Shape()[:len(x.Shape())-1]
	return x.Reshape(append(slices.Clone(batch), c.Variables, c.Classes)...)
}

// distribution is what raw stands for.
func (c Categorical) distribution(raw *grad.Value) dist.MultiCategorical {
	plain := dist.MultiCategorical{Categorical: dist.Categorical{Logits: c.grouped(raw)}}
	if c.Unimix == 0 {
		return plain
	}
	return plain.Unimix(c.Unimix)
}

// Sample is a state drawn with noise.
func (c Categorical) Sample(raw, noise *grad.Value) *grad.Value {
	return c.distribution(raw).Sample(c.grouped(noise)).Reshape(raw.Shape()...)
}

// Mode has the most likely class of each variable.
func (c Categorical) Mode(raw *grad.Value) *grad.Value {
	return c.distribution(raw).Mode().Reshape(raw.Shape()...)
}

// KL is the divergence of each variable.
func (c Categorical) KL(q, p *grad.Value) *grad.Value { return c.distribution(q).KL(c.distribution(p)) }
