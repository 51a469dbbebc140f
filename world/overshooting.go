package world

import "github.com/reverie-rl/reverie/grad"

// Overshooting is latent overshooting (Hafner et al., 2019, section 4, equation 7): from every posterior state the
// prior goes on without looking, and after d steps it should be the posterior that was found there,
//
//	1/D Σ_d=2..D mean_t max(f, KL(sg(q_t) || p_t|t-d))
//
// with D the length of noise [D, time·batch, ...] and f the free nats. The mean over t is over the states that can be
// reached: d steps after another one, all known and of the same episode. No gradient flows to the posteriors, neither
// to those that are aimed at nor to those that are begun with. All starts and distances are one scan over D steps.
func (r RSSM) Overshooting(t *grad.Tracer, s Sequence, states Observed, noise *grad.Value, freeNats float64) *grad.Value {
	distance, shape := noise.Shape()[0], s.Known.Shape()
	starts := shape[0] * shape[1]
	start := states.State.Stop()
	flat := State{start.Deterministic.Reshape(starts, r.sizes.Deterministic), start.Stochastic.Reshape(starts, r.latent.Size())}
	actions := ahead(s.Action, distance).Reshape(distance, starts, r.sizes.Action)
	reached := r.Follow(t, flat, actions, noise)
	priors := r.prior(reached.Deterministic)

	aims := ahead(states.Posterior.Stop(), distance).Reshape(priors.Shape()...)
	kl := r.latent.KL(aims, priors).Sum(-1).Max(grad.Scalar(freeNats)) // [distance, starts]
	counts := reachable(s, distance).Reshape(distance, starts)
	means := kl.Mul(counts).Sum(1).Div(counts.Sum(1).Max(grad.Scalar(1)))
	return means.Slice(0, 1, distance).Sum().Mul(grad.Scalar(1 / float64(distance)))
}

// ahead is x [time, batch, ...] of 1 to distance steps later, [distance, time, batch, ...]: zeros behind the end.
func ahead(x *grad.Value, distance int) *grad.Value {
	steps, padded := x.Shape()[0], x.Pad(0, 0, distance)
	var later []*grad.Value
	for d := 1; d <= distance; d++ {
		later = append(later, padded.Slice(0, d, d+steps))
	}
	return grad.Stack(0, later...)
}

// reachable is 1 where a step and those between it and the start, 1 to distance steps before, are known and of one
// episode, [distance, time, batch].
func reachable(s Sequence, distance int) *grad.Value {
	same := ahead(s.Known.Mul(s.First.Neg().Add(grad.Scalar(1))), distance)
	var all []*grad.Value
	product := s.Known
	for d := range distance {
		product = product.Mul(same.Slice(0, d, d+1).Reshape(s.Known.Shape()...))
		all = append(all, product)
	}
	return grad.Stack(0, all...)
}
