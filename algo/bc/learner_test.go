package bc

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/replay"
)

var sizes = agent.Sizes{Observation: 2, Action: 2}

// demonstrations returns episodes of an expert that acts on observations drawn at random.
func demonstrations(t *testing.T, steps int, expert func(observation []float32, random *rand.Rand) []float32) *replay.Sampler {
	t.Helper()
	table, err := replay.NewTable(replay.Layout{Observation: 2, Action: 2, Reward: 1}, 2*steps)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	observe := func() []float32 { return []float32{float32(random.NormFloat64()), float32(random.NormFloat64())} }
	var observation []float32
	for i := range steps {
		if i%50 == 0 {
			observation = observe()
			if err := table.Begin(replay.Step{Observation: observation}); err != nil {
				t.Fatal(err)
			}
		}
		action := expert(observation, random)
		observation = observe()
		if err := table.Append(replay.Step{Action: action, Reward: []float32{0}, Discount: 1, Observation: observation}); err != nil {
			t.Fatal(err)
		}
	}
	sampler, err := replay.NewSampler(1, table)
	if err != nil {
		t.Fatal(err)
	}
	return sampler
}

// cloneOf returns a learner after some updates on what the sampler draws from.
func cloneOf(t *testing.T, c *Config, experience *replay.Sampler, updates int) agent.Learner {
	t.Helper()
	l, err := newLearner(c, sizes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range updates {
		if err := l.Step(experience); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func metric(t *testing.T, l agent.Learner, name string) float64 {
	t.Helper()
	value, ok := l.Metrics().Get(name)
	if !ok {
		t.Fatalf("there is no metric %q", name)
	}
	return value
}

func quick() *Config {
	c := Default()
	c.PolicyLayers, c.Batch, c.LearningRate = []int{32, 32}, 256, 1e-3
	return c
}

// linearMean is the mode of the expert to be recovered.
func linearMean(o []float32) [2]float64 {
	x, y := float64(o[0]), float64(o[1])
	return [2]float64{0.2*x - 0.1*y + 0.1, 0.15 * y}
}

// linearDeviations are the expert's, element by element.
var linearDeviations = [2]float64{0.2, 0.05}

// A clone has the mean and the deviation of a linear-Gaussian expert.
func TestRecoversALinearGaussianExpert(t *testing.T) {
	expert := func(o []float32, random *rand.Rand) []float32 {
		action := make([]float32, 2)
		for d, mean := range linearMean(o) {
			action[d] = float32(mean + linearDeviations[d]*random.NormFloat64())
		}
		return action
	}
	policy, err := cloneOf(t, quick(), demonstrations(t, 20000, expert), 4000).Policy()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 7))
	var shift, variance [2]float64 // mean squares over observations
	const count = 2000
	for i := range uint64(count) {
		o := []float32{float32(random.NormFloat64()), float32(random.NormFloat64())}
		mode := slices.Clone(policy.Act(agent.Observation{Numbers: o}, nil, i, true).Values)
		sample := policy.Act(agent.Observation{Numbers: o}, nil, i, false).Values
		for d, want := range linearMean(o) {
			shift[d] += math.Pow(float64(mode[d])-want, 2) / count
			variance[d] += math.Pow(float64(sample[d]-mode[d]), 2) / count
		}
	}
	for d, want := range linearDeviations {
		t.Logf("element %d: root-mean-square error of the mean %.3g, deviation %.3g", d, math.Sqrt(shift[d]), math.Sqrt(variance[d]))
		if math.Sqrt(shift[d]) > 0.03 {
			t.Errorf("element %d: the mean is %g off", d, math.Sqrt(shift[d]))
		}
		near(t, "deviation", math.Sqrt(variance[d])/want, 1, 0.05)
	}
}

// A deterministic expert drives the deviation to its minimum and the likelihood no further than that
// allows.
func TestMinimumDeviationBoundsTheLikelihood(t *testing.T) {
	expert := func(o []float32, _ *rand.Rand) []float32 { return []float32{0.5, -0.25} }
	c := quick()
	c.MinimumDeviation = 0.05
	l := cloneOf(t, c, demonstrations(t, 500, expert), 1000)
	bound := -2 * math.Log(c.MinimumDeviation*math.Sqrt(2*math.Pi))
	if got := metric(t, l, "cloning/log_likelihood"); !(got <= bound && got > bound-0.2) {
		t.Errorf("the log-likelihood is %g, want nearly the bound %g", got, bound)
	}
	near(t, "deviation", metric(t, l, "policy/deviation"), c.MinimumDeviation, 5e-3)
	near(t, "error", metric(t, l, "cloning/error"), 0, 0.01)
	near(t, "loss", metric(t, l, "policy/loss"), -metric(t, l, "cloning/log_likelihood"), 0)
}

// What lies beyond the bounds is cloned as what it does.
func TestActionsBeyondTheBoundsAreClipped(t *testing.T) {
	saturated := func(size float32) agent.Learner {
		expert := func(o []float32, _ *rand.Rand) []float32 {
			if o[0] < 0 {
				return []float32{-size, size}
			}
			return []float32{size, -size}
		}
		return cloneOf(t, small(), demonstrations(t, 500, expert), 20)
	}
	near, far := saturated(1), saturated(1e9)
	for i, part := range near.Parts() {
		for j, named := range part.Tree {
			if other := far.Parts()[i].Tree[j]; !slices.Equal(named.Data, other.Data) {
				t.Errorf("%s/%s differs", part.Name, named.Name)
			}
		}
	}
}

// The first metric that is no longer finite ends learning.
func TestAMetricThatIsNotFiniteIsAnError(t *testing.T) {
	l, err := newLearner(small(), sizes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	l.(*learner).policy.Mean.Bias.Data[1] = float32(math.NaN())
	err = l.Step(demonstrations(t, 50, func([]float32, *rand.Rand) []float32 { return []float32{0, 0} }))
	if err == nil || !strings.HasPrefix(err.Error(), "bc: update 1: policy/loss is NaN;") {
		t.Errorf("the error is %v", err)
	}
}
