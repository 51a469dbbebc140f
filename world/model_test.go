package world

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// newModel returns a small model with all heads.
func newModel() Model {
	random := newRandom()
	r := kind(Gaussian{Numbers: 3, MinimumDeviation: 0.1}, true)(random)
	continuation := NewChance(r.FeatureSize(), []int{4}, random)
	return shaken(Model{
		Encoder: VectorEncoder{NewNetwork([]int{observations, 6, embedding}, 1, random), true}, RSSM: r,
		Decoder: VectorDecoder{NewNetwork([]int{r.FeatureSize(), 6, observations}, 1, random), true},
		Reward:  NewScalar(r.FeatureSize(), []int{4}, nil, random), Continuation: &continuation,
	})
}

var sequenceArrays = []string{"observation", "action", "reward", "discount"}

// sequence is the inputs of a model, all steps of which count as known says.
func sequence(t *grad.Tracer, steps int, known *grad.Value) Sequence {
	return Sequence{
		Observation: t.Input("observation", steps, batch, observations), Action: t.Input("action", steps, batch, actions),
		Reward: t.Input("reward", steps, batch), Discount: t.Input("discount", steps, batch),
		First: t.Value(grad.Scalar(1)).Broadcast(1, batch).Pad(0, 0, steps-1),
		Known: known, Arrival: known.Slice(0, 1, steps).Pad(0, 1, 0),
	}
}

// The loss is the weighted sum of its terms; these are means over the steps that count, on which padding has
// no influence.
func TestFit(t *testing.T) {
	const steps = 4
	m := newModel()
	weights := Weights{Observation: 2, Reward: 3, Continuation: 5, Divergence: Divergence{Dynamics: 1, Representation: 0.5}}
	fit := func(padding float32) *grad.Executable[float32] {
		return run(t, func(t *grad.Tracer) {
			s := sequence(t, steps, constant(t, []int{steps, batch}, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0))
			noise := m.RSSM.latent.Noise(t, 1, steps, batch)
			f := m.Fit(t, s, m.Filter(t, s, noise), weights)
			for name, term := range map[string]*grad.Value{"loss": f.Loss, "observation": f.Observation, "reward": f.Reward, "continuation": f.Continuation, "kl": f.KL} {
				t.Output(name, term)
			}
		}, sequenceArrays, func(e *grad.Executable[float32]) {
			e.Input("observation")[len(e.Input("observation"))-1] = padding
			e.Input("reward")[len(e.Input("reward"))-1] = padding
			e.Input("discount")[3*batch+1] = padding
			e.Input("reward")[0], e.Input("discount")[1] = padding, padding // before the first step
		})
	}
	one, other := fit(1), fit(-3)
	sum := 0.0
	for name, weight := range map[string]float64{"observation": 2, "reward": 3, "continuation": 5, "kl": 1.5} {
		near(t, name+" with other padding", other.Output(name)[0], float64(one.Output(name)[0]))
		sum += weight * float64(one.Output(name)[0])
	}
	near(t, "the loss", one.Output("loss")[0], sum)
}

// Without a continuation head the episode always goes on.
func TestContinues(t *testing.T) {
	m := newModel()
	endless := m
	endless.Continuation = nil
	e := run(t, func(t *grad.Tracer) {
		features := t.Input("features", 2, batch, m.RSSM.FeatureSize())
		t.Output("probability", m.Continues(t, features))
		t.Output("head", m.Continuation.Mean(features))
		t.Output("endless", endless.Continues(t, features))
	}, []string{"features"})
	same(t, e, "probability", "head")
	for _, x := range e.Output("endless") {
		near(t, "without a head", x, 1)
	}
}

// Prediction looks at the context and at the actions, and at nothing that was observed later.
func TestPredictionIsOpenLoop(t *testing.T) {
	const steps, context = 5, 2
	m := newModel()
	predict := func(step int) []float32 { // with another observation there
		e := run(t, func(t *grad.Tracer) {
			s := sequence(t, steps, t.Value(grad.Scalar(1)).Broadcast(steps, batch))
			t.Output("predicted", m.Predict(t, s, context))
		}, sequenceArrays[:2], func(e *grad.Executable[float32]) { e.Input("observation")[step*batch*observations] += 1 })
		return e.Output("predicted")
	}
	last, earlier, seen := predict(steps-1), predict(context), predict(context-1)
	for i := range last {
		if last[i] != earlier[i] {
			t.Fatalf("a later observation changes the prediction from %g to %g", last[i], earlier[i])
		}
	}
	if len(last) != (steps-context)*batch*observations || last[0] == seen[0] {
		t.Errorf("%d numbers are predicted, and the context changes them from %g to %g", len(last), last[0], seen[0])
	}
}

// A forecast begins with the filtered modes. Without noise in the latent, which has a deviation of next to nothing
// then, what follows is Predict's; and every sample begins where the context ends.
func TestForecast(t *testing.T) {
	const steps, context, samples = 5, 2, 3
	m := newModel()
	m.RSSM.latent = Gaussian{Numbers: 3, MinimumDeviation: 0}
	for i := range m.RSSM.PriorRaw.Bias.Data[3:] {
		m.RSSM.PriorRaw.Bias.Data[3+i] = -40 // softplus of it is 0
	}
	e := run(t, func(t *grad.Tracer) {
		whole := sequence(t, steps, t.Value(grad.Scalar(1)).Broadcast(steps, batch))
		item := func(x *grad.Value) *grad.Value { return x.Slice(1, 1, 2) }
		s := Sequence{Observation: item(whole.Observation), Action: item(whole.Action), First: item(whole.First)}
		f := m.Forecast(t, s, context, samples, 7)
		seen := m.Filter(t, s, nil)
		predicted, deviation := Spread(m.Decoder.Mean(f.Features))
		t.Output("predicted", predicted)
		t.Output("deviation", deviation)
		t.Output("want", m.Decoder.Mean(m.RSSM.Features(seen.State)).Slice(0, 0, context).Concat(0, m.Predict(t, s, context)))
		t.Output("kl", f.KL)
		t.Output("want kl", m.RSSM.latent.KL(seen.Posterior, seen.Prior).Slice(0, 0, context))
		t.Output("seen alone", m.Forecast(t, s, steps, 1, 7).Features)
		t.Output("states", m.RSSM.Features(seen.State))
	}, sequenceArrays[:2])
	same(t, e, "predicted", "want")
	same(t, e, "kl", "want kl")
	same(t, e, "seen alone", "states")
	for _, x := range e.Output("deviation") {
		near(t, "the deviation between samples", x, 0)
	}
}

// By hand: two samples of two steps, 1 and 3, 2 and 2.
func TestSpreadByHand(t *testing.T) {
	e := run(t, func(t *grad.Tracer) {
		mean, deviation := Spread(constant(t, []int{2, 2}, 1, 3, 2, 2))
		t.Output("mean", mean)
		t.Output("deviation", deviation)
	}, nil)
	for i, want := range []float64{2, 2} {
		near(t, "the mean", e.Output("mean")[i], want)
		near(t, "the deviation", e.Output("deviation")[i], 1-float64(i))
	}
}

// By hand: two items of one number, 1, 2, 4 and 0, 3, 3, after a context of one step, and a third of padding.
func TestErrorByHorizonByHand(t *testing.T) {
	e := run(t, func(t *grad.Tracer) {
		s := Sequence{
			Observation: constant(t, []int{3, 3, 1}, 1, 0, 9, 2, 3, 0, 4, 3, 0),
			Known:       constant(t, []int{3, 3}, 1, 1, 1, 1, 1, 0, 1, 1, 0),
		}
		t.Output("model", ErrorByHorizon(constant(t, []int{2, 3, 1}, 2, 1, 7, 4, 2, 7), s))
		t.Output("repeated", ErrorByHorizon(RepeatLast(s, 1), s))
	}, nil)
	for name, want := range map[string][2]float64{"model": {2, 0.5}, "repeated": {5, 9}} {
		for i, x := range e.Output(name) {
			near(t, name, x, want[i])
		}
	}
}
