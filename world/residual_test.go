package world

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// By hand: with hidden layers that pass x through, h = (1, -2) and a = 0.5 make x = h + a (1, 1), and the change is
// tanh(x) with ELU in between, times the scales 0.3 and 2.
func TestResidualByHand(t *testing.T) {
	r := NewResidual(ResidualSizes{Latent: 2, Action: 1, Hidden: 2}, newRandom())
	for _, identity := range []*grad.Parameter{r.FromLatent.Weight, r.Hidden.Weight, r.Change.Weight} {
		copy(identity.Data, []float32{1, 0, 0, 1})
	}
	copy(r.FromAction.Data, []float32{1, 1})
	r.Scale.Data[1] = 2
	e := run(t, func(t *grad.Tracer) {
		latent, action := constant(t, []int{1, 2}, 1, -2), constant(t, []int{1, 1}, 0.5)
		next := r.Step(latent, action)
		t.Output("next", next)
		t.Output("after", r.Step(next, action.Neg()))
		t.Output("followed", r.Follow(t, latent, action.Concat(0, action.Neg()).Reshape(2, 1, 1)))
	}, nil)
	elu := func(x float64) float64 {
		if x < 0 {
			return math.Expm1(x)
		}
		return x
	}
	want := []float64{1 + 0.3*math.Tanh(1.5), -2 + 2*math.Tanh(elu(elu(-1.5)))}
	next, followed := e.Output("next"), e.Output("followed")
	for i, x := range next {
		near(t, "the next latent", x, want[i])
		near(t, "the first latent followed", followed[i], []float64{1, -2}[i])
		near(t, "the second", followed[2+i], want[i])
		near(t, "the third", followed[4+i], float64(e.Output("after")[i]))
	}
}

// The change of a step is at most the scale, whatever the latent.
func TestResidualIsBounded(t *testing.T) {
	r := NewResidual(ResidualSizes{Latent: 3, Action: 2, Hidden: 5}, newRandom())
	e := run(t, func(t *grad.Tracer) {
		latent := t.Input("latent", batch, 3).Mul(grad.Scalar(1e3))
		t.Output("change", r.Step(latent, t.Input("action", batch, 2)).Sub(latent))
	}, []string{"latent", "action"})
	for _, x := range e.Output("change") {
		if !(math.Abs(float64(x)) <= residualScale+1e-3) {
			t.Errorf("the change is %g, must be at most %g", x, residualScale)
		}
	}
}
