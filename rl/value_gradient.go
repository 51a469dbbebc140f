package rl

import (
	"math"

	"github.com/reverie-rl/reverie/grad"
)

// Reparameterised is a policy and a model of the world as deterministic functions of their noise, through
// which the gradient of a return can be taken (Heess et al., 2015, "Learning Continuous Control Policies by
// Stochastic Value Gradients", arXiv 1510.09142, section 3).
type Reparameterised struct {
	Policy func(state, noise *grad.Value) *grad.Value         // a = π(s, η): [batch, action]
	Model  func(state, action, noise *grad.Value) *grad.Value // s' = f(s, a, ξ): [batch, state]
	Reward func(state, action, next *grad.Value) *grad.Value  // [batch]
}

// Trajectory is what a policy and a model make of a start and of noise.
type Trajectory struct {
	States  *grad.Value // [steps+1, batch, state]
	Actions *grad.Value // [steps, batch, action]
	Rewards *grad.Value // [steps, batch]
}

// Imagine follows policy and model from start [batch, state] with the noise of each step: policyNoise
// [steps, batch, action] and modelNoise [steps, batch, state], drawn or inferred.
func (r Reparameterised) Imagine(t *grad.Tracer, start, policyNoise, modelNoise *grad.Value) Trajectory {
	return r.follow(t, start, []*grad.Value{policyNoise, modelNoise}, func(next *grad.Value, _ []*grad.Value) *grad.Value { return next })
}

// Relive follows the recorded states [steps+1, batch, state] with the noise that was inferred from them, so
// that the states are the recorded ones to the last bit, and the model is used for its derivatives alone:
// errors of the model do not add up along the way.
func (r Reparameterised) Relive(t *grad.Tracer, recorded, policyNoise, modelNoise *grad.Value) Trajectory {
	steps := policyNoise.Shape()[0]
	start := recorded.Slice(0, 0, 1).Reshape(recorded.Shape()[1:]...)
	arrivals := recorded.Slice(0, 1, steps+1)
	return r.follow(t, start, []*grad.Value{policyNoise, modelNoise, arrivals}, func(next *grad.Value, elements []*grad.Value) *grad.Value {
		return next.Sub(next.Stop()).Add(elements[2].Stop())
	})
}

// follow rolls policy and model out; arrive turns the model's next state into the one to go on from.
func (r Reparameterised) follow(t *grad.Tracer, start *grad.Value, arrays []*grad.Value, arrive func(next *grad.Value, elements []*grad.Value) *grad.Value) Trajectory {
	scan := grad.Scan{Length: arrays[0].Shape()[0]}
	_, made := scan.Run(t, []*grad.Value{start}, arrays, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
		state := carry[0]
		action := r.Policy(state, elements[0])
		arrived := arrive(r.Model(state, action, elements[1]), elements)
		return []*grad.Value{arrived}, []*grad.Value{arrived, action, r.Reward(state, action, arrived)}
	})
	first := start.Reshape(append([]int{1}, start.Shape()...)...)
	return Trajectory{States: first.Concat(0, made[0]), Actions: made[1], Rewards: made[2]}
}

// WeightedReturn adds up rewards [steps, batch] and values [steps+1, batch] of a trajectory with a weight for
// each step; returns [batch].
func WeightedReturn(t *grad.Tracer, rewards, values *grad.Value, w HorizonWeights) *grad.Value {
	weighted := func(x *grad.Value, weights []float64) *grad.Value {
		constant := t.Call("weights", []int{len(weights), 1}, func(out []float64, _ [][]float64) { copy(out, weights) })
		return x.Mul(constant).Sum(0)
	}
	return weighted(rewards, w.Rewards).Add(weighted(values, w.Values))
}

// HorizonWeights says how much each reward r_t+1, t = 0 ... steps-1, and each value V(s_t), t = 0 ... steps,
// counts in a return.
type HorizonWeights struct{ Rewards, Values []float64 }

// Horizon is the return that sums the rewards of n steps and bootstraps with the value behind them:
//
//	Σ_t<n γ^t r_t+1 + γ^n V(s_n)
func Horizon(n int, gamma float64) HorizonWeights {
	w := HorizonWeights{make([]float64, n), make([]float64, n+1)}
	for t := range n {
		w.Rewards[t] = math.Pow(gamma, float64(t))
	}
	w.Values[n] = math.Pow(gamma, float64(n))
	return w
}

// AveragedHorizons is the mean of Horizon over 1 ... n steps (Byravan et al., 2019, "Imagined Value
// Gradients", arXiv 1910.04142, section 3).
func AveragedHorizons(n int, gamma float64) HorizonWeights {
	w := HorizonWeights{make([]float64, n), make([]float64, n+1)}
	for k := 1; k <= n; k++ {
		one := Horizon(k, gamma)
		for t, weight := range one.Rewards {
			w.Rewards[t] += weight / float64(n)
		}
		w.Values[k] += one.Values[k] / float64(n)
	}
	return w
}
