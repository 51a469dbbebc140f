package world

import (
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// Returns are those of imagining one step after the other, along modes and along samples, with and without a
// continuation and a value.
func TestReturnAgreesWithSingleSteps(t *testing.T) {
	const steps = 4
	for _, sampled := range []bool{false, true} {
		for _, ends := range []bool{false, true} {
			m := newModel()
			if !ends {
				m.Continuation = nil
			}
			value := shaken(NewScalar(m.RSSM.FeatureSize(), []int{4}, nil, newRandom()))
			e := run(t, func(t *grad.Tracer) {
				_, taken, start := inputs(t, m.RSSM, steps)
				var noise *grad.Value
				if sampled {
					noise = m.RSSM.latent.Noise(t, 1, steps, batch)
				}
				t.Output("return", m.Return(t, start, taken, noise, nil))
				t.Output("return with value", m.Return(t, start, taken, noise, &value))
				state, sum, weight := start, t.Value(grad.Scalar(0)).Broadcast(batch), t.Value(grad.Scalar(1)).Broadcast(batch)
				for i := range steps {
					if noise == nil {
						state = m.RSSM.Imagine(state, one(taken, i), nil)
					} else {
						state = m.RSSM.Imagine(state, one(taken, i), one(noise, i))
					}
					features := m.RSSM.Features(state)
					sum = sum.Add(weight.Mul(m.Reward.Mean(features)))
					weight = weight.Mul(m.Continues(t, features))
				}
				t.Output("sum", sum)
				t.Output("sum with value", sum.Add(weight.Mul(value.Mean(m.RSSM.Features(state)))))
			}, []string{"action", "h", "z"})
			same(t, e, "return", "sum")
			same(t, e, "return with value", "sum with value")
		}
	}
}

// scored is what a rollout with so many workers makes of sequences.
func scored(t *testing.T, m Model, sampled bool, workers int, start, sequences []float32) []float32 {
	t.Helper()
	const steps = 3
	set := grad.NewWorkers(workers)
	defer set.Close()
	r, err := m.NewRollout(steps, sampled, nil, set)
	if err != nil {
		t.Fatal(err)
	}
	scores := make([]float32, len(sequences)/steps/actions)
	r.Stand(make([]float32, len(start)), 1)
	r.Score(sequences, scores)
	r.Stand(start, 2)
	r.Score(sequences, scores)
	return scores
}

// Scores are the returns of the sequences, for any number of sequences and workers: the same bytes.
func TestScores(t *testing.T) {
	const steps, samples = 3, 2*rolloutBlock + 7
	m := newModel()
	e := run(t, func(t *grad.Tracer) {
		start := t.Input("start", 1, m.RSSM.FeatureSize())
		taken := t.Input("actions", samples, steps, actions)
		all := m.RSSM.StateOf(start.Broadcast(samples, m.RSSM.FeatureSize()))
		t.Output("returns", m.Return(t, all, taken.Transpose(1, 0, 2), nil, nil))
	}, []string{"start", "actions"})
	start, sequences := e.Input("start"), e.Input("actions")
	scores := scored(t, m, false, 1, start, sequences)
	for i, want := range e.Output("returns") {
		near(t, "a score", scores[i], float64(want))
	}
	if other := scored(t, m, false, 3, start, sequences); !slices.Equal(other, scores) {
		t.Error("three workers have other scores than one")
	}
	samplesOfOne, samplesOfThree := scored(t, m, true, 1, start, sequences), scored(t, m, true, 3, start, sequences)
	if !slices.Equal(samplesOfOne, samplesOfThree) || slices.Equal(samplesOfOne, scores) {
		t.Error("scores along samples depend on the workers, or are those of modes")
	}
}

// With sampled states the same sequence has other scores in another place, in another call and after another seed, and the same
// after the same.
func TestNoiseOfScores(t *testing.T) {
	m := newModel()
	r, err := m.NewRollout(2, true, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	start, score := make([]float32, m.RSSM.FeatureSize()), func() float32 {
		scores := make([]float32, 2)
		r.Score(make([]float32, 2*2*actions), scores)
		if scores[0] == scores[1] {
			t.Error("two places have one noise")
		}
		return scores[0]
	}
	r.Stand(start, 1)
	first, second := score(), score()
	r.Stand(start, 2)
	other := score()
	r.Stand(start, 1)
	if again := score(); again != first || second == first || other == first || math.IsNaN(float64(first)) {
		t.Errorf("the scores are %v, in the next call %v, with another seed %v, and again %v", first, second, other, again)
	}
}

// Nothing is allocated.
func TestScoreDoesNotAllocate(t *testing.T) {
	m := newModel()
	r, err := m.NewRollout(2, true, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	start, sequences, scores := make([]float32, m.RSSM.FeatureSize()), make([]float32, 10*2*actions), make([]float32, 10)
	if n := testing.AllocsPerRun(20, func() { r.Stand(start, 1); r.Score(sequences, scores) }); n > 0 {
		t.Errorf("Score allocates %v times", n)
	}
}
