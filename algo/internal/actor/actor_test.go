package actor

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

var sizes = agent.Sizes{Observation: 1, Action: 1}

// newCounter returns a policy whose memory is the sum of what it has seen, whose mean is the action before, and
// whose deviation is 2.
func newCounter(t *testing.T, correlation float64) agent.Policy {
	t.Helper()
	policy, err := NewRecurrent(Settings{Sizes: sizes, Seed: 1, Stream: 1}, Memory{Size: 1, Correlation: correlation}, nil, nil,
		func(t *grad.Tracer, observation, previous, memory *grad.Value) (dist.Gaussian, *grad.Value) {
			return dist.Gaussian{Mean: previous, Deviation: t.Value(grad.Scalar(2)).Broadcast(1, 1)}, memory.Add(observation)
		})
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// By hand: the state is the sum of observations, the action clipped, and the noise that made it.
func TestStateByHand(t *testing.T) {
	policy := newCounter(t, 0)
	if policy.StateSize() != 3 {
		t.Fatalf("the state has %d numbers, want 3", policy.StateSize())
	}
	mode := policy.Act(agent.Observation{Numbers: []float32{3}}, []float32{4, 0.5, 9}, 1, true)
	if mode.Values[0] != 0.5 || mode.State[0] != 7 || mode.State[1] != 0.5 || mode.State[2] != 0 {
		t.Errorf("the mode is %v with the state %v, want 0.5 and 7, 0.5, 0", mode.Values, mode.State)
	}
	for occasion := range uint64(20) {
		sample := policy.Act(agent.Observation{Numbers: []float32{3}}, []float32{4, 0.5, 9}, occasion, false)
		action, noise := sample.Values[0], sample.State[2]
		if math.Abs(float64(action-0.5-2*noise)) > 1e-5 || sample.State[1] != min(max(action, -1), 1) {
			t.Fatalf("the action is %v with the state %v", action, sample.State)
		}
	}
}

// The noise is standard normal, and as much like the noise before as it should be.
func TestCorrelationOfNoise(t *testing.T) {
	const steps = 20000
	for _, correlation := range []float64{0, 0.9} {
		policy, state := newCounter(t, correlation), make([]float32, 3)
		var before, square, product float64
		for step := range uint64(steps) {
			copy(state, policy.Act(agent.Observation{Numbers: []float32{0}}, state, step, false).State)
			noise := float64(state[2])
			square += noise * noise / steps
			product += noise * before / steps
			before = noise
		}
		if math.Abs(square-1) > 0.1 || math.Abs(product-correlation) > 0.1 {
			t.Errorf("with a correlation of %v the variance is %.3f, and the covariance with the noise before %.3f", correlation, square, product)
		}
	}
}
