package planet

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/observation"
	"github.com/reverie-rl/reverie/algo/internal/planning"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/rng"
	"github.com/reverie-rl/reverie/plan"
	"github.com/reverie-rl/reverie/world"
)

// policy filters what it observes, and plans every action from the state that it believes in. Its state is the
// features of the model's state, behind them the action, clipped to the bounds of the task, and behind that, with warm
// start, where the next plan begins [horizon, action].
type policy struct {
	learner     *learner
	source, own grad.Tree // of the learner's model, and of the copy that filters and plans
	filter      *grad.Executable[float32]
	seen        agent.Observation // the filter's inputs
	decider     *planning.Decider

	learned bool // the learner has made an update
	state   []float32
}

// Policy returns a policy that plans with a copy of the present parameters. It plans on the learner's workers, and
// so acts while the learner rests.
func (l *learner) Policy() (agent.Policy, error) {
	model := newModel(l.config, l.Sizes, rand.New(rand.NewPCG(0, 0)))
	rollout, err := model.NewRollout(l.config.Horizon, l.config.SampledRollouts, nil, l.workers)
	if err != nil {
		return nil, err
	}
	s := l.planning()
	p := &policy{learner: l, source: grad.TreeOf(l.model), own: grad.TreeOf(model), state: make([]float32, l.stateSize())}
	if p.decider, err = planning.New(s, rollout); err != nil {
		return nil, err
	}
	if p.filter, err = compileFilter(model, l.Sizes); err != nil {
		return nil, err
	}
	p.seen = observation.Memory(p.filter, l.Sizes)
	p.Refresh()
	return p, nil
}

// planning are the settings of decisions.
func (l *learner) planning() planning.Settings {
	c := l.config
	return planning.Settings{
		Planner: c.Planner, Sizes: plan.Sizes{Horizon: c.Horizon, Action: l.Sizes.Action},
		Budget: plan.Budget{Samples: c.Samples, Iterations: c.Iterations}, WarmStart: c.WarmStart,
		Elites: c.Elites, InitialDeviation: c.InitialDeviation, MinimumDeviation: c.MinimumDeviation,
		Momentum: c.Momentum, Temperature: c.Temperature, ExplorationDeviation: c.ExplorationDeviation,
	}
}

// stateSize is the size of the policy's state.
func (l *learner) stateSize() int {
	return l.model.RSSM.FeatureSize() + l.Sizes.Action + l.planning().StateSize()
}

// compileFilter compiles the step from features and action before to the features that an observation makes of them:
// by a sample of the posterior and by its mode.
func compileFilter(model world.Model, sizes agent.Sizes) (*grad.Executable[float32], error) {
	program, err := grad.Trace(func(t *grad.Tracer) {
		before := model.RSSM.StateOf(t.Input("features", 1, model.RSSM.FeatureSize()))
		embedding := model.Encoder.Embed(observation.Input(t, sizes, 1))
		action := t.Input("action", 1, sizes.Action)
		never := t.Value(grad.Scalar(0)).Broadcast(1) // an episode begins with zeros, which is the initial state
		output := func(name string, noise *grad.Value) {
			t.Output(name, model.RSSM.Features(model.RSSM.Observe(before, embedding, action, never, noise).State))
		}
		output("sample", model.RSSM.Latent().Noise(t, streamFilter, 1))
		output("mode", nil)
	})
	if err != nil {
		return nil, err
	}
	return grad.Compile(program, nil)
}

// StateSize implements agent.Policy.
func (p *policy) StateSize() int { return len(p.state) }

// Act plans and takes the first action of the plan. Unless it is to be deterministic it believes in a sample of the
// posterior and adds noise, and before the first update it draws actions uniformly.
func (p *policy) Act(seen agent.Observation, state []float32, occasion uint64, deterministic bool) agent.Action {
	features := p.believe(seen, state, occasion, deterministic)
	left := p.state[len(features)+p.learner.Sizes.Action:]
	copy(left, state[len(features)+p.learner.Sizes.Action:])
	key := rng.Key{Seed: p.learner.Seed, Stream: streamExploration, Step: occasion}
	chosen := agent.Action{State: p.state}
	if deterministic {
		chosen.Values = p.decider.Decide(features, left)
	} else {
		chosen.Values, chosen.LogProbability = p.decider.Explore(features, left, key, p.learned)
	}
	copy(p.state, features)
	for i, x := range chosen.Values {
		p.state[len(features)+i] = min(max(x, -1), 1)
	}
	return chosen
}

// believe is the features of the model's state with one more observation.
func (p *policy) believe(seen agent.Observation, state []float32, occasion uint64, deterministic bool) []float32 {
	features := copy(p.filter.Input("features"), state)
	copy(p.filter.Input("action"), state[features:])
	copy(p.seen.Numbers, seen.Numbers)
	copy(p.seen.Image, seen.Image)
	p.filter.Seed(p.learner.Seed, occasion)
	p.filter.Run()
	if deterministic {
		return p.filter.Output("mode")
	}
	return p.filter.Output("sample")
}

// Refresh takes over the learner's present parameters.
func (p *policy) Refresh() {
	for i, source := range p.source {
		copy(p.own[i].Data, source.Data)
	}
	p.learned = p.learner.Updates() > 0
}
