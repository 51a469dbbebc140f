package mpc

import (
	"errors"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/plan"
	"github.com/reverie-rl/reverie/plan/simulator"
)

// policy plans every action. Its state is the number of decisions made and, after it, where the next plan
// begins [horizon, action].
type policy struct {
	*learner
	planner plan.Planner

	simulator *simulator.Simulator // nil outside any environment
	rollout   plan.Rollout         // the simulator as the planner sees it

	state []float32 // the memory of Action.State
}

var _ agent.Simulating = (*policy)(nil)

func newPolicy(l *learner) *policy {
	return &policy{learner: l, planner: planners[l.config.Planner](l.config, l.sizes), state: make([]float32, 1+l.sizes.Size())}
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

// Act plans and takes the first action of the plan. It panics outside of an environment.
func (p *policy) Act(_, state []float32, occasion uint64, deterministic bool) agent.Action {
	if p.simulator == nil {
		panic("mpc: a policy can act only in the environment that In and Stand name")
	}
	start := plan.Start{Nominal: state[1:], Seed: rng.Mix(uint64(state[0]))}
	if !deterministic {
		start.Seed = rng.Mix(p.seed, occasion)
	}
	found, err := p.planner.Plan(p.rollout, start, p.config.budget())
	if err != nil {
		panic(err) // Validate and In leave no reason for one
	}
	return agent.Action{Values: found.Actions[:p.sizes.Action], State: p.next(state[0]+1, found.Actions)}
}

// next is the state after a number of decisions, of which the last planned these actions.
func (p *policy) next(decisions float32, actions []float32) []float32 {
	p.state[0] = decisions
	if p.config.WarmStart {
		copy(p.state[1:], actions)
		p.sizes.Shift(p.state[1:])
	}
	return p.state
}

// Refresh has no parameters to take over.
func (p *policy) Refresh() {}
