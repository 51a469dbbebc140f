package svg

import (
	"math"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
)

// policy is what a value's gradient asks of a policy: the distribution of the action in a state.
type policy interface {
	Apply(state *grad.Value) dist.Gaussian
}

// dynamics is what it asks of a model of the world, for arrays [..., observation] and [..., action].
type dynamics interface {
	next(state, action, noise *grad.Value) *grad.Value  // s' = f(s, a, ξ)
	noise(state, action, next *grad.Value) *grad.Value  // ξ that leads to a recorded s', a constant
	reward(state, action, next *grad.Value) *grad.Value // [...]
}

// value is what it asks of a critic: V(s) [...].
type value interface {
	Value(state *grad.Value) *grad.Value
}

// relive follows recorded states [steps+1, batch, observation] and actions [steps, batch, action] with
// the noise inferred from them under the present policy and model, so that the return's gradient flows
// along what happened (Heess et al., 2015, section 3).
func relive(t *grad.Tracer, p policy, d dynamics, states, actions *grad.Value) rl.Trajectory {
	steps := actions.Shape()[0]
	before, after := states.Slice(0, 0, steps), states.Slice(0, 1, steps+1)
	policyNoise := p.Apply(before).Noise(actions).Stop()
	return rl.Reparameterised{
		Policy: func(state, noise *grad.Value) *grad.Value { return p.Apply(state).Sample(noise) },
		Model:  d.next,
		Reward: d.reward,
	}.Relive(t, states, policyNoise, d.noise(before, actions, after))
}

// transitions are recorded steps as SVG(1) sees them.
type transitions struct {
	state, action, next *grad.Value // [batch, observation or action]
	discount            *grad.Value // [batch]: of the value of next
}

// oneStepReturns is r(a, s') + D V(s') [batch] with the recorded action and state as functions of
// inferred noise, a = π(s, η) and s' = f(s, a, ξ) (Heess et al., 2015, section 4.2).
func oneStepReturns(t *grad.Tracer, p policy, d dynamics, v value, of transitions) *grad.Value {
	batch, width := of.state.Shape()[0], of.state.Shape()[1]
	states := of.state.Reshape(1, batch, width).Concat(0, of.next.Reshape(1, batch, width))
	lived := relive(t, p, d, states, of.action.Reshape(1, batch, of.action.Shape()[1]))
	arrived := lived.States.Slice(0, 1, 2).Reshape(batch, width)
	return lived.Rewards.Reshape(batch).Add(of.discount.Mul(v.Value(arrived)))
}

// windowReturns is Σ_t w_t r_t+1 [batch] along recorded windows, states [steps+1, batch, observation] and
// actions [steps, batch, action], with these weights [steps, batch] (Heess et al., 2015, section 4.1).
func windowReturns(t *grad.Tracer, p policy, d dynamics, states, actions, weights *grad.Value) *grad.Value {
	return relive(t, p, d, states, actions).Rewards.Mul(weights).Sum(0)
}

// discounting is the weight γ^t d_1 ... d_t of each reward r_t+1, t = 0 ... steps-1, for discounts d
// [steps, batch]: [steps, batch].
func discounting(t *grad.Tracer, discounts *grad.Value, gamma float64) *grad.Value {
	steps, batch := discounts.Shape()[0], discounts.Shape()[1]
	return t.Call("discounting", []int{steps, batch}, func(out []float64, in [][]float64) {
		for b := range batch {
			survival := 1.0
			for k := range steps {
				out[k*batch+b] = math.Pow(gamma, float64(k)) * survival
				survival *= in[0][k*batch+b]
			}
		}
	}, discounts)
}

// importance is the weights min(π(a|s) / π_then(a|s), limit) [batch] of recorded actions [batch, action]
// under the present policy, from the log-probability [batch] that they had then: constants.
func importance(online dist.Gaussian, actions, logProbability *grad.Value, limit float64) *grad.Value {
	logRatio := online.LogProb(actions).Sub(logProbability)
	return logRatio.Min(grad.Scalar(math.Log(limit))).Exp().Stop()
}
