package bc

import (
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// logLikelihood is the mean log-density of recorded actions [batch, action], clipped to the bounds of
// the task as the environment clips them, under the policy [batch, action] at the observations where
// they were taken. Its negative is the loss. Returns a scalar.
func logLikelihood(policy dist.Gaussian, actions *grad.Value) *grad.Value {
	return policy.LogProb(actions.Clip(-1, 1)).Mean()
}

// modeError is the mean distance, in canonical units, of what the policy's mode does from what was
// done: mean |clip(μ) - clip(a)| over all elements [batch, action]. Returns a scalar.
func modeError(policy dist.Gaussian, actions *grad.Value) *grad.Value {
	return policy.Mode().Clip(-1, 1).Sub(actions.Clip(-1, 1)).Abs().Mean()
}
