package dreamer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/algo/internal/offpolicy"
	"github.com/reverie-rl/reverie/world"
)

// An episode played with the policy, by samples and by modes: what it remembers is the filter's state, and what it
// does is the literal policy's choice there.
func TestPolicyFilters(t *testing.T) {
	for name, latent := range map[string]string{"gaussian": Gaussian, "categorical": Categorical} {
		for _, deterministic := range []bool{true, false} {
			for _, sizes := range []agent.Sizes{numbers, choices} {
				t.Run(fmt.Sprintf("%s discrete %v", name, sizes.Discrete), func(t *testing.T) {
					c := tiny()
					c.Latent = latent
					if !sizes.Discrete {
						c.ExplorationCorrelation = 0.6
					}
					playLiterally(t, shaken(t, c, sizes), deterministic)
				})
			}
		}
	}
}

func playLiterally(t *testing.T, l *learner, deterministic bool) {
	t.Helper()
	policy, err := l.Policy()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 3))
	remembered := make([]float32, policy.StateSize())
	s := state{make([]float64, l.config.Deterministic), make([]float64, l.model.RSSM.Latent().Size())}
	before, noise := make([]float64, l.Sizes.Action), make([]float64, l.Sizes.Action)
	for step := range 3 {
		observation := make([]float32, l.Sizes.Observation)
		literal.Fill(random, nil, observation)
		l.Resume(int64(step)) // for the literal noise
		s = l.observe(s, before, literal.Row(observation, len(observation), 0), deterministic)
		p := l.literalPolicy(s.features())
		chosen := p.mode()
		if !deterministic {
			correlation := l.config.ExplorationCorrelation
			for i, fresh := range l.actionNoise(offpolicy.StreamPolicy, 1)(0) {
				noise[i] = correlation*noise[i] + math.Sqrt(1-correlation*correlation)*fresh
			}
			chosen = p.Sample(noise)
		}
		want := p.action(chosen)
		if !deterministic && !l.Sizes.Discrete {
			want = add(want, each(noise, func(x float64) float64 { return l.config.ExplorationDeviation * x }))
		}
		action := policy.Act(agent.Observation{Numbers: observation}, remembered, uint64(step), deterministic)
		if l.Sizes.Discrete {
			literal.Near(t, "the log-probability", float64(action.LogProbability), p.logProb(chosen), 1e-4)
		}
		for i, x := range want {
			literal.Near(t, "the action", float64(action.Values[i]), x, 1e-4)
		}
		for i, x := range s.features() {
			literal.Near(t, "what is remembered", float64(action.State[i]), x, 1e-4)
		}
		copy(remembered, action.State)
		before = each(want, func(x float64) float64 { return min(max(x, -1), 1) })
	}
}

// observe is the state after one more observation.
func (l *learner) observe(s state, action, observation []float64, deterministic bool) state {
	h, _ := l.advance(s, action)
	posterior := l.posterior(h, observation)
	if !deterministic {
		return state{h, l.draw(posterior, l.latentNoise(streamFilter, 1)(0))}
	}
	if l.config.Latent == Gaussian {
		return state{h, l.gaussian(posterior).Mean}
	}
	z := make([]float64, len(posterior))
	for i := range l.config.Stochastic {
		chances := l.classes(posterior, i)
		z[i*l.config.Classes+slices.Index(chances, slices.Max(chances))] = 1
	}
	return state{h, z}
}

// posterior is the distribution of the stochastic state with an observation.
func (l *learner) posterior(h, observation []float64) []float64 {
	r := l.model.RSSM
	embedding := network(l.model.Encoder.(world.VectorEncoder).Network, l.squash(observation))
	return linear(r.PosteriorRaw, each(add(linear(r.Posterior, h), times(embedding, r.FromEmbedding)), elu))
}
