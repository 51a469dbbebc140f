package world

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// State is that of a batch of worlds, or of several steps of them.
type State struct {
	Deterministic *grad.Value // h: [..., deterministic]
	Stochastic    *grad.Value // z: [..., latent size]
}

// Stop is s with no gradient flowing back to it.
func (s State) Stop() State { return State{s.Deterministic.Stop(), s.Stochastic.Stop()} }

// Observed is a state that an observation is part of, and the distributions of its stochastic part without
// the observation and with it, as a Latent reads them.
type Observed struct {
	State
	Prior, Posterior *grad.Value // [..., raw]
}

// Cell is a recurrent cell, such as nn.GRU and nn.NormGRU: the state [batch, size] after state and input x.
type Cell interface {
	Step(x, state *grad.Value) *grad.Value
}

// RSSM is the recurrent state-space model. Layers have ELU behind them but for those that put out
// distributions.
type RSSM struct {
	FromStochastic nn.Linear       // [latent size, hidden]: what the cell reads of z
	FromAction     *grad.Parameter // [action, hidden]: and of the action
	Cell           Cell            // from hidden to deterministic
	Prior          nn.Linear       // [deterministic, hidden]
	PriorRaw       nn.Linear       // [hidden, raw]
	Posterior      nn.Linear       // [deterministic, hidden]
	FromEmbedding  *grad.Parameter // [embedding, hidden]
	PosteriorRaw   nn.Linear       // [hidden, raw]

	latent Latent
	sizes  RSSMSizes
}

// RSSMSizes are the widths of an RSSM.
type RSSMSizes struct {
	Action, Embedding int // what it reads
	Deterministic     int // numbers of the deterministic state
	Hidden            int // units of each layer
}

// NewRSSM returns a model with this kind of stochastic state. Its cell is nn.NormGRU if normalised is set,
// and nn.GRU if not.
func NewRSSM(sizes RSSMSizes, latent Latent, normalised bool, random *rand.Rand) RSSM {
	linear := func(inputs, outputs int) nn.Linear {
		return nn.NewLinear(inputs, outputs, nn.TruncatedNormalFanIn(1), random)
	}
	matrix := func(inputs int) *grad.Parameter { return linear(inputs, sizes.Hidden).Weight }
	return RSSM{
		FromStochastic: linear(latent.Size(), sizes.Hidden), FromAction: matrix(sizes.Action),
		Cell:  newCell(sizes, normalised, random),
		Prior: linear(sizes.Deterministic, sizes.Hidden), PriorRaw: linear(sizes.Hidden, latent.Raw()),
		Posterior: linear(sizes.Deterministic, sizes.Hidden), FromEmbedding: matrix(sizes.Embedding),
		PosteriorRaw: linear(sizes.Hidden, latent.Raw()),
		latent:       latent, sizes: sizes,
	}
}

func newCell(sizes RSSMSizes, normalised bool, random *rand.Rand) Cell {
	if normalised {
		return nn.NewNormGRU(sizes.Hidden, sizes.Deterministic, random)
	}
	return nn.NewGRU(sizes.Hidden, sizes.Deterministic, random)
}

// Latent is the kind of the stochastic state.
func (r RSSM) Latent() Latent { return r.latent }

// FeatureSize is how many numbers Features has.
func (r RSSM) FeatureSize() int { return r.latent.Size() + r.sizes.Deterministic }

// Initial is the state before the first observation of an episode: zeros.
func (r RSSM) Initial(t *grad.Tracer, batch int) State {
	zeros := func(size int) *grad.Value { return t.Value(grad.Scalar(0)).Broadcast(batch, size) }
	return State{zeros(r.sizes.Deterministic), zeros(r.latent.Size())}
}

// Features is what heads and policies read of a state: [..., latent size + deterministic].
func (r RSSM) Features(s State) *grad.Value { return s.Stochastic.Concat(-1, s.Deterministic) }

// StateOf is the state whose Features are x.
func (r RSSM) StateOf(x *grad.Value) State {
	return State{x.Slice(-1, r.latent.Size(), r.FeatureSize()), x.Slice(-1, 0, r.latent.Size())}
}

// Observe is the state after the action [batch, action] that followed state, given the embedding [batch,
// embedding] of what was seen then. Where first [batch] is 1 an episode begins: state and action, which are
// of the episode before, are taken as 0. Without noise the stochastic state is the mode.
func (r RSSM) Observe(state State, embedding, action, first, noise *grad.Value) Observed {
	keep := first.Neg().Add(grad.Scalar(1)).KeepAxis(-1)
	before := State{state.Deterministic.Mul(keep), state.Stochastic.Mul(keep)}
	h := r.advance(before, action.Mul(keep))
	hidden := r.Posterior.Apply(h).Add(embedding.MatMul(r.FromEmbedding)).ELU()
	posterior := r.PosteriorRaw.Apply(hidden)
	return Observed{State{h, r.choose(posterior, noise)}, r.prior(h), posterior}
}

// Imagine is the state after the action [batch, action] that follows state, which nobody sees. Without noise
// the stochastic state is the mode.
func (r RSSM) Imagine(state State, action, noise *grad.Value) State {
	h := r.advance(state, action)
	return State{h, r.choose(r.prior(h), noise)}
}

// advance is the deterministic state after state and action.
func (r RSSM) advance(state State, action *grad.Value) *grad.Value {
	x := r.FromStochastic.Apply(state.Stochastic).Add(action.MatMul(r.FromAction)).ELU()
	return r.Cell.Step(x, state.Deterministic)
}

// prior is the distribution of the stochastic state that goes with deterministic state h.
func (r RSSM) prior(h *grad.Value) *grad.Value { return r.PriorRaw.Apply(r.Prior.Apply(h).ELU()) }

// choose is a sample, or without noise the mode.
func (r RSSM) choose(raw, noise *grad.Value) *grad.Value {
	if noise == nil {
		return r.latent.Mode(raw)
	}
	return r.latent.Sample(raw, noise)
}
