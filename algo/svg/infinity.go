package svg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/replay"
)

// infinity is SVG(∞): the gradient of the rewards of a window flows back through all its steps.
type infinity struct {
	learner
	model

	windows replay.Sequences // of the newest experience
}

var _ agent.Learner = (*infinity)(nil)

func newInfinity(base learner, random *rand.Rand, workers *grad.Workers) (agent.Learner, error) {
	l, c := &infinity{learner: base}, base.config
	l.model = newModel(c, l.Sizes, random)
	if err := l.CompileTransitions(l.trace, workers); err != nil {
		return nil, err
	}
	steps := c.Windows * c.SequenceLength
	l.windows = replay.Sequences{
		Observation: l.Memory("window_observation"), Action: l.Memory("window_action"), Discount: l.Memory("window_discount"),
		Reward: l.Memory("window_reward"), LogProbability: make([]float32, steps),
	}
	return l, nil
}

// trace traces one update; docs/svg.md gives the formulas of its metrics.
func (l *infinity) trace(t *grad.Tracer, batch offpolicy.Batch) {
	c, o, a := l.config, l.Sizes.Observation, l.Sizes.Action
	w := l.fit(t, &l.Report, batch.Observation, batch.Action, batch.Next, batch.Reward, c.GradientNorm)
	states := t.Input("window_observation", c.Windows, c.SequenceLength+1, o).Transpose(1, 0, 2)
	actions := t.Input("window_action", c.Windows, c.SequenceLength, a).Transpose(1, 0, 2)
	weights := discounting(t, t.Input("window_discount", c.Windows, c.SequenceLength).Transpose(1, 0), c.Discount)
	rewards := t.Input("window_reward", c.Windows, c.SequenceLength).Transpose(1, 0)
	online := l.policy.Apply(states.Slice(0, 0, c.SequenceLength))
	returns := windowReturns(t, l.policy, w, states, actions, weights)
	recorded := rewards.Mul(weights).Sum(0)
	l.Report.Add(t, "window/return", recorded.Mean())
	l.Report.Add(t, "window/return_error", returns.Sub(recorded).Abs().Mean())
	l.minimise(t, returns.Mean().Add(l.entropy(online).Mean()).Neg(), online)
}

// Step makes one update from windows of the newest experience, and from transitions of all.
func (l *infinity) Step(experience *replay.Sampler) error {
	if err := experience.SampleRecentSequences(l.windows, l.config.SequenceLength, l.config.Recent); err != nil {
		return err
	}
	return l.learner.Step(experience)
}

// Parts names everything that is learned, and the state of the optimisers.
func (l *infinity) Parts() []agent.Part {
	return append([]agent.Part{
		{Name: "policy", Tree: grad.TreeOf(l.policy)},
		{Name: "policy_optimiser", Tree: grad.TreeOf(l.policyOptimiser)},
	}, l.parts()...)
}
