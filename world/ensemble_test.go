package world

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// By hand: batches of 1, 3 and then 5, 5 have the means 2 and 5; the averages are 2 and then halfway, 3.5. The variance
// is first that around 0, 5, and then halfway to that of 5 around 2, 7.
func TestNormaliserByHand(t *testing.T) {
	n := NewNormaliser(1)
	program, err := grad.Trace(func(t *grad.Tracer) {
		x := t.Input("x", 2, 1)
		t.Output("applied", n.Apply(t, x))
		t.Output("inverse", n.Invert(t, n.Apply(t, x)))
		t.Output("x again", x)
		n.Observe(t, x)
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ a, b, applied, mean, variance float32 }{
		{1, 3, 1, 2, 5}, {5, 5, 3 / float32(math.Sqrt(5)), 3.5, 7},
	} {
		e.Input("x")[0], e.Input("x")[1] = step.a, step.b
		e.Run()
		same(t, e, "inverse", "x again")
		near(t, "what is applied", e.Output("applied")[0], float64(step.applied))
		near(t, "the mean", n.Mean.Data[0], float64(step.mean))
		near(t, "the variance", n.Variance.Data[0], float64(step.variance))
	}
}

// newEnsemble returns a small one with normalisers that have seen something.
func newEnsemble(members int) Ensemble {
	e := shaken(NewEnsemble(EnsembleSizes{Observation: observations, Action: actions}, members, []int{6}, newRandom()))
	for _, n := range []Normaliser{e.Inputs, e.Targets} {
		for i := range n.Variance.Data {
			n.Variance.Data[i] = 0.2 + 0.1*float32(i)
		}
	}
	return e
}

// By hand: networks of zeros predict 0, with a log-variance that is the soft bound of 0; the loss is the negative
// log-likelihood of that Gaussian, and the error the mean square.
func TestEnsembleFitByHand(t *testing.T) {
	const members, rows = 2, 3
	ensemble := NewEnsemble(EnsembleSizes{Observation: observations, Action: actions}, members, []int{6}, newRandom())
	for _, named := range ensemble.Networks() {
		named.Filled(0)
	}
	e := run(t, func(t *grad.Tracer) {
		s := Transitions{
			Observation: t.Input("o", members, rows, observations), Action: t.Input("a", members, rows, actions),
			Next: t.Input("n", members, rows, observations), Reward: t.Input("r", members, rows),
		}
		fit := ensemble.Fit(t, s)
		t.Output("loss", fit.Loss)
		t.Output("error", fit.Error)
	}, []string{"o", "a", "n", "r"})
	softplus := func(x float64) float64 { return math.Log1p(math.Exp(x)) }
	logVariance := -10 + softplus(0.5-softplus(0.5)+10)
	loss, square := 0.0, 0.0
	for _, x := range append(differences(e), e.Input("r")...) {
		loss += (float64(x*x)/math.Exp(logVariance) + logVariance + math.Log(2*math.Pi)) / 2 / rows
		square += float64(x*x) / (members * rows * (observations + 1))
	}
	near(t, "the loss", e.Output("loss")[0], loss)
	near(t, "the error", e.Output("error")[0], square)
}

// differences are those of the inputs n and o.
func differences(e *grad.Executable[float32]) []float32 {
	var all []float32
	for i, x := range e.Input("n") {
		all = append(all, x-e.Input("o")[i])
	}
	return all
}

// The literal version moves one particle after the other with its own member, and averages their returns.
func TestEnsembleReturnAgreesWithSingleParticles(t *testing.T) {
	const members, share, steps, stream = 2, 3, 4, 7
	ensemble := newEnsemble(members)
	e := run(t, func(t *grad.Tracer) {
		start, taken := t.Input("start", 1, observations), t.Input("action", steps, batch, actions)
		t.Output("return", ensemble.Return(t, start, taken, share, stream))
		var returns []*grad.Value
		for item := range batch {
			sum := t.Value(grad.Scalar(0))
			for i, member := range ensemble.Members {
				noise := t.Normal(stream+uint64(i), steps, share, batch, observations)
				for particle := range share {
					observation := start
					for step := range steps {
						own := one(one(noise, step), particle).Slice(0, item, item+1)
						var reward *grad.Value
						observation, reward = ensemble.step(t, member, observation, one(taken, step).Slice(0, item, item+1), own)
						sum = sum.Add(reward.Sum())
					}
				}
			}
			returns = append(returns, sum.Mul(grad.Scalar(1.0/members/share)))
		}
		t.Output("literal", grad.Stack(0, returns...))
	}, []string{"start", "action"})
	same(t, e, "return", "literal")
}

// By hand: a member that predicts a change of 1 and a reward of 2 in units of 2 and 3 around 5 and 7, with next to no
// deviation, moves by 7 and gets 13.
func TestEnsembleStepByHand(t *testing.T) {
	ensemble := NewEnsemble(EnsembleSizes{Observation: 1, Action: 1}, 1, []int{2}, newRandom())
	member := ensemble.Members[0].Layers[1]
	member.Weight.Filled(0)
	copy(member.Bias.Data, []float32{1, 2, -100, -100})
	copy(ensemble.Targets.Mean.Data, []float32{5, 7})
	copy(ensemble.Targets.Variance.Data, []float32{4, 9})
	e := run(t, func(t *grad.Tracer) {
		next, reward := ensemble.step(t, ensemble.Members[0], constant(t, []int{1, 1}, 10), constant(t, []int{1, 1}, 0), constant(t, []int{1, 1}, 1))
		t.Output("next", next)
		t.Output("reward", reward)
	}, nil)
	near(t, "the next observation", e.Output("next")[0], 10+7+2*math.Exp(-5))
	near(t, "the reward", e.Output("reward")[0], 13)
}
