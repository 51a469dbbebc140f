package d4pg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// Policy returns a policy that acts with a copy of the online policy's present parameters, and
// explores around its actions.
func (l *learner) Policy() (agent.Policy, error) {
	own := newPolicy(l.config, l.Sizes, rand.New(rand.NewPCG(0, 0)))
	s := actor.Settings{Sizes: l.Sizes, Seed: l.Seed, Stream: offpolicy.StreamPolicy}
	return actor.New(s, grad.TreeOf(l.policy), grad.TreeOf(own), func(t *grad.Tracer, observation *grad.Value) dist.Gaussian {
		deviation := t.Value(grad.Scalar(l.config.ExplorationDeviation)).Broadcast(1, l.Sizes.Action)
		return dist.Gaussian{Mean: own.Apply(observation), Deviation: deviation}
	})
}
