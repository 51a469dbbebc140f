package gaussian

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// NewPolicy returns a policy with the present parameters of source, which Refresh takes over again.
// Its noise is that of the given seed and stream.
func NewPolicy(source Network, seed, stream uint64) (agent.Policy, error) {
	own := NewNetwork(source.settings, rand.New(rand.NewPCG(0, 0)))
	settings := actor.Settings{Sizes: source.settings.Sizes, Seed: seed, Stream: stream}
	return actor.New(settings, grad.TreeOf(source), grad.TreeOf(own), func(_ *grad.Tracer, observation *grad.Value) dist.Gaussian {
		return own.Apply(observation)
	})
}
