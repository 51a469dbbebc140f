package mpo

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/replay"
)

// player acts in an environment and remembers what happens, as the run loop does.
type player struct {
	environment env.Environment
	policy      agent.Policy
	table       *replay.Table
	observation []float32
	action      []float64
	playing     bool
	steps       uint64
}

// meanReturn plays 20 episodes without remembering them.
func (p *player) meanReturn(t *testing.T, deterministic bool) float64 {
	t.Helper()
	total, occasion := 0.0, uint64(0)
	for range 20 {
		for step := p.begin(t); step.Type != env.Last; occasion++ {
			step = p.take(t, p.policy.Act(p.observation, occasion, deterministic))
			total += step.Reward
		}
	}
	p.playing = false
	return total / 20
}

func (p *player) begin(t *testing.T) env.TimeStep {
	t.Helper()
	first, err := p.environment.Reset()
	if err != nil {
		t.Fatal(err)
	}
	agent.Flatten(p.observation, first.Observation)
	return first
}

func (p *player) take(t *testing.T, chosen agent.Action) env.TimeStep {
	t.Helper()
	agent.Scale(p.action, chosen.Values, p.environment.Action())
	next, err := p.environment.Step(p.action)
	if err != nil {
		t.Fatal(err)
	}
	agent.Flatten(p.observation, next.Observation)
	return next
}

// act takes one step and remembers it.
func (p *player) act(t *testing.T) {
	t.Helper()
	if !p.playing {
		p.begin(t)
		p.playing = true
		if err := p.table.Begin(p.observation); err != nil {
			t.Fatal(err)
		}
	}
	chosen := p.policy.Act(p.observation, p.steps, false)
	next := p.take(t, chosen)
	p.steps++
	p.playing = next.Type != env.Last
	err := p.table.Append(replay.Step{
		Action: chosen.Values, LogProbability: chosen.LogProbability, Reward: []float32{float32(next.Reward)},
		Discount: float32(next.Discount), Observation: p.observation,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// pointMass is a point on a line, moved by up to 0.2 in a step, with the square of its distance
// from 0 as its cost and a small one for moving. Episodes start up to 0.5 away and last 50 steps.
func pointMass(seed uint64) (env.Environment, error) {
	one := func(x float64) *mat.Dense { return mat.NewDense(1, 1, []float64{x}) }
	return classic.NewLinear("point", classic.LinearSystem{A: one(1), B: one(0.2), Q: one(1), R: one(0.05)}, 50, seed)
}

func newPlayer(t *testing.T, l agent.Learner, sizes agent.Sizes) *player {
	t.Helper()
	environment, err := pointMass(1)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := l.Policy()
	if err != nil {
		t.Fatal(err)
	}
	table, err := replay.NewTable(replay.Layout{Observation: sizes.Observation, Action: sizes.Action, Reward: 1}, 10000)
	if err != nil {
		t.Fatal(err)
	}
	return &player{environment: environment, policy: policy, table: table, observation: make([]float32, sizes.Observation), action: make([]float64, sizes.Action)}
}

// learnPoint learns for 6000 steps and returns the mean return of the random policy that it starts
// from, and that of the mode of the policy it ends with.
func learnPoint(t *testing.T, c *Config) (before, after float64) {
	t.Helper()
	sizes := agent.Sizes{Observation: 1, Action: 1}
	l, err := newLearner(c, sizes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := newPlayer(t, l, sizes)
	sampler, err := replay.NewSampler(1, p.table)
	if err != nil {
		t.Fatal(err)
	}
	before = p.meanReturn(t, false)
	for step := range 6000 {
		p.act(t)
		if step < 500 || step%2 > 0 {
			continue
		}
		if err := l.Step(sampler); err != nil {
			t.Fatal(err)
		}
		p.policy.Refresh()
	}
	return before, p.meanReturn(t, true)
}

// The best return is about -0.2; doing nothing gives -4 and the first, random policy less.
func TestLearnsToReachAPoint(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"n-step":           func(*Config) {},
		"retrace":          func(c *Config) { c.Target, c.Batch = TargetRetrace, 16 },
		"adam temperature": func(c *Config) { c.Temperature = TemperatureAdam },
	} {
		t.Run(name, func(t *testing.T) {
			c := Default()
			c.PolicyLayers, c.CriticLayers = []int{32, 32}, []int{32, 32}
			c.Batch, c.LearningRate = 64, 1e-3
			change(c)
			before, after := learnPoint(t, c)
			t.Logf("mean return %.3g before, %.3g after", before, after)
			if !(before < -4 && after > -2) {
				t.Errorf("the mean return went from %g to %g, want less than -4 and more than -2", before, after)
			}
		})
	}
}
