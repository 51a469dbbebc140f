package dreamer

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
	"github.com/reverie-rl/reverie/algo/internal/dreaming"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/world"
)

// A dream is that of the literal model: modes as far as it looks, and then samples of the prior.
func TestDreamsLiterally(t *testing.T) {
	for name, change := range map[string]func(c *Config){"gaussian": func(*Config) {}, "categorical": categorical} {
		t.Run(name, func(t *testing.T) {
			c := tiny()
			change(c)
			c.ContinuationWeight = 1
			l := shaken(t, c, numbers)
			l.Resume(0) // for the literal noise
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
			compareDream(t, l, s, span, dream)
		})
	}
}

// compareDream fails the test unless dream is what the literal model makes of a segment.
func compareDream(t *testing.T, l *learner, s agent.Segment, span agent.Span, dream agent.Dream) {
	t.Helper()
	now := state{make([]float64, l.config.Deterministic), make([]float64, l.model.RSSM.Latent().Size())}
	var futures []state
	noise := l.latentNoise(dreaming.StreamFuture, span.Horizon*span.Samples)
	for step := range s.Observations {
		action := make([]float64, l.Sizes.Action)
		if step > 0 {
			action = each(literal.Row(s.Actions[step-1], l.Sizes.Action, 0), func(x float64) float64 { return min(max(x, -1), 1) })
		}
		if step < span.Context {
			before := now
			now = l.observe(before, action, literal.Row(s.Observations[step], l.Sizes.Observation, 0), true)
			_, prior := l.advance(before, action)
			l.compareDivergences(t, dream.Divergences[step], prior, now, s.Observations[step])
			futures = []state{now, now}
		} else {
			for i, future := range futures {
				h, prior := l.advance(future, action)
				futures[i] = state{h, l.draw(prior, noise((step-span.Context)*span.Samples+i))}
			}
		}
		l.compareStep(t, dream, step, futures)
	}
}

// compareDivergences checks their sum.
func (l *learner) compareDivergences(t *testing.T, got []float32, prior []float64, now state, seen []float32) {
	t.Helper()
	sum := 0.0
	for _, nats := range got {
		sum += float64(nats)
	}
	posterior := l.posterior(now.h, literal.Row(seen, len(seen), 0))
	literal.Near(t, "the divergence", sum, l.divergence(posterior, prior), 1e-3)
}

// compareStep checks what is said of one step against the states of the samples.
func (l *learner) compareStep(t *testing.T, dream agent.Dream, step int, samples []state) {
	t.Helper()
	for i := range l.Sizes.Observation {
		one, other := l.decode(samples[0])[i], l.decode(samples[1])[i]
		literal.Near(t, "an observation", float64(dream.Observations[step][i]), (one+other)/2, 1e-3)
		literal.Near(t, "a deviation", float64(dream.Deviations[step][i]), math.Abs(one-other)/2, 1e-3)
	}
	one, other := network(l.model.Reward.Network, samples[0].features())[0], network(l.model.Reward.Network, samples[1].features())[0]
	literal.Near(t, "a reward", float64(dream.Rewards[step]), (one+other)/2, 1e-3)
	literal.Near(t, "a reward's deviation", float64(dream.RewardDeviations[step]), math.Abs(one-other)/2, 1e-3)
	goes := func(s state) float64 { return sigmoid(network(l.model.Continuation.Network, s.features())[0]) }
	literal.Near(t, "a continuation", float64(dream.Continuations[step]), (goes(samples[0])+goes(samples[1]))/2, 1e-3)
}

// decode is the observation at a state.
func (l *learner) decode(s state) []float64 {
	mean := network(l.model.Decoder.(world.VectorDecoder).Network, s.features())
	if !l.config.Symlog {
		return mean
	}
	return each(mean, func(x float64) float64 { return math.Copysign(math.Expm1(math.Abs(x)), x) })
}
