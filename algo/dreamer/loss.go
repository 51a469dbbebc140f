package dreamer

import (
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
	"github.com/reverie-rl/reverie/world"
)

// starts are the states to imagine from, [states, ...], and how much each counts: not at all behind the end of
// a window, nor where the episode was terminated. No gradient flows to the model.
func (l *learner) starts(s world.Sequence, states world.State) (start world.State, counts *grad.Value) {
	every, batch := l.config.StartEvery, l.Batch
	groups := s.Known.Shape()[0] / every
	last := func(x *grad.Value, size int) *grad.Value { // of each group of so many steps
		grouped := x.Slice(0, 0, groups*every).Reshape(groups, every, batch, size)
		return grouped.Slice(1, every-1, every).Reshape(groups*batch, size)
	}
	terminated := s.Arrival.Mul(s.Discount.Neg().Add(grad.Scalar(1)))
	counts = last(s.Known.Sub(terminated), 1).Reshape(groups * batch)
	features := l.model.RSSM.Features(states)
	return l.model.RSSM.StateOf(last(features, l.model.RSSM.FeatureSize()).Stop()), counts
}

// dream is what the policy does in imagination. Steps come first: [horizon, states].
type dream struct {
	features *grad.Value   // [horizon+1, states, features]
	entropy  *grad.Value   // - log π(a) of the sampled actions, with the gradient through the sample, or its mean over all choices
	logProb  *grad.Value   // log π(a) of the sampled actions as they are
	watched  []*grad.Value // what the policy reports of its distributions
}

// imagine lets the policy act in the model. It sees the states, but no gradient flows back to them except
// through its actions.
func (l *learner) imagine(t *grad.Tracer, start world.State) dream {
	horizon, states := l.config.Horizon, start.Stochastic.Shape()[0]
	noise := l.model.RSSM.Latent().Noise(t, streamPrior, horizon, states)
	policyNoise := actor.Noise(t, l.Sizes, streamAction, horizon, states)
	features, further := l.model.RSSM.Dream(t, start, noise, policyNoise, func(features, noise *grad.Value) (*grad.Value, []*grad.Value) {
		distribution := l.policy.Apply(features.Stop())
		action, entropy := distribution.act(noise)
		return action, append([]*grad.Value{entropy, distribution.LogProb(action.Stop())}, distribution.watch()...)
	})
	return dream{features, further[0], further[1], further[2:]}
}

// behaviour is the losses of policy and critic, and numbers to watch. All are scalars but returns.
type behaviour struct {
	policyLoss, criticLoss *grad.Value
	returns                *grad.Value // [horizon, states]
	value                  *grad.Value // mean of the critic's own values
}

// behave traces the losses of a dream; the package's documentation has the formulas. A scale divides the
// returns.
func (l *learner) behave(t *grad.Tracer, d dream, counts *grad.Value, scale func(returns *grad.Value) *grad.Value) behaviour {
	c, horizon := l.config, l.config.Horizon
	arrived, left := d.features.Slice(0, 1, horizon+1), d.features.Slice(0, 0, horizon)
	discounts := l.model.Continues(t, arrived)
	values := l.ahead(d.features)
	returns := lambdaReturns(values, l.model.Reward.Mean(arrived), discounts, c)
	weights := l.weights(discounts, counts)

	size := scale(returns)
	advantage := returns.Sub(values.Slice(0, 0, horizon)).Div(size).Stop()
	gain := d.logProb.Mul(advantage).Mul(grad.Scalar(c.Reinforce)).Add(d.entropy.Mul(grad.Scalar(c.Entropy)))
	if c.Reinforce < 1 { // or else nothing flows through the model, and no program is made for it
		gain = gain.Add(returns.Div(size).Mul(grad.Scalar(1 - c.Reinforce)))
	}
	return behaviour{
		policyLoss: gain.Mul(weights).Sum().Neg(),
		criticLoss: l.critic.Loss(left.Stop(), returns.Stop()).Mul(weights).Sum(),
		returns:    returns,
		value:      l.critic.Mean(left.Stop()).Mean(),
	}
}

// ahead is what is known of the value of states: that of the slow critic, or nothing without bootstrap.
func (l *learner) ahead(features *grad.Value) *grad.Value {
	values := l.targetCritic.Mean(features)
	if !l.config.Bootstrap {
		return values.Mul(grad.Scalar(0))
	}
	return values
}

// lambdaReturns are those of imagined steps [horizon, states], from values [horizon+1, states], of all
// states but the last.
func lambdaReturns(values, rewards, discounts *grad.Value, c *Config) *grad.Value {
	turned := func(x *grad.Value) *grad.Value { return x.Transpose(1, 0) }
	return turned(rl.LambdaReturns(turned(values), turned(rewards), turned(discounts), c.Discount, grad.Scalar(c.Lambda)))
}

// weights are the shares of the steps in the means of the losses, [horizon, states]: the discount from the
// start to each, as far as the start counts.
func (l *learner) weights(discounts, counts *grad.Value) *grad.Value {
	horizon := l.config.Horizon
	decay := discounts.Slice(0, 0, horizon-1).Mul(grad.Scalar(l.config.Discount)).Pad(0, 1, 0)
	products := counts.KeepAxis(0).Pad(0, 0, horizon-1).ForwardRecurrence(decay)
	return products.Div(counts.Sum().Max(grad.Scalar(1)).Mul(grad.Scalar(float64(horizon)))).Stop()
}
