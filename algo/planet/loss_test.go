package planet

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/grad"
)

// placed returns a learner with random windows in place: the second is of one step, the third ends with a termination.
func placed(t *testing.T, c *Config) *learner {
	t.Helper()
	made, err := newLearner(c, agent.Sizes{Observation: 3, Action: 2}, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := made.(*learner)
	w := l.windows
	literal.Fill(rand.New(rand.NewPCG(2, 2)), nil, w.Observation, w.Action, w.Reward)
	for i := range w.Mask {
		w.Mask[i], w.Discount[i] = 1, 1
	}
	for k := 1; k < c.Window; k++ {
		w.Mask[c.Window+k] = 0
	}
	w.Discount[3*c.Window-1] = 0
	return l
}

// shaken is placed with random networks.
func shaken(t *testing.T, c *Config) *learner {
	t.Helper()
	l := placed(t, c)
	literal.Shake(&l.Learner, grad.TreeOf(l.model))
	return l
}

// By hand: where all networks put out zeros the divergences are 0, and the losses of the heads are the mean squares of
// what they are to predict, over the steps that count: 5 + 2 + 5 observations of three windows of up to 4 steps, and
// 4 + 1 + 4 arrivals.
func TestLossOfZerosByHand(t *testing.T) {
	c := tiny()
	c.ContinuationWeight, c.FreeNats, c.OvershootingWeight, c.OvershootingDistance = 1, 0, 1, 3
	l := placed(t, c)
	for _, named := range grad.TreeOf(l.model) {
		named.Filled(0)
	}
	observed, rewarded := 0.0, 0.0
	for item, steps := range []int{4, 1, 4} {
		for k := range steps + 1 {
			for _, x := range literal.Row(l.windows.Observation, 3, item*(c.Window+1)+k) {
				observed += math.Pow(math.Log1p(math.Abs(x)), 2) / 2 / 12
			}
		}
		for k := range steps {
			rewarded += math.Pow(float64(l.windows.Reward[item*c.Window+k]), 2) / 2 / 9
		}
	}
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"model/observation": observed, "model/reward": rewarded, "model/continuation": math.Ln2, "model/kl": 0, "model/overshooting": 0,
		"model/loss": c.ObservationWeight*observed + c.RewardWeight*rewarded + math.Ln2,
	} {
		literal.Near(t, name, literal.Metric(t, l, name), want, 1e-5)
	}
}

// The loss is the weighted sum of its terms, with overshooting and without.
func TestLossIsTheSumOfItsTerms(t *testing.T) {
	for _, weight := range []float64{0, 0.5} {
		c := tiny()
		c.ContinuationWeight, c.FreeNats, c.OvershootingWeight, c.OvershootingDistance = 3, 0, weight, 4
		l := shaken(t, c)
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
		metric := func(name string) float64 { return literal.Metric(t, l, "model/"+name) }
		sum := c.ObservationWeight*metric("observation") + c.RewardWeight*metric("reward") + 3*metric("continuation") +
			(c.DynamicsWeight+c.RepresentationWeight)*metric("kl") + weight*metric("overshooting")
		literal.Near(t, "the loss", metric("loss"), sum, 1e-5)
		if weight > 0 != (metric("overshooting") > 0) || metric("kl") <= 0 {
			t.Errorf("with the weight %v overshooting is %v, and the divergence %v", weight, metric("overshooting"), metric("kl"))
		}
	}
}

// Updates bring the loss of one batch down, in every variant.
func TestUpdatesDescend(t *testing.T) {
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			c := tiny()
			change(c)
			l := shaken(t, c)
			var first, last float64
			for update := range 200 {
				l.Resume(3) // the same noise
				if err := l.Run(); err != nil {
					t.Fatal(err)
				}
				last = literal.Metric(t, l, "model/loss")
				if update == 0 {
					first = last
				}
			}
			if !(last < first/2) {
				t.Errorf("the loss of one batch went from %g to %g", first, last)
			}
		})
	}
}

// What stands behind the end of a window changes nothing.
func TestPaddingIsNotSeen(t *testing.T) {
	losses := func(padding float32) (all []float64) {
		c := tiny()
		c.OvershootingWeight, c.OvershootingDistance = 1, 4
		l := shaken(t, c)
		for i := c.Window + 1 + 2; i < 2*(c.Window+1); i++ { // observations of window 1 behind that of step 1
			l.windows.Observation[i*l.Sizes.Observation] = padding
		}
		l.windows.Reward[c.Window+1] = padding
		if err := l.Run(); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"loss", "overshooting", "gradient_norm"} {
			all = append(all, literal.Metric(t, l, "model/"+name))
		}
		return all
	}
	if a, b := losses(0), losses(7); !slices.Equal(a, b) {
		t.Errorf("the losses and gradients are %v and %v", a, b)
	}
}
