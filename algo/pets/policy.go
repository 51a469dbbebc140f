package pets

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/planning"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/plan"
)

// policy plans every action from what it observes. Its state is, with warm start, where the next plan begins
// [horizon, action].
type policy struct {
	learner     *learner
	source, own grad.Tree // of the learner's ensemble, and of the copy that it plans with
	decider     *planning.Decider

	learned bool // the learner has made an update
	state   []float32
}

// Policy returns a policy that plans with a copy of the present parameters. It plans on the learner's workers, and
// so acts while the learner rests.
func (l *learner) Policy() (agent.Policy, error) {
	c := l.config
	model := newModel(c, l.Sizes, rand.New(rand.NewPCG(0, 0)))
	rollout, err := model.NewRollout(c.Horizon, c.Particles/c.Members, l.workers)
	if err != nil {
		return nil, err
	}
	s := planning.Settings{
		Planner: c.Planner, Sizes: plan.Sizes{Horizon: c.Horizon, Action: l.Sizes.Action},
		Budget: plan.Budget{Samples: c.Samples, Iterations: c.Iterations}, WarmStart: c.WarmStart,
		Elites: c.Elites, InitialDeviation: c.InitialDeviation, MinimumDeviation: c.MinimumDeviation,
		Momentum: c.Momentum, Temperature: c.Temperature, ExplorationDeviation: c.ExplorationDeviation,
	}
	p := &policy{learner: l, source: grad.TreeOf(l.model), own: grad.TreeOf(model), state: make([]float32, s.StateSize())}
	if p.decider, err = planning.New(s, rollout); err != nil {
		return nil, err
	}
	p.Refresh()
	return p, nil
}

// StateSize implements agent.Policy.
func (p *policy) StateSize() int { return len(p.state) }

// Act plans and takes the first action of the plan. Unless it is to be deterministic noise is added, and before the
// first update it draws actions uniformly.
func (p *policy) Act(observation agent.Observation, state []float32, occasion uint64, deterministic bool) agent.Action {
	copy(p.state, state)
	chosen := agent.Action{State: p.state}
	if deterministic {
		chosen.Values = p.decider.Decide(observation.Numbers, p.state)
		return chosen
	}
	key := rng.Key{Seed: p.learner.Seed, Stream: streamExploration, Step: occasion}
	chosen.Values, chosen.LogProbability = p.decider.Explore(observation.Numbers, p.state, key, p.learned)
	return chosen
}

// Refresh takes over the learner's present parameters.
func (p *policy) Refresh() {
	for i, source := range p.source {
		copy(p.own[i].Data, source.Data)
	}
	p.learned = p.learner.Updates() > 0
}
