package sac

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// Policy returns a policy that acts with a copy of the online policy's present parameters.
func (l *learner) Policy() (agent.Policy, error) {
	own := newPolicy(l.config, l.Sizes, rand.New(rand.NewPCG(0, 0)))
	s := actor.Settings{Sizes: l.Sizes, Seed: l.Seed, Stream: offpolicy.StreamPolicy}
	return actor.New(s, grad.TreeOf(l.policy), grad.TreeOf(own), func(_ *grad.Tracer, observation *grad.Value) dist.TanhGaussian {
		return own.Apply(observation)
	})
}
