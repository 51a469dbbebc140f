package agenttest

import (
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/replay"
)

// Point is a point between walls at -1 and 1 that a policy plays with: an action in [-1, 1] moves it by
// up to 0.2, and the cost of a step is the square of its distance from 0 and a little for moving.
// Episodes start up to 0.5 away and are cut off after 50 steps. The best mean return is about -0.2; doing nothing gives -4.
type Point struct {
	Policy agent.Policy

	table       *replay.Table
	random      *rand.Rand
	observation [1]float32
	state       []float32 // the policy's
	length      int       // steps of the episode being remembered
	steps       uint64
}

// PointSizes are the widths of the point's observation and of its action.
var PointSizes = agent.Sizes{Observation: 1, Action: 1}

const pointLimit = 50 // steps of an episode

// NewPoint returns a point that policy plays with, and that remembers up to 10,000 steps.
func NewPoint(t *testing.T, policy agent.Policy) *Point {
	t.Helper()
	table, err := replay.NewTable(replay.Layout{Observation: 1, Action: 1, Reward: 1, State: policy.StateSize()}, 10000)
	if err != nil {
		t.Fatal(err)
	}
	return &Point{Policy: policy, table: table, random: rand.New(rand.NewPCG(1, 1)), state: make([]float32, policy.StateSize())}
}

// begin starts an episode.
func (p *Point) begin(random *rand.Rand) {
	p.observation[0] = float32(random.Float64() - 0.5)
	clear(p.state)
}

// choose lets the policy act.
func (p *Point) choose(occasion uint64, deterministic bool) agent.Action {
	chosen := p.Policy.Act(agent.Observation{Numbers: p.observation[:]}, p.state, occasion, deterministic)
	copy(p.state, chosen.State)
	return chosen
}

// take moves the point and returns the reward.
func (p *Point) take(action float32) float64 {
	x, a := float64(p.observation[0]), min(max(float64(action), -1), 1)
	p.observation[0] = float32(min(max(x+0.2*a, -1), 1))
	return -x*x - 0.05*a*a
}

// MeanReturn plays 20 episodes, always with the same starts, without remembering them.
func (p *Point) MeanReturn(deterministic bool) float64 {
	const episodes = 20
	total, random := 0.0, rand.New(rand.NewPCG(2, 2))
	for step := range uint64(episodes * pointLimit) {
		if step%pointLimit == 0 {
			p.begin(random)
		}
		total += p.take(p.choose(step, deterministic).Values[0])
	}
	p.length = 0
	return total / episodes
}

// Act takes one step and remembers it.
func (p *Point) Act(t *testing.T) {
	t.Helper()
	if p.length == 0 {
		p.begin(p.random)
		if err := p.table.Begin(replay.Step{Observation: p.observation[:], State: p.state}); err != nil {
			t.Fatal(err)
		}
	}
	chosen := p.choose(p.steps, false)
	reward := []float32{float32(p.take(chosen.Values[0]))}
	p.steps++
	p.length = (p.length + 1) % pointLimit
	err := p.table.Append(replay.Step{
		Action: chosen.Values, LogProbability: chosen.LogProbability, Reward: reward, Discount: 1, Observation: p.observation[:], State: p.state,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Sampler draws from what the point remembers.
func (p *Point) Sampler(t *testing.T, seed uint64) *replay.Sampler {
	t.Helper()
	sampler, err := replay.NewSampler(seed, p.table)
	if err != nil {
		t.Fatal(err)
	}
	return sampler
}

// LearnPoint lets a new learner play for some steps and learn every other one. The test fails unless the
// random policy that it starts from has a mean return of less than -4, and the mode of the policy that
// it ends with one of more than -2.
func LearnPoint(t *testing.T, learner agent.Learner, steps int) {
	t.Helper()
	policy, err := learner.Policy()
	if err != nil {
		t.Fatal(err)
	}
	p := NewPoint(t, policy)
	sampler := p.Sampler(t, 1)
	before := p.MeanReturn(false)
	for step := range steps {
		p.Act(t)
		if step < 500 || step%2 > 0 {
			continue
		}
		if err := learner.Step(sampler); err != nil {
			t.Fatal(err)
		}
		policy.Refresh()
	}
	after := p.MeanReturn(true)
	t.Logf("mean return %.3g before, %.3g after", before, after)
	if !(before < -4 && after > -2) {
		t.Errorf("the mean return went from %g to %g, want less than -4 and more than -2", before, after)
	}
}
