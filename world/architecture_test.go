package world

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// architecture is that of a small model of numbers and a picture.
func architecture() Architecture {
	support := dist.SymexpSupport(-2, 2, 5)
	return Architecture{
		Observation: observations, Side: 64, Channels: 1, Action: actions,
		Latent: Gaussian{Numbers: 3, MinimumDeviation: 0.1}, NormalisedCell: true, Deterministic: 6, Hidden: 7,
		Layers: []int{8, embedding}, Depth: 1, Symlog: true, Reward: &support, Continuation: true,
	}
}

// A model is what its parts are when they are made one after another, to the last bit: stored results depend on the
// order in which parameters are drawn.
func TestModelsAreMadeInOrder(t *testing.T) {
	for _, recurrentFirst := range []bool{false, true} {
		a := architecture()
		a.RecurrentFirst = recurrentFirst
		want, got := grad.TreeOf(assembled(a, newRandom())), grad.TreeOf(NewModel(a, newRandom()))
		if difference := got.Diff(want); difference != "" {
			t.Fatal(difference)
		}
		for i, named := range got {
			if !slices.Equal(named.Data, want[i].Data) {
				t.Errorf("with the recurrent part first %v, %s differs", recurrentFirst, named.Name)
			}
		}
	}
}

// assembled is a model of architecture, part by part.
func assembled(a Architecture, random *rand.Rand) Model {
	var m Model
	steps := []func(){
		func() {
			vectors := VectorEncoder{NewNetwork([]int{observations, 8, embedding}, 1, random), true}
			m.Encoder = PairEncoder{observations, vectors, NewImageEncoder(64, 1, 1, random)}
		},
		func() {
			sizes := RSSMSizes{Action: actions, Embedding: embedding + 32, Deterministic: 6, Hidden: 7}
			m.RSSM = NewRSSM(sizes, a.Latent, true, random)
		},
	}
	if a.RecurrentFirst {
		slices.Reverse(steps)
	}
	for _, step := range steps {
		step()
	}
	numbers := VectorDecoder{NewNetwork([]int{9, 8, embedding, observations}, 1, random), true}
	m.Decoder = PairDecoder{observations, numbers, NewImageDecoder(9, 64, 1, 1, random)}
	m.Reward = NewScalar(9, a.Layers, a.Reward, random)
	continuation := NewChance(9, a.Layers, random)
	m.Continuation = &continuation
	return m
}

// A model expects as much as it observes: numbers, a picture, or both.
func TestModelsExpectWhatTheyObserve(t *testing.T) {
	for name, test := range map[string]struct {
		change func(a *Architecture)
		width  int
	}{
		"both":         {func(*Architecture) {}, observations + 64*64},
		"numbers":      {func(a *Architecture) { a.Channels, a.Continuation = 0, false }, observations},
		"zeros, ones":  {func(a *Architecture) { a.Channels, a.Symlog, a.Binary = 0, false, true }, observations},
		"a picture":    {func(a *Architecture) { a.Observation = 0 }, 64 * 64},
		"two pictures": {func(a *Architecture) { a.Observation, a.Channels = 0, 2 }, 2 * 64 * 64},
	} {
		t.Run(name, func(t *testing.T) {
			a := architecture()
			test.change(&a)
			model := NewModel(a, newRandom())
			if (model.Continuation != nil) != a.Continuation {
				t.Error("the head of continuations is not as asked for")
			}
			_, err := grad.Trace(func(t *grad.Tracer) {
				seen := t.Input("seen", 2, batch, test.width)
				s := Sequence{Observation: seen, Action: t.Input("action", 2, batch, actions), First: t.Input("first", 2, batch)}
				t.Output("loss", model.Decoder.Loss(model.RSSM.Features(model.Filter(t, s, nil).State), seen))
			})
			if err != nil {
				t.Error(err)
			}
			if _, binary := model.Decoder.(BinaryDecoder); binary != a.Binary {
				t.Errorf("the decoder is a %T", model.Decoder)
			}
		})
	}
}
