package world

import "github.com/reverie-rl/reverie/grad"

// Model is an RSSM between an encoder of observations and heads that predict what is seen on arrival at a
// state.
type Model struct {
	Encoder      Encoder
	RSSM         RSSM
	Decoder      Decoder
	Reward       Scalar
	Continuation *Chance // that the episode goes on; nil if it always does
}

// Sequence is recorded steps that follow each other, [time, batch, ...].
type Sequence struct {
	Observation *grad.Value // o_t
	Action      *grad.Value // a_t-1, which led to it
	Reward      *grad.Value // r_t, received on arrival
	Discount    *grad.Value // d_t: 0 where the episode was terminated
	First       *grad.Value // 1 where an episode begins, and where nothing before is to count

	Known   *grad.Value // 1 for a step, 0 for padding
	Arrival *grad.Value // 1 where action, reward and discount are known too
}

// Weights are how much each term counts in the loss of a model.
type Weights struct {
	Observation, Reward, Continuation float64
	Divergence                        Divergence
}

// Fit is how well a model explains a sequence. All terms are scalars, means over the steps that count.
type Fit struct {
	Loss                              *grad.Value
	Observation, Reward, Continuation *grad.Value // losses of the heads; 0 without a continuation
	KL                                *grad.Value // of posterior and prior, in nats
}

// Filter is the states of a sequence, beginning with the initial one: see RSSM.Filter.
func (m Model) Filter(t *grad.Tracer, s Sequence, noise *grad.Value) Observed {
	initial := m.RSSM.Initial(t, s.First.Shape()[1])
	return m.RSSM.Filter(t, initial, m.Encoder.Embed(s.Observation), s.Action, s.First, noise)
}

// Fit is the loss of the states that Filter has made of a sequence.
func (m Model) Fit(t *grad.Tracer, s Sequence, states Observed, w Weights) Fit {
	features := m.RSSM.Features(states.State)
	known, arrival := shares(s.Known), shares(s.Arrival)
	f := Fit{
		Observation:  m.Decoder.Loss(features, s.Observation).Mul(known).Sum(),
		Reward:       m.Reward.Loss(features, s.Reward).Mul(arrival).Sum(),
		Continuation: t.Value(grad.Scalar(0)),
		KL:           m.RSSM.latent.KL(states.Posterior, states.Prior).Sum(-1).Mul(known).Sum(),
	}
	if m.Continuation != nil {
		f.Continuation = m.Continuation.Loss(features, s.Discount).Mul(arrival).Sum()
	}
	f.Loss = f.Observation.Mul(grad.Scalar(w.Observation)).
		Add(f.Reward.Mul(grad.Scalar(w.Reward))).
		Add(f.Continuation.Mul(grad.Scalar(w.Continuation))).
		Add(w.Divergence.Loss(m.RSSM.latent, states.Posterior, states.Prior, known))
	return f
}

// shares are those of the steps of a mask in a mean over them.
func shares(mask *grad.Value) *grad.Value { return mask.Div(mask.Sum().Max(grad.Scalar(1))) }

// Continues is the probability [...] that the episode goes on at states with these features.
func (m Model) Continues(t *grad.Tracer, features *grad.Value) *grad.Value {
	if m.Continuation != nil {
		return m.Continuation.Mean(features)
	}
	return t.Value(grad.Scalar(1)).Broadcast(features.Shape()[:len(features.Shape())-1]...)
}
