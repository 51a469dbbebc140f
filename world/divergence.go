package world

import "github.com/reverie-rl/reverie/grad"

// Divergence is how much the KL divergence between posterior q and prior p counts in the loss of a model:
//
//	β_dyn max(f, KL(sg(q) || p)) + β_rep max(f, KL(q || sg(p)))
//
// The first term moves the prior alone and the second the posterior alone. All rules in use are of this form:
// with equal weights its gradient is that of the plain divergence, as in PlaNet and Dreamer; with 0.8 and 0.2
// it is DreamerV2's balanced one (equation 3 of Hafner et al., 2021), with 1 and 0.1 DreamerV3's.
type Divergence struct {
	Dynamics, Representation float64 // β_dyn, β_rep
	FreeNats                 float64 // f: what does not count, and has no gradient
	// FreeOnAverage lets f limit the mean over all states, as in Dreamer and DreamerV2, instead of the
	// divergence of each state, as in PlaNet and DreamerV3.
	FreeOnAverage bool
}

// Loss is a scalar, for distributions [..., raw] of a latent and the share [...] of each state in the mean.
func (d Divergence) Loss(latent Latent, posterior, prior, share *grad.Value) *grad.Value {
	dynamics := d.limited(latent.KL(posterior.Stop(), prior).Sum(-1), share)
	representation := d.limited(latent.KL(posterior, prior.Stop()).Sum(-1), share)
	return dynamics.Mul(grad.Scalar(d.Dynamics)).Add(representation.Mul(grad.Scalar(d.Representation)))
}

// limited is the mean of kl [...] above the free nats.
func (d Divergence) limited(kl, share *grad.Value) *grad.Value {
	free := grad.Scalar(d.FreeNats)
	if d.FreeOnAverage {
		return kl.Mul(share).Sum().Max(free)
	}
	return kl.Max(free).Mul(share).Sum()
}
