package mpc

import (
	"errors"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/planning"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/plan"
	"github.com/reverie-rl/reverie/plan/simulator"
)

// streamExploration is the stream of the noise on actions.
const streamExploration = 1

// policy plans every action. Its state is where the next plan begins [horizon, action], with warm start.
type policy struct {
	*learner
	planner plan.Planner

	simulator *simulator.Simulator // nil outside any environment
	rollout   plan.Rollout         // the simulator as the planner sees it

	nominal, state, values, noise []float32
}

var _ agent.Simulating = (*policy)(nil)

func newPolicy(l *learner) *policy {
	p := &policy{
		learner: l, planner: planners[l.config.Planner](l.config, l.sizes), nominal: make([]float32, l.sizes.Size()),
		values: make([]float32, l.sizes.Action), noise: make([]float32, l.sizes.Action),
	}
	if l.config.WarmStart {
		p.state = make([]float32, l.sizes.Size())
	}
	return p
}

// In implements agent.Simulating.
func (p *policy) In(task env.Task, workers int) (agent.Simulating, error) {
	made, err := simulator.New(task, p.sizes, workers)
	if err != nil {
		return nil, err
	}
	inside := newPolicy(p.learner)
	inside.simulator, inside.rollout = made, made
	if p.config.Planner == ilqg {
		if inside.rollout, err = made.System(); err != nil {
			return nil, errors.Join(err, made.Close())
		}
	}
	return inside, nil
}

// Stand implements agent.Simulating.
func (p *policy) Stand(snapshot []byte) error { return p.simulator.Stand(snapshot) }

// Close implements agent.Simulating.
func (p *policy) Close() error { return p.simulator.Close() }

// StateSize implements agent.Policy.
func (p *policy) StateSize() int { return len(p.state) }

// Act plans and takes the first action of the plan, with noise unless it is to be deterministic. It panics
// outside of an environment.
func (p *policy) Act(seen agent.Observation, state []float32, occasion uint64, deterministic bool) agent.Action {
	if p.simulator == nil {
		panic("mpc: a policy can act only in the environment that In and Stand name")
	}
	copy(p.nominal, state)
	found, err := p.planner.Plan(p.rollout, plan.Start{Nominal: p.nominal, Seed: planning.SeedOf(seen.Numbers)}, p.config.budget())
	if err != nil {
		panic(err) // Validate and In leave no reason for one
	}
	copy(p.values, found.Actions)
	copy(p.state, found.Actions)
	if p.config.WarmStart {
		p.sizes.Shift(p.state)
	}
	chosen := agent.Action{Values: p.values, State: p.state}
	if !deterministic {
		key := rng.Key{Seed: p.seed, Stream: streamExploration, Step: occasion}
		chosen.LogProbability = planning.Explore(p.values, p.noise, p.config.ExplorationDeviation, key)
	}
	return chosen
}

// Refresh has no parameters to take over.
func (p *policy) Refresh() {}
