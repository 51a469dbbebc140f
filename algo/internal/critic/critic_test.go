package critic_test

import (
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

var sizes = agent.Sizes{Observation: 3, Action: 2}

// run evaluates build for one observation and one action, the second element of which is out of bounds.
func run(t *testing.T, build func(observation, action *grad.Value) *grad.Value) []float32 {
	t.Helper()
	program, err := grad.Trace(func(t *grad.Tracer) {
		t.Output("result", build(t.Input("observation", 1, 3), t.Input("action", 1, 2)))
	})
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	copy(executable.Input("observation"), []float32{1, -2, 0.5})
	copy(executable.Input("action"), []float32{0.25, -3})
	executable.Run()
	return executable.Output("result")
}

var observation, clipped = []float64{1, -2, 0.5}, []float64{0.25, -1}

func TestCriticAgreesWithTheLiteralVersion(t *testing.T) {
	c := critic.New(sizes, []int{8, 4}, 2, rand.New(rand.NewPCG(1, 1)))
	for i := range c.Networks {
		c.Networks[i].Head.Weight.Filled(0.5 - float32(i))
	}
	smallest := run(t, c.Value)
	literal.Near(t, "smallest value", float64(smallest[0]), literal.Smallest(c, observation, clipped), 1e-5)
	for i, want := range literal.Values(c, observation, clipped) {
		value := run(t, func(o, a *grad.Value) *grad.Value { return c.Apply(o, a)[i] })
		literal.Near(t, "value", float64(value[0]), want, 1e-5)
	}
}

func TestDistributionalAgreesWithTheLiteralVersion(t *testing.T) {
	c := critic.NewDistributional(sizes, []int{8, 4}, dist.LinearSupport(-10, 10, 5), rand.New(rand.NewPCG(1, 1)))
	mean := run(t, func(o, a *grad.Value) *grad.Value { return c.Apply(o, a).Mean() })
	literal.Near(t, "mean of a new critic", float64(mean[0]), 0, 0.1)
	copy(c.Head.Bias.Data, []float32{0, 1, -1, 3, 0.5})
	probabilities := run(t, func(o, a *grad.Value) *grad.Value { return c.Apply(o, a).Probabilities() })
	for i, want := range literal.Returns(c, observation, clipped) {
		literal.Near(t, "probability", float64(probabilities[i]), want, 1e-5)
	}
}

func TestStateAgreesWithTheLiteralVersion(t *testing.T) {
	c := critic.NewState(3, []int{8, 4}, rand.New(rand.NewPCG(1, 1)))
	value := run(t, func(o, _ *grad.Value) *grad.Value { return c.Value(o) })
	literal.Near(t, "value of a new critic", float64(value[0]), 0, 0.1)
	c.Head.Weight.Filled(0.5)
	value = run(t, func(o, _ *grad.Value) *grad.Value { return c.Value(o) })
	literal.Near(t, "value", float64(value[0]), literal.Linear(c.Head, literal.Torso(c.Torso, observation))[0], 1e-5)
}

// By hand: values 1 and 4, a target of 2: half of 1 and of 4.
func TestRegressionByHand(t *testing.T) {
	loss := run(t, func(o, _ *grad.Value) *grad.Value {
		first := o.Slice(1, 0, 1)
		return critic.Regression([]*grad.Value{first, first.Mul(grad.Scalar(4))}, first.Mul(grad.Scalar(2)))
	})
	literal.Near(t, "loss", float64(loss[0]), 2.5, 1e-6)
}
