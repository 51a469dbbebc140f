// Package actor is the agent.Policy of any network that gives a distribution of actions.
package actor

import (
	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
)

// Distribution is what an actor asks of the distribution of an action.
type Distribution interface {
	Sample(noise *grad.Value) *grad.Value
	Mode() *grad.Value
	LogProb(action *grad.Value) *grad.Value
}

// Settings are what an actor needs to know besides its network.
type Settings struct {
	Sizes        agent.Sizes
	Seed, Stream uint64 // of its noise
}

// actor acts with a copy of a learner's network, one observation at a time.
type actor struct {
	source, own grad.Tree
	seed        uint64
	act         *grad.Executable[float32]
	observation []float32
	sample      agent.Action
	mode        agent.Action
}

var _ agent.Policy = (*actor)(nil)

// New returns a policy that acts as apply says, whose network has the parameters own. They take over
// the present values of source, now and with every Refresh.
func New[D Distribution](s Settings, source, own grad.Tree, apply func(t *grad.Tracer, observation *grad.Value) D) (agent.Policy, error) {
	program, err := grad.Trace(func(t *grad.Tracer) {
		distribution := apply(t, t.Input("observation", 1, s.Sizes.Observation))
		outputAction(t, "sample", distribution, distribution.Sample(t.Normal(s.Stream, 1, s.Sizes.Action)))
		outputAction(t, "mode", distribution, distribution.Mode())
	})
	if err != nil {
		return nil, err
	}
	act, err := grad.Compile(program, nil)
	if err != nil {
		return nil, err
	}
	a := &actor{source: source, own: own, seed: s.Seed, act: act, observation: act.Input("observation")}
	a.sample.Values, a.mode.Values = act.Output("sample"), act.Output("mode")
	a.Refresh()
	return a, nil
}

func outputAction(t *grad.Tracer, name string, distribution Distribution, action *grad.Value) {
	t.Output(name, action)
	t.Output(name+"_log_probability", distribution.LogProb(action))
}

// Act chooses an action for a flat observation.
func (a *actor) Act(observation []float32, occasion uint64, deterministic bool) agent.Action {
	copy(a.observation, observation)
	a.act.Seed(a.seed, occasion)
	a.act.Run()
	if deterministic {
		a.mode.LogProbability = a.act.Output("mode_log_probability")[0]
		return a.mode
	}
	a.sample.LogProbability = a.act.Output("sample_log_probability")[0]
	return a.sample
}

// Refresh takes over the source's present parameters.
func (a *actor) Refresh() {
	for i, parameter := range a.own {
		copy(parameter.Data, a.source[i].Data)
	}
}
