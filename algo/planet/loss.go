package planet

import (
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/world"
)

// losses are those of an update. All are scalars.
type losses struct {
	world.Fit
	overshooting *grad.Value // 0 without a weight
	total        *grad.Value
}

// lossOf is the loss of the model on windows; the package's documentation has the formula.
func (l *learner) lossOf(t *grad.Tracer, s world.Sequence) losses {
	c, latent := l.config, l.model.RSSM.Latent()
	states := l.model.Filter(t, s, latent.Noise(t, streamPosterior, s.Known.Shape()...))
	fit := l.model.Fit(t, s, states, c.weights())
	if c.OvershootingWeight == 0 {
		return losses{fit, t.Value(grad.Scalar(0)), fit.Loss}
	}
	shape := s.Known.Shape()
	noise := latent.Noise(t, streamOvershooting, c.OvershootingDistance, shape[0]*shape[1])
	far := l.model.RSSM.Overshooting(t, s, states, noise, c.FreeNats)
	return losses{fit, far, fit.Loss.Add(far.Mul(grad.Scalar(c.OvershootingWeight)))}
}

// weights are those of the terms of the loss.
func (c *Config) weights() world.Weights {
	return world.Weights{
		Observation: c.ObservationWeight, Reward: c.RewardWeight, Continuation: c.ContinuationWeight,
		Divergence: world.Divergence{Dynamics: c.DynamicsWeight, Representation: c.RepresentationWeight, FreeNats: c.FreeNats},
	}
}
