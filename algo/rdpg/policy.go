package rdpg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/actor"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// Policy returns a policy that acts with a copy of the present parameters. Its state is what the cores of
// policy and critic remember, for windows of experience to begin with, and the action before.
func (l *learner) Policy() (agent.Policy, error) {
	random := rand.New(rand.NewPCG(0, 0))
	own, memory := newPolicy(l.config, l.Sizes, random), newCore(l.config, l.Sizes, random)
	size := own.Core.StateSize()
	s := actor.Settings{Sizes: l.Sizes, Seed: l.Seed, Stream: offpolicy.StreamPolicy}
	source, copied := grad.TreeOf([]any{l.policy, l.critic.Core}), grad.TreeOf([]any{own, memory})
	m := actor.Memory{Size: l.memorySize(), Correlation: l.config.ExplorationCorrelation}
	return actor.NewRecurrent(s, m, source, copied, func(t *grad.Tracer, observation, previous, before *grad.Value) (dist.Gaussian, *grad.Value) {
		seen := observation.Concat(1, previous).Reshape(1, 1, l.Sizes.Observation+l.Sizes.Action)
		remembered, policyMemory := own.Core.Unroll(t, seen, before.Slice(1, 0, size))
		critic, criticMemory := memory.Unroll(t, seen, before.Slice(1, size, l.memorySize()))
		distribution, _ := own.Apply(t, remembered.Reshape(1, l.config.CoreSize), critic.Reshape(1, l.config.CoreSize), observation)
		return distribution, policyMemory.Concat(1, criticMemory)
	})
}
