package dreamer

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
)

// stateSize is the size of the policy's state.
func (l *learner) stateSize() int { return actor.StateSize(l.model.RSSM.FeatureSize(), l.Sizes) }

// Policy returns a policy that acts with a copy of the present parameters. It remembers the features of the
// model's state, which it brings up to date with every observation: with a sample of the posterior, or to act
// deterministically with its mode.
func (l *learner) Policy() (agent.Policy, error) {
	random := rand.New(rand.NewPCG(0, 0))
	model := newModel(l.config, l.Sizes, random)
	features := model.RSSM.FeatureSize()
	own := newPolicy(l.config, features, l.Sizes, random)
	s := actor.Settings{Sizes: l.Sizes, Seed: l.Seed, Stream: offpolicy.StreamPolicy}
	source := grad.TreeOf([]any{l.model.Encoder, l.model.RSSM, l.policy})
	copied := grad.TreeOf([]any{model.Encoder, model.RSSM, own})
	m := actor.Memory{Size: features, Correlation: l.config.ExplorationCorrelation}
	return actor.NewFiltering(s, m, source, copied, func(t *grad.Tracer, observation, previous, memory *grad.Value, deterministic bool) (actor.Distribution, *grad.Value) {
		var noise *grad.Value
		if !deterministic {
			noise = model.RSSM.Latent().Noise(t, streamFilter, 1)
		}
		never := t.Value(grad.Scalar(0)).Broadcast(1) // an episode begins with zeros, which is the initial state
		state := model.RSSM.Observe(model.RSSM.StateOf(memory), model.Encoder.Embed(observation), previous, never, noise)
		next := model.RSSM.Features(state.State)
		return own.Apply(next).exploring(l.config.ExplorationDeviation), next
	})
}
