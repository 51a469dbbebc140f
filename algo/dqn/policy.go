package dqn

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// Policy returns a policy that acts with a copy of the network's present parameters: it takes the best choice, or
// explores.
func (l *learner) Policy() (agent.Policy, error) {
	own := newNetwork(l.config, l.Sizes, rand.New(rand.NewPCG(0, 0)))
	s := actor.Settings{Sizes: l.Sizes, Seed: l.Seed, Stream: offpolicy.StreamPolicy}
	return actor.New(s, l.Online, grad.TreeOf(own), func(_ *grad.Tracer, observation *grad.Value) dist.Categorical {
		return l.explore(dist.Categorical{Logits: own.Apply(observation)}.Mode())
	})
}

// explore is the choice best [..., choices], one-hot, but with a probability of ε any of them.
func (l *learner) explore(best *grad.Value) dist.Categorical {
	chance := l.config.ExplorationChance
	probabilities := best.Mul(grad.Scalar(1 - chance)).Add(grad.Scalar(chance / float64(l.Sizes.Action)))
	return dist.Categorical{Logits: probabilities.Log()}
}
