package rl_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
	"github.com/reverie-rl/reverie/rl"
)

// regulator is a scalar linear-quadratic problem: s' = s + gain a + 0.2 ξ, reward -(s² + 0.1 a²), policy
// a = θ s + 0.3 η.
type regulator struct{ gain float64 }

const policyDeviation, modelDeviation = 0.3, 0.2

func (r regulator) policy(state, theta *grad.Value) dist.Gaussian {
	mean := state.Mul(theta)
	return dist.Gaussian{Mean: mean, Deviation: constant(mean, policyDeviation)}
}

func (r regulator) next(state, action *grad.Value) dist.Gaussian {
	mean := action.Mul(grad.Scalar(r.gain)).Add(state)
	return dist.Gaussian{Mean: mean, Deviation: constant(mean, modelDeviation)}
}

// constant is an array of one number, of the shape of like.
func constant(like *grad.Value, number float64) *grad.Value {
	return like.Stop().Mul(grad.Scalar(0)).Add(grad.Scalar(number))
}

func (r regulator) reparameterised(theta *grad.Value) rl.Reparameterised {
	return rl.Reparameterised{
		Policy: func(state, noise *grad.Value) *grad.Value { return r.policy(state, theta).Sample(noise) },
		Model:  func(state, action, noise *grad.Value) *grad.Value { return r.next(state, action).Sample(noise) },
		Reward: func(state, action, _ *grad.Value) *grad.Value {
			return state.Square().Add(action.Square().Mul(grad.Scalar(0.1))).Neg().Sum(-1)
		},
	}
}

var (
	etas  = []float64{.1, -.2, .05}
	xis   = []float64{0, .1, -.1}
	theta = -.8
)

// recordedStates is the states that the noise leads to in the true problem, from state 1.
func recordedStates() []float64 {
	states := []float64{1}
	for t, eta := range etas {
		s := states[t]
		states = append(states, s+.5*(theta*s+policyDeviation*eta)+modelDeviation*xis[t])
	}
	return states
}

// valueGradients relives the recorded states with a model of the given gain, by noise inferred from them,
// and returns the return and its gradients by the policy's parameter and the first state.
func valueGradients(t *testing.T, gain float64) (value, byTheta, byState float64) {
	executable := run(t, func(t *grad.Tracer) {
		r := regulator{gain}
		parameter := literal(t, []int{1, 1}, theta)
		states := literal(t, []int{4, 1, 1}, recordedStates()...)
		actions := make([]float64, 3)
		for i, s := range recordedStates()[:3] {
			actions[i] = theta*s + policyDeviation*etas[i]
		}
		before, recorded := states.Slice(0, 0, 3), literal(t, []int{3, 1, 1}, actions...)
		eta := r.policy(before, parameter).Noise(recorded).Stop()
		xi := r.next(before, recorded).Noise(states.Slice(0, 1, 4)).Stop()
		trajectory := r.reparameterised(parameter).Relive(t, states, eta, xi)
		none := literal(t, []int{4, 1}, 0, 0, 0, 0)
		weights := rl.Horizon(3, .95)
		weights.Values[3] = 0
		total := rl.WeightedReturn(t, trajectory.Rewards, none, weights).Sum()
		gradients := grad.Gradient(total, parameter, states)
		t.Output("value", total)
		t.Output("theta", gradients[0])
		t.Output("state", gradients[1].Slice(0, 0, 1))
	})
	return executable.Output("value")[0], executable.Output("theta")[0], executable.Output("state")[0]
}

// The numbers are those of the backward recursion of the paper, computed independently.
func TestValueGradientsOfTheRegulator(t *testing.T) {
	value, byTheta, byState := valueGradients(t, .5)
	near(t, "return", value, -1.570552611, 1e-8)
	near(t, "gradient by the policy", byTheta, -.8075975392, 1e-8)
	near(t, "gradient by the state", byState, -3.1220706448, 1e-8)
	value, byTheta, _ = valueGradients(t, .4)
	near(t, "return with a wrong model", value, -1.570552611, 1e-8)
	near(t, "gradient with a wrong model", byTheta, -.6208437283, 1e-8)
}

// literalValueGradients is the recursion for SVG(∞) of the paper (section 4.1), from the last step backwards.
func literalValueGradients(gain, gamma float64, states, actions []float64) (byTheta, byState float64) {
	for t := len(actions) - 1; t >= 0; t-- {
		rewardByState, rewardByAction := -2*states[t], -.2*actions[t]
		policyByTheta, policyByState := states[t], theta
		byTheta = rewardByAction*policyByTheta + gamma*(byState*gain*policyByTheta+byTheta)
		byState = rewardByState + rewardByAction*policyByState + gamma*byState*(1+gain*policyByState)
	}
	return byTheta, byState
}

func TestValueGradientsAgreeWithTheLiteralRecursion(t *testing.T) {
	states := recordedStates()
	var actions []float64
	for i, s := range states[:3] {
		actions = append(actions, theta*s+policyDeviation*etas[i])
	}
	for _, gain := range []float64{.5, .4, -1} {
		byTheta, byState := literalValueGradients(gain, .95, states[:3], actions)
		_, gotTheta, gotState := valueGradients(t, gain)
		near(t, "by the policy", gotTheta, byTheta, 1e-9)
		near(t, "by the state", gotState, byState, 1e-9)
	}
}

// With the true model, imagination by the inferred noise is the recorded trajectory.
func TestImaginationByInferredNoise(t *testing.T) {
	executable := run(t, func(t *grad.Tracer) {
		parameter := literal(t, []int{1, 1}, theta)
		r := regulator{.5}.reparameterised(parameter)
		trajectory := r.Imagine(t, literal(t, []int{1, 1}, 1), literal(t, []int{3, 1, 1}, etas...), literal(t, []int{3, 1, 1}, xis...))
		t.Output("states", trajectory.States)
	})
	for i, want := range recordedStates() {
		near(t, fmt.Sprint("state ", i), executable.Output("states")[i], want, 1e-12)
	}
}

// Gradients of imagined returns are those of finite differences: by the start, the noise of policy and
// model, and the policy's parameter.
func TestImaginedReturnsByFiniteDifferences(t *testing.T) {
	gradtest.Check(t, gradtest.Normal, func(t *grad.Tracer, in []*grad.Value) *grad.Value {
		trajectory := regulator{.5}.reparameterised(in[3]).Imagine(t, in[0], in[1], in[2])
		values := trajectory.States.Square().Neg().Sum(-1)
		return rl.WeightedReturn(t, trajectory.Rewards, values, rl.AveragedHorizons(4, .9))
	}, []int{2, 1}, []int{4, 2, 1}, []int{4, 2, 1}, []int{1, 1})
}

func TestHorizonWeights(t *testing.T) {
	if got := rl.Horizon(2, .5); !slices.Equal(got.Rewards, []float64{1, .5}) || !slices.Equal(got.Values, []float64{0, 0, .25}) {
		t.Errorf("two steps weigh %v", got)
	}
	if got := rl.AveragedHorizons(2, .5); !slices.Equal(got.Rewards, []float64{1, .25}) || !slices.Equal(got.Values, []float64{0, .25, .125}) {
		t.Errorf("one and two steps weigh %v", got)
	}
	one, averaged := rl.Horizon(1, .9), rl.AveragedHorizons(1, .9)
	if !slices.Equal(one.Rewards, averaged.Rewards) || !slices.Equal(one.Values, averaged.Values) {
		t.Errorf("the mean over one horizon weighs %v, the horizon %v", averaged, one)
	}
	// A constant reward of 1 - γ and a value of 1 make a return of 1, whatever the weights.
	random := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		n, gamma := 1+random.IntN(30), random.Float64()
		for _, w := range []rl.HorizonWeights{rl.Horizon(n, gamma), rl.AveragedHorizons(n, gamma)} {
			total := 0.0
			for _, weight := range w.Rewards {
				total += weight * (1 - gamma)
			}
			for _, weight := range w.Values {
				total += weight
			}
			if math.Abs(total-1) > 1e-12 {
				t.Errorf("%d steps at %v: the return is %v, want 1", n, gamma, total)
			}
		}
	}
}
