package gaussian

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// policy acts with a copy of a learner's network, one observation at a time.
type policy struct {
	source, own grad.Tree
	seed        uint64
	act         *grad.Executable[float32]
	observation []float32
	sample      agent.Action
	mode        agent.Action
}

var _ agent.Policy = (*policy)(nil)

// NewPolicy returns a policy with the present parameters of source, which Refresh takes over again.
// Its noise is that of the given seed and stream.
func NewPolicy(source Network, seed, stream uint64) (agent.Policy, error) {
	sizes := source.settings.Sizes
	network := NewNetwork(source.settings, rand.New(rand.NewPCG(0, 0)))
	program, err := grad.Trace(func(t *grad.Tracer) {
		distribution := network.Apply(t.Input("observation", 1, sizes.Observation))
		outputAction(t, "sample", distribution, distribution.Sample(t.Normal(stream, 1, sizes.Action)))
		outputAction(t, "mode", distribution, distribution.Mode())
	})
	if err != nil {
		return nil, err
	}
	act, err := grad.Compile(program, nil)
	if err != nil {
		return nil, err
	}
	p := &policy{source: grad.TreeOf(source), own: grad.TreeOf(network), seed: seed, act: act, observation: act.Input("observation")}
	p.sample.Values, p.mode.Values = act.Output("sample"), act.Output("mode")
	p.Refresh()
	return p, nil
}

func outputAction(t *grad.Tracer, name string, distribution dist.Gaussian, action *grad.Value) {
	t.Output(name, action)
	t.Output(name+"_log_probability", distribution.LogProb(action))
}

// Act chooses an action for a flat observation.
func (p *policy) Act(observation []float32, occasion uint64, deterministic bool) agent.Action {
	copy(p.observation, observation)
	p.act.Seed(p.seed, occasion)
	p.act.Run()
	if deterministic {
		p.mode.LogProbability = p.act.Output("mode_log_probability")[0]
		return p.mode
	}
	p.sample.LogProbability = p.act.Output("sample_log_probability")[0]
	return p.sample
}

// Refresh takes over the source's present parameters.
func (p *policy) Refresh() {
	for i, parameter := range p.own {
		copy(parameter.Data, p.source[i].Data)
	}
}
