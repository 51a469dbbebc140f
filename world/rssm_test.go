package world

import (
	"fmt"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

var arrays = []string{"embedding", "action", "h", "z"}

// inputs are steps to filter, and a state before them.
func inputs(t *grad.Tracer, r RSSM, steps int) (embeddings, actionsTaken *grad.Value, start State) {
	return t.Input("embedding", steps, batch, embedding), t.Input("action", steps, batch, actions), State{
		Deterministic: t.Input("h", batch, r.sizes.Deterministic), Stochastic: t.Input("z", batch, r.latent.Size()),
	}
}

// An episode that begins within a batch begins as if nothing had been before: from its start on, states are
// those of a filter that begins with the initial state and no action. The others go on.
func TestEpisodeStartsResetTheState(t *testing.T) {
	const steps, begin = 5, 2
	for name, make := range kinds {
		t.Run(name, func(t *testing.T) {
			r := shaken(make(newRandom()))
			e := run(t, func(t *grad.Tracer) {
				embeddings, taken, start := inputs(t, r, steps)
				noise := r.latent.Noise(t, 1, steps, batch)
				never := t.Value(grad.Scalar(0)).Broadcast(steps, batch)
				tail := func(x *grad.Value) *grad.Value { return x.Slice(0, begin, steps) }
				item := func(x *grad.Value, i int) *grad.Value { return x.Slice(1, i, i+1) }

				whole := r.Features(r.Filter(t, start, embeddings, taken, t.Input("first", steps, batch), noise).State)
				alone := tail(taken).Slice(0, 1, steps-begin).Pad(0, 1, 0)
				fresh := r.Features(r.Filter(t, r.Initial(t, batch), tail(embeddings), alone, tail(never), tail(noise)).State)
				older := r.Features(r.Filter(t, start, embeddings, taken, never, noise).State)
				t.Output("begun", item(tail(whole), 1))
				t.Output("fresh", item(fresh, 1))
				t.Output("others", item(whole, 0).Concat(1, item(whole, 2)))
				t.Output("as before", item(older, 0).Concat(1, item(older, 2)))
			}, arrays, func(e *grad.Executable[float32]) { e.Input("first")[begin*batch+1] = 1 })
			same(t, e, "begun", "fresh")
			same(t, e, "others", "as before")
		})
	}
}

// What a filter expects of the next step, its prior, is what imagination makes of the state that it has.
func TestImaginationIsTheFilterWithoutObservations(t *testing.T) {
	const steps = 3
	latent := Gaussian{Numbers: 3, MinimumDeviation: 0.1}
	r := shaken(kind(latent, true)(newRandom()))
	e := run(t, func(t *grad.Tracer) {
		embeddings, taken, start := inputs(t, r, steps)
		never := t.Value(grad.Scalar(0)).Broadcast(steps, batch)
		seen := r.Filter(t, start, embeddings, taken, never, nil)
		imagined := r.Imagine(seen.at(0), one(taken, 1), nil)
		t.Output("expected", one(seen.Prior, 1).Slice(-1, 0, latent.Numbers).Concat(-1, one(seen.Deterministic, 1)))
		t.Output("imagined", r.Features(imagined))
		t.Output("seen", one(r.latent.Mode(seen.Posterior), 2))
		t.Output("mode", one(seen.Stochastic, 2))
	}, arrays)
	same(t, e, "imagined", "expected")
	same(t, e, "mode", "seen")
}

// Following actions, dreaming of a policy that takes them, and imagining one step after the other are the same.
func TestDreamsFollowActions(t *testing.T) {
	const steps = 3
	for name, make := range kinds {
		t.Run(name, func(t *testing.T) {
			r := shaken(make(newRandom()))
			e := run(t, func(t *grad.Tracer) {
				_, taken, start := inputs(t, r, steps)
				noise := r.latent.Noise(t, 1, steps, batch)
				t.Output("followed", r.Features(r.Follow(t, start, taken, noise)))
				dreamt, further := r.Dream(t, start, noise, taken, func(features, noise *grad.Value) (*grad.Value, []*grad.Value) {
					return noise, []*grad.Value{features.Sum(-1)}
				})
				t.Output("dreamt", dreamt.Slice(0, 1, steps+1))
				t.Output("start", one(dreamt, 0))
				t.Output("begin", r.Features(start))
				t.Output("kept", further[0])
				t.Output("sums", dreamt.Slice(0, 0, steps).Sum(-1))
				state, states := start, []*grad.Value(nil)
				for i := range steps {
					state = r.Imagine(state, one(taken, i), one(noise, i))
					states = append(states, r.Features(state))
				}
				t.Output("imagined", grad.Stack(0, states...))
			}, arrays)
			same(t, e, "followed", "imagined")
			same(t, e, "dreamt", "imagined")
			same(t, e, "start", "begin")
			same(t, e, "kept", "sums")
		})
	}
}

// Features and StateOf are inverses.
func TestFeatures(t *testing.T) {
	r := kind(Gaussian{Numbers: 3, MinimumDeviation: 0.1}, false)(newRandom())
	e := run(t, func(t *grad.Tracer) {
		_, _, start := inputs(t, r, 1)
		again := r.StateOf(r.Features(start))
		for i, s := range []State{start, again} {
			t.Output(fmt.Sprint("h", i), s.Deterministic)
			t.Output(fmt.Sprint("z", i), s.Stochastic)
		}
	}, arrays)
	same(t, e, "h0", "h1")
	same(t, e, "z0", "z1")
}

// The gradient of a dream with respect to where it starts, to the policy's weights and to its noise, is that of
// finite differences: it flows through the dynamics.
func TestGradientThroughDreams(t *testing.T) {
	const steps = 3
	for _, name := range []string{"gaussian, GRU", "gaussian, norm GRU"} {
		t.Run(name, func(t *testing.T) {
			r := kinds[name](newRandom())
			features := r.FeatureSize()
			gradtest.Check(t, gradtest.Normal, func(t *grad.Tracer, in []*grad.Value) *grad.Value {
				dreamt, _ := r.Dream(t, r.StateOf(in[0]), in[2], in[3], func(features, noise *grad.Value) (*grad.Value, []*grad.Value) {
					return features.MatMul(in[1]).Add(noise).Tanh(), nil
				})
				return dreamt
			}, []int{batch, features}, []int{features, actions}, []int{steps, batch, r.latent.Size()}, []int{steps, batch, actions})
		})
	}
}

// So is that of a filter with respect to what it reads.
func TestGradientThroughFilters(t *testing.T) {
	const steps = 3
	r := kinds["gaussian, norm GRU"](newRandom())
	gradtest.Check(t, gradtest.Normal, func(t *grad.Tracer, in []*grad.Value) *grad.Value {
		first := constant(t, []int{steps, batch}, 0, 0, 1, 0, 1, 0)
		seen := r.Filter(t, r.StateOf(in[0]), in[1], in[2], first, in[3])
		return r.Features(seen.State).Concat(-1, seen.Prior, seen.Posterior)
	}, []int{batch, r.FeatureSize()}, []int{steps, batch, embedding}, []int{steps, batch, actions}, []int{steps, batch, r.latent.Size()})
}
