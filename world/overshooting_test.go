package world

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// By hand: all posteriors have the mean 1 and all priors 0, with deviations of log 2, so that every divergence is
// 1 / (2 log²2). Of D = 3 distances two count, and each a third.
func TestOvershootingByHand(t *testing.T) {
	const steps, distance = 5, 3
	r := NewRSSM(RSSMSizes{Action: actions, Embedding: embedding, Deterministic: 6, Hidden: 7}, Gaussian{Numbers: 1}, true, newRandom())
	r.PriorRaw.Weight.Filled(0)
	r.PosteriorRaw.Weight.Filled(0)
	r.PosteriorRaw.Bias.Data[0] = 1
	unit := 1 / (2 * 0.6931471805599453 * 0.6931471805599453)
	for freeNats, want := range map[float64]float64{0: unit, 5: 5} {
		e := run(t, func(t *grad.Tracer) {
			s := plainSequence(t, steps)
			states := r.Filter(t, r.Initial(t, batch), t.Input("embedding", steps, batch, embedding), s.Action, s.First, nil)
			t.Output("loss", r.Overshooting(t, s, states, r.latent.Noise(t, 2, distance, steps*batch), freeNats))
		}, []string{"action", "embedding"})
		near(t, "the loss", e.Output("loss")[0], want*2/3)
	}
}

// plainSequence is what overshooting reads of a sequence: one episode for each of the batch.
func plainSequence(t *grad.Tracer, steps int) Sequence {
	return Sequence{
		Action: t.Input("action", steps, batch, actions), Known: t.Value(grad.Scalar(1)).Broadcast(steps, batch),
		First: t.Value(grad.Scalar(1)).Broadcast(1, batch).Pad(0, 0, steps-1),
	}
}

// The literal version begins in every state by itself, imagines one step after the other, and counts a divergence where all
// steps on the way are known and none begins an episode.
func TestOvershootingAgreesWithTheLiteralVersion(t *testing.T) {
	const steps, distance = 6, 7
	known := []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0}
	first := []float64{1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}
	for name, make := range kinds {
		t.Run(name, func(t *testing.T) {
			r := shaken(make(newRandom()))
			e := run(t, func(t *grad.Tracer) {
				embeddings, taken, start := inputs(t, r, steps)
				s := Sequence{Action: taken, Known: constant(t, []int{steps, batch}, known...), First: constant(t, []int{steps, batch}, first...)}
				states := r.Filter(t, start, embeddings, taken, s.First, r.latent.Noise(t, 1, steps, batch))
				noise := r.latent.Noise(t, 2, distance, steps*batch)
				t.Output("loss", r.Overshooting(t, s, states, noise, 0.1))
				sums, counts := [distance]*grad.Value{}, [distance]float64{}
				for d := range distance {
					sums[d] = t.Value(grad.Scalar(0))
				}
				for begin := range steps {
					for item := range batch {
						row := func(x *grad.Value, step int) *grad.Value { return one(x, step).Slice(0, item, item+1) }
						state, valid := State{row(states.Deterministic, begin), row(states.Stochastic, begin)}, known[begin*batch+item]
						for d := 0; d < distance && begin+d+1 < steps; d++ {
							at := begin + d + 1
							state = r.Imagine(state, row(taken, at), one(noise, d).Slice(0, begin*batch+item, begin*batch+item+1))
							valid *= known[at*batch+item] * (1 - first[at*batch+item])
							kl := r.latent.KL(row(states.Posterior, at), r.prior(state.Deterministic)).Sum().Max(grad.Scalar(0.1))
							sums[d], counts[d] = sums[d].Add(kl.Mul(grad.Scalar(valid))), counts[d]+valid
						}
					}
				}
				total := t.Value(grad.Scalar(0))
				for d := 1; d < distance; d++ {
					total = total.Add(sums[d].Mul(grad.Scalar(1 / max(counts[d], 1) / distance)))
				}
				t.Output("literal", total)
			}, arrays)
			same(t, e, "loss", "literal")
		})
	}
}

// It moves the prior and the dynamics, and nothing of the posterior.
func TestOvershootingMovesThePriorAlone(t *testing.T) {
	const steps, distance = 4, 2
	r := shaken(kinds["gaussian, norm GRU"](newRandom()))
	e := run(t, func(t *grad.Tracer) {
		embeddings := t.Input("embedding", steps, batch, embedding)
		s := plainSequence(t, steps)
		states := r.Filter(t, r.Initial(t, batch), embeddings, s.Action, s.First, r.latent.Noise(t, 1, steps, batch))
		loss := r.Overshooting(t, s, states, r.latent.Noise(t, 2, distance, steps*batch), 0)
		for _, of := range []struct {
			name  string
			value grad.Operand
		}{
			{"posterior", r.PosteriorRaw.Weight}, {"embedding", r.FromEmbedding}, {"prior", r.PriorRaw.Weight}, {"dynamics", r.FromStochastic.Weight},
		} {
			t.Output(of.name, grad.Gradient(loss, of.value)[0].Abs().Sum())
		}
	}, []string{"embedding", "action"})
	for name, moves := range map[string]bool{"posterior": false, "embedding": false, "prior": true, "dynamics": true} {
		if size := e.Output(name)[0]; size > 0 != moves {
			t.Errorf("the gradient of the %s has the size %v", name, size)
		}
	}
}
