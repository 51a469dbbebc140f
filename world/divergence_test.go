package world

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// By hand: with two numbers, softplus(0) + 0 = log 2 for all deviations and means 1 and 0 apart, the
// divergences of three states are d² / (2 log²2) with d² = 1, 0.25 and 4.
func TestDivergenceByHand(t *testing.T) {
	latent := Gaussian{Numbers: 2}
	unit := 1 / (2 * 0.6931471805599453 * 0.6931471805599453)
	for _, c := range []struct {
		rule Divergence
		want float64 // in units, of shares ½, ½ and 0
	}{
		{Divergence{Dynamics: 1, Representation: 1}, 2 * 0.625},
		{Divergence{Dynamics: 0.8, Representation: 0.2}, 0.625},
		{Divergence{Dynamics: 1, FreeNats: 0.5 * unit}, (1 + 0.5) / 2},
		{Divergence{Dynamics: 1, FreeNats: 0.5 * unit, FreeOnAverage: true}, 0.625},
		{Divergence{Representation: 1, FreeNats: 3 * unit, FreeOnAverage: true}, 3},
	} {
		e := run(t, func(t *grad.Tracer) {
			posterior := constant(t, []int{3, 4}, 1, 0, 0, 0, 0, 0.5, 0, 0, 2, 0, 0, 0)
			prior := t.Value(grad.Scalar(0)).Broadcast(3, 4)
			t.Output("loss", c.rule.Loss(latent, posterior, prior, constant(t, []int{3}, 0.5, 0.5, 0)))
		}, nil)
		near(t, "the loss", e.Output("loss")[0], c.want*unit)
	}
}

// gradients outputs those of a rule with respect to posterior and prior, and of the plain divergence.
func gradients(t *testing.T, latent Latent, rule Divergence) *grad.Executable[float32] {
	t.Helper()
	return run(t, func(t *grad.Tracer) {
		posterior, prior := t.Input("q", batch, latent.Raw()), t.Input("p", batch, latent.Raw())
		share := t.Value(grad.Scalar(1.0 / batch)).Broadcast(batch)
		loss := rule.Loss(latent, posterior, prior, share)
		plain := latent.KL(posterior, prior).Sum(-1).Mean()
		for i, of := range []*grad.Value{posterior, prior} {
			name := []string{"posterior", "prior"}[i]
			t.Output(name, grad.Gradient(loss, of)[0])
			t.Output("plain "+name, grad.Gradient(plain, of)[0])
		}
	}, []string{"q", "p"})
}

// With equal weights the gradient is that of the plain divergence. The first weight moves the prior alone, the
// second the posterior alone, and within the free nats nothing moves.
func TestGradientOfDivergence(t *testing.T) {
	zero := func(t *testing.T, e *grad.Executable[float32], names ...string) {
		t.Helper()
		for _, name := range names {
			for _, x := range e.Output(name) {
				if x != 0 {
					t.Fatalf("the gradient of the %s is %v", name, e.Output(name))
				}
			}
		}
	}
	for name, latent := range map[string]Latent{
		"gaussian":      Gaussian{Numbers: 3, MinimumDeviation: 0.1},
		"deterministic": Deterministic{Numbers: 3, Unit: 0.5},
		"categorical":   Categorical{Variables: 2, Classes: 3, Unimix: 0.01},
	} {
		t.Run(name, func(t *testing.T) {
			e := gradients(t, latent, Divergence{Dynamics: 1, Representation: 1})
			same(t, e, "posterior", "plain posterior")
			same(t, e, "prior", "plain prior")
			e = gradients(t, latent, Divergence{Dynamics: 1})
			same(t, e, "prior", "plain prior")
			zero(t, e, "posterior")
			e = gradients(t, latent, Divergence{Representation: 1})
			same(t, e, "posterior", "plain posterior")
			zero(t, e, "prior")
			for _, onAverage := range []bool{true, false} {
				e = gradients(t, latent, Divergence{Dynamics: 1, Representation: 1, FreeNats: 1000, FreeOnAverage: onAverage})
				zero(t, e, "posterior", "prior")
			}
		})
	}
}
