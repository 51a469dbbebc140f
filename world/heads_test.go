package world

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// line is a network y = 2 x.
func line() nn.MLP {
	network := nn.MLP{Layers: []nn.Linear{{Weight: grad.NewParameter(1, 1), Bias: grad.NewParameter(1)}}}
	network.Layers[0].Weight.Data[0] = 2
	return network
}

// By hand: the features 1 and -2 give 2 and -4; the targets are 5 and 1.
func TestHeadsByHand(t *testing.T) {
	e := run(t, func(t *grad.Tracer) {
		features, target := constant(t, []int{2, 1}, 1, -2), constant(t, []int{2, 1}, 5, 1)
		outcome := constant(t, []int{2}, 1, 0)
		for name, symlog := range map[string]bool{"vector": false, "symlog": true} {
			decoder := VectorDecoder{line(), symlog}
			t.Output(name+" mean", decoder.Mean(features))
			t.Output(name+" loss", decoder.Loss(features, target))
			t.Output(name+" embedding", VectorEncoder{line(), symlog}.Embed(target))
		}
		binary := BinaryDecoder{line()}
		t.Output("binary mean", binary.Mean(features))
		t.Output("binary loss", binary.Loss(features, outcome.Reshape(2, 1)))
		scalar, chance := Scalar{Network: line()}, Chance{line()}
		t.Output("scalar mean", scalar.Mean(features))
		t.Output("scalar loss", scalar.Loss(features, target.Reshape(2)))
		t.Output("chance mean", chance.Mean(features))
		t.Output("chance loss", chance.Loss(features, outcome))
	}, nil)
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	half := func(x float64) float64 { return x * x / 2 }
	for name, want := range map[string][2]float64{
		"vector mean": {2, -4}, "vector loss": {4.5, 12.5}, "vector embedding": {10, 2},
		"symlog mean": {math.Expm1(2), -math.Expm1(4)}, "symlog loss": {half(2 - math.Log(6)), half(-4 - math.Log(2))},
		"symlog embedding": {2 * math.Log(6), 2 * math.Log(2)},
		"scalar mean":      {2, -4}, "scalar loss": {4.5, 12.5},
		"binary mean": {sigmoid(2), sigmoid(-4)}, "binary loss": {-math.Log(sigmoid(2)), -math.Log(1 - sigmoid(-4))},
		"chance mean": {sigmoid(2), sigmoid(-4)}, "chance loss": {-math.Log(sigmoid(2)), -math.Log(1 - sigmoid(-4))},
	} {
		for i, x := range e.Output(name) {
			near(t, name, x, want[i])
		}
	}
}

// A new head predicts 0, or ½; over atoms its loss is then the logarithm of their number.
func TestNewHeads(t *testing.T) {
	support := dist.SymexpSupport(-3, 3, 7)
	e := run(t, func(t *grad.Tracer) {
		features, random := t.Input("features", batch, 4), newRandom()
		twoHot := NewScalar(4, []int{5}, &support, random)
		t.Output("scalar", NewScalar(4, []int{5}, nil, random).Mean(features))
		t.Output("two-hot", twoHot.Mean(features))
		t.Output("chance", NewChance(4, []int{5}, random).Mean(features))
		t.Output("loss", twoHot.Loss(features, features.Sum(-1)))
	}, []string{"features"})
	for name, want := range map[string]float64{"scalar": 0, "two-hot": 0, "chance": 0.5, "loss": math.Log(7)} {
		for _, x := range e.Output(name) {
			near(t, name, x, want)
		}
	}
}
