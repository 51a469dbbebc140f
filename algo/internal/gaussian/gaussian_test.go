package gaussian

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
)

func newNetwork() Network {
	return NewNetwork(Settings{
		Sizes: agent.Sizes{Observation: 3, Action: 2}, Layers: []int{8, 4}, Head: Free(0.7, 0.1),
	}, rand.New(rand.NewPCG(1, 1)))
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.9g, want %.9g", what, got, want)
	}
}

// logProb is the log-density of two independent normal variables.
func logProb(x []float32, mean, deviation [2]float64) float64 {
	sum := 0.0
	for i := range x {
		z := (float64(x[i]) - mean[i]) / deviation[i]
		sum -= z*z/2 + math.Log(deviation[i]) + math.Log(2*math.Pi)/2
	}
	return sum
}

// A new network is nearly N(0, initial + minimum) at every observation.
func TestFirstDistribution(t *testing.T) {
	policy, err := NewPolicy(newNetwork(), 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	mode := policy.Act(agent.Observation{Numbers: []float32{1, -2, 3}}, nil, 0, true)
	near(t, "mean", float64(mode.Values[0]), 0, 0.02)
	near(t, "log-probability of the mode", float64(mode.LogProbability), logProb([]float32{0, 0}, [2]float64{}, [2]float64{0.8, 0.8}), 0.02)
}

// By hand: with heads that are constant, softplus(log(e² - 1)) = 2 gives σ = 0.7 · 2 / log 2 + 0.1, and
// softplus(-50) = 0 gives the minimum.
func TestDistributionByHand(t *testing.T) {
	n := newNetwork()
	n.Mean.Weight.Filled(0)
	n.Deviation.Weight.Filled(0)
	copy(n.Mean.Bias.Data, []float32{0.5, -2})
	copy(n.Deviation.Bias.Data, []float32{float32(math.Log(math.Expm1(2))), -50})
	policy, err := NewPolicy(n, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	mean, deviation := [2]float64{0.5, -2}, [2]float64{1.4/math.Ln2 + 0.1, 0.1}
	mode := policy.Act(agent.Observation{Numbers: []float32{1, -2, 3}}, nil, 0, true)
	if !slices.Equal(mode.Values, []float32{0.5, -2}) {
		t.Errorf("the mode is %v, want the bias of the mean", mode.Values)
	}
	near(t, "log-probability of the mode", float64(mode.LogProbability), logProb(mode.Values, mean, deviation), 1e-5)
	sample := policy.Act(agent.Observation{Numbers: []float32{1, -2, 3}}, nil, 7, false)
	near(t, "log-probability of a sample", float64(sample.LogProbability), logProb(sample.Values, mean, deviation), 1e-4)
}

// A policy keeps the parameters that it was made with until Refresh.
func TestRefresh(t *testing.T) {
	n := newNetwork()
	policy, err := NewPolicy(n, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	act := func() float32 {
		return policy.Act(agent.Observation{Numbers: []float32{1, -2, 3}}, nil, 0, true).Values[0]
	}
	before := act()
	n.Mean.Bias.Filled(1)
	if kept := act(); kept != before {
		t.Errorf("without Refresh the mode went from %v to %v", before, kept)
	}
	policy.Refresh()
	near(t, "mode after Refresh", float64(act()), float64(before)+1, 1e-6)
}

// By hand: outputs 0.5 and 0 give tanh(0.5) and 0.3 + 0.5 / (1 + exp(-2)); -100 gives the minimum.
func TestBoundedByHand(t *testing.T) {
	n := newNetwork()
	n.settings.Head = Bounded(0.3, 0.8)
	n.Mean.Weight.Filled(0)
	n.Deviation.Weight.Filled(0)
	copy(n.Mean.Bias.Data, []float32{0.5, 0})
	copy(n.Deviation.Bias.Data, []float32{0, -100})
	policy, err := NewPolicy(n, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	mode := policy.Act(agent.Observation{Numbers: []float32{1, -2, 3}}, nil, 0, true)
	mean, deviation := [2]float64{math.Tanh(0.5), 0}, [2]float64{0.3 + 0.5/(1+math.Exp(-2)), 0.3}
	near(t, "mode", float64(mode.Values[0]), mean[0], 1e-6)
	near(t, "log-probability of the mode", float64(mode.LogProbability), logProb(mode.Values, mean, deviation), 1e-5)
}
