package offpolicy

import (
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// Sample draws several actions in each state from policy [states, action], of the noise of
// StreamLearner: actions [samples, states, action], and observations [states, observation] repeated
// beside them. No gradient flows to the policy.
func Sample(t *grad.Tracer, policy dist.Gaussian, observations *grad.Value, samples int) (repeated, actions *grad.Value) {
	states, action := policy.Mean.Shape()[0], policy.Mean.Shape()[1]
	noise := t.Normal(StreamLearner, samples, states, action)
	repeated = observations.Broadcast(samples, states, observations.Shape()[1])
	return repeated, policy.Sample(noise).Stop()
}
