package ivg

import (
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/world"
)

// The policy acts on the literal latent of the newest observations, the first of an episode standing for those before.
func TestActingLiterally(t *testing.T) {
	for _, history := range []int{1, 2, 3} {
		c, sizes := tiny(), []agent.Sizes{numbers, several}[history%2]
		c.History = history
		l := shaken(t, c, sizes)
		policy, err := l.Policy()
		if err != nil {
			t.Fatal(err)
		}
		observations := agenttest.Segment(l.Sizes, 5).Observations
		state := make([]float32, policy.StateSize())
		for k, observation := range observations {
			chosen := policy.Act(agent.Observation{Numbers: observation}, state, uint64(k), true)
			g := l.distribution(l.encode(l.model.Encoder, l.historyOf(observations, k)...), l.taskOf(literal.Row(observation, len(observation), 0)))
			for i, x := range chosen.Values {
				literal.Near(t, "the mode", float64(x), g.Mean[i], 1e-5)
			}
			copy(state, chosen.State)
		}
	}
}

// historyOf is the observations up to number k.
func (l *learner) historyOf(observations [][]float32, k int) (history [][]float64) {
	for j := k - l.config.History + 1; j <= k; j++ {
		history = append(history, literal.Row(observations[max(j, 0)], l.Sizes.Observation, 0))
	}
	return history
}

// A dream is what the literal model makes of the context, and of the actions behind it.
func TestDreamsLiterally(t *testing.T) {
	for _, history := range []int{1, 2, 3} {
		c, sizes := tiny(), []agent.Sizes{numbers, several}[history%2]
		c.History, c.Symlog, c.RewardScale = history, false, 0.5
		l := shaken(t, c, sizes)
		span := agent.Span{Context: 2, Horizon: 3, Samples: 2}
		dreamer, err := l.Dreamer(span)
		if err != nil {
			t.Fatal(err)
		}
		s := agenttest.Segment(l.Sizes, span.Steps())
		dream, err := dreamer(s)
		if err != nil {
			t.Fatal(err)
		}
		var latent []float64
		for k := range s.Observations {
			if k < span.Context {
				latent = l.encode(l.model.Encoder, l.historyOf(s.Observations, k)...)
			} else {
				latent = l.step(latent, literal.Row(s.Actions[k-1], l.Sizes.Action, 0))
			}
			l.compareStep(t, dream, s, k, latent)
		}
	}
}

// compareStep checks what is said of one step against its latent.
func (l *learner) compareStep(t *testing.T, dream agent.Dream, s agent.Segment, k int, latent []float64) {
	t.Helper()
	decoded := network(l.model.Decoder.(world.VectorDecoder).Network, latent)
	for i, x := range decoded {
		literal.Near(t, "an observation", float64(dream.Observations[k][i]), x, 1e-4)
	}
	if k > 0 {
		reward := l.reward.literals(latent, each(literal.Row(s.Actions[k-1], l.Sizes.Action, 0), clip))[0]
		if l.Sizes.Tasks > 0 {
			reward = 0
			for i, share := range l.taskOf(literal.Row(s.Observations[1], l.Sizes.Observation, 0)) { // the context's last
				reward += share * l.reward.literals(latent, each(literal.Row(s.Actions[k-1], l.Sizes.Action, 0), clip))[i]
			}
		}
		literal.Near(t, "a reward", float64(dream.Rewards[k]), reward/l.config.RewardScale, 1e-4)
	}
}
