package pets

import (
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/algo/mpc"
	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/wrap"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
	"github.com/reverie-rl/reverie/run"
)

// pendulum is classic/pendulum with every action repeated five times, and episodes of 40 actions.
func pendulum(t *testing.T) env.Task {
	t.Helper()
	for _, task := range classic.Tasks() {
		if task.Name == "classic/pendulum" {
			return wrap.Task(wrap.Repeated(task, 5), func(inner env.Environment) (env.Environment, error) {
				return wrap.TimeLimit(inner, 40)
			})
		}
	}
	t.Fatal("there is no classic/pendulum")
	return env.Task{}
}

// player is an agent in an environment, and what it remembers.
type player struct {
	policy      agent.Policy
	environment env.Environment
	table       *replay.Table
	sizes       agent.Sizes
	row         agent.Observation
	state       []float32
	action      []float64
	last        env.TimeStep
	steps       uint64
}

func newPlayer(t *testing.T, task env.Task, seed uint64, sizes agent.Sizes, policy agent.Policy) *player {
	t.Helper()
	environment, err := task.New(seed)
	if err != nil {
		t.Fatal(err)
	}
	layout := replay.Layout{Observation: sizes.Observation, Action: sizes.Action, Reward: 1, State: policy.StateSize()}
	table, err := replay.NewTable(layout, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return &player{
		policy: policy, environment: environment, table: table, last: env.TimeStep{Type: env.Last},
		sizes: sizes, row: agent.NewObservation(sizes), state: make([]float32, policy.StateSize()), action: make([]float64, sizes.Action),
	}
}

// act takes one step and remembers it.
func (p *player) act(t *testing.T) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if p.last.Type == env.Last {
		p.last, err = p.environment.Reset()
		check(err)
		p.sizes.Flatten(p.row, p.last.Observation)
		clear(p.state)
		check(p.table.Begin(replay.Step{Observation: p.row.Numbers, State: p.state}))
	}
	chosen := p.policy.Act(p.row, p.state, p.steps, false)
	copy(p.state, chosen.State)
	agent.Scale(p.action, chosen.Values, p.environment.Action())
	p.last, err = p.environment.Step(p.action)
	check(err)
	p.sizes.Flatten(p.row, p.last.Observation)
	check(p.table.Append(replay.Step{Action: chosen.Values, Reward: []float32{float32(p.last.Reward)}, Discount: 1, Observation: p.row.Numbers, State: p.state}))
	p.steps++
}

// sampler draws from what it remembers.
func (p *player) sampler(t *testing.T) *replay.Sampler {
	t.Helper()
	sampler, err := replay.NewSampler(1, p.table)
	if err != nil {
		t.Fatal(err)
	}
	return sampler
}

// score is the mean return of three episodes.
func score(t *testing.T, task env.Task, policy agent.Policy) float64 {
	t.Helper()
	evaluation, err := run.Evaluate(task, policy, run.Episodes{Count: 3, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	return evaluation.Mean()
}

// newAgent returns a learner with small networks and few sequences, and its policy.
func newAgent(t *testing.T, sizes agent.Sizes) (*learner, agent.Policy) {
	t.Helper()
	c := Small()
	c.ModelLayers, c.Samples, c.Iterations, c.Elites, c.LearningRate = []int{32, 32}, 30, 3, 4, 3e-3
	made, err := newLearner(c, sizes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := made.Policy()
	if err != nil {
		t.Fatal(err)
	}
	return made.(*learner), policy
}

// From uniform actions on classic/lqr without noise the ensemble comes to explain all but a hundredth of the variance
// of what it predicts, on steps that it has not seen.
func TestLearnsALinearSystem(t *testing.T) {
	system := classic.CartOnRail()
	system.Noise = 0
	task := env.Task{Name: "lqr", New: func(seed uint64) (env.Environment, error) { return classic.NewLinear("lqr", system, 50, seed) }}
	sizes := agent.Sizes{Observation: 2, Action: 1}
	l, policy := newAgent(t, sizes)
	seen, unseen := newPlayer(t, task, 1, sizes, policy), newPlayer(t, task, 2, sizes, policy)
	for range 1000 {
		seen.act(t)
		unseen.act(t)
	}
	experience := seen.sampler(t)
	for range 2000 {
		if err := l.Step(experience); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Step(unseen.sampler(t)); err != nil {
		t.Fatal(err)
	}
	unexplained := literal.Metric(t, l, "model/error")
	t.Logf("the error is %.2g of the variance", unexplained)
	if !(unexplained < 0.01) {
		t.Errorf("the error is %g of the variance, want less than 0.01", unexplained)
	}
}

// On the pendulum, planning in the ensemble that was learned on the way reaches four fifths of what planning with the
// true simulator does.
func TestLearnsThePendulum(t *testing.T) {
	task, sizes := pendulum(t), agent.Sizes{Observation: 3, Action: 1}
	l, policy := newAgent(t, sizes)
	player := newPlayer(t, task, 1, sizes, policy)
	experience := player.sampler(t)
	for step := range 800 {
		player.act(t)
		for updates := 0; step >= 200 && updates < 2; updates++ {
			if err := l.Step(experience); err != nil {
				t.Fatal(err)
			}
		}
		policy.Refresh()
	}
	simulating, err := mpc.Algorithm().New(mpc.Default(), sizes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	perfect, err := simulating.Policy()
	if err != nil {
		t.Fatal(err)
	}
	learned, best := score(t, task, policy), score(t, task, perfect)
	t.Logf("planning in the ensemble has %.4g, with the simulator %.4g", learned, best)
	if !(learned > 0.8*best) {
		t.Errorf("the return is %g, want more than 0.8 of %g", learned, best)
	}
}

// The averages of the normalisers are moved by no gradient.
func TestNormalisersDoNotDescend(t *testing.T) {
	l, err := newLearner(tiny(), agent.Sizes{Observation: 3, Action: 2}, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	descending := map[string]bool{}
	for _, named := range l.(*learner).model.Networks() {
		descending[named.Name] = true
	}
	if all := grad.TreeOf(l.(*learner).model); len(all) != len(descending)+6 {
		t.Errorf("%d of %d parameters descend, want all but six", len(descending), len(all))
	}
}
