package ivg

import (
	"fmt"
	"math"
	"testing"

	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
)

// like is an array of one number, of the shape of x.
func like(x *grad.Value, number float64) *grad.Value {
	return x.Stop().Mul(grad.Scalar(0)).Add(grad.Scalar(number))
}

// constant traces a scalar of shape [1, 1].
func constant(t *grad.Tracer, x float64) *grad.Value {
	return t.Value(grad.Scalar(x)).Broadcast(1, 1)
}

// exactly evaluates build in float64 and returns its outputs by name.
func exactly(t *testing.T, build func(t *grad.Tracer)) func(name string) float64 {
	t.Helper()
	program, err := grad.Trace(build)
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	executable.Run()
	return func(name string) float64 { return executable.Output(name)[0] }
}

// By hand: h' = h + a, r = -h'², a = θ h without noise, no value and no divergence, from h = 1 with θ = -½ and γ = 0.9.
// The returns over k steps have these slopes in θ, and their mean is that of the objective over 1 to 5 steps.
func TestImaginedGradientByHand(t *testing.T) {
	slopes := []float64{-1, -1.45, -1.601875, -1.647437, -1.660252}
	output := exactly(t, func(t *grad.Tracer) {
		theta := constant(t, -0.5)
		m := imagination{
			policy: func(h *grad.Value) dist.Gaussian { return dist.Gaussian{Mean: h.Mul(theta), Deviation: like(h, 1)} },
			step:   func(h, a *grad.Value) *grad.Value { return h.Add(a) },
			reward: func(next, _ *grad.Value) *grad.Value { return last(next.Square()).Neg() },
		}
		slope := func(name string, c *Config) {
			noise := t.Value(grad.Scalar(0)).Broadcast(c.Horizon, 1, 1)
			d := m.roll(t, constant(t, 1), noise)
			gain := objective(t, c, d.rewards, last(d.latents.Mul(grad.Scalar(0))))
			t.Output(name, grad.Gradient(gain.Sum(), theta)[0])
		}
		for n := range slopes {
			slope(fmt.Sprint(n+1), &Config{Horizon: n + 1, Discount: 0.9})
		}
		slope("mean", &Config{Horizon: len(slopes), Discount: 0.9, Averaged: true})
	})
	for n, want := range slopes {
		literal.Near(t, fmt.Sprintf("the slope over %d steps", n+1), output(fmt.Sprint(n+1)), want, 1e-6)
	}
	literal.Near(t, "the slope of the mean", output("mean"), -1.471913, 1e-6)
}

// The weights of the paper's horizon, N = 5 and γ = 0.99.
func TestHorizonWeightsByHand(t *testing.T) {
	w := Small().horizonWeights()
	for i, want := range []float64{1, .792, .58806, .38812, .192119} {
		literal.Near(t, "a reward's weight", w.Rewards[i], want, 1e-6)
	}
	for i, want := range []float64{0, .198, .19602, .19406, .192119, .190198} {
		literal.Near(t, "a value's weight", w.Values[i], want, 1e-6)
	}
}

// KL(N(.3, .5²) || N(0, 1)) is .363147, and the mean of log π(a) - log p(a) over many actions.
func TestDivergenceByHand(t *testing.T) {
	const samples = 200_000
	output := exactly(t, func(t *grad.Tracer) {
		noise := t.Normal(1, samples, 1)
		policy := dist.Gaussian{Mean: like(noise, 0.3), Deviation: like(noise, 0.5)}
		prior := dist.Gaussian{Mean: like(noise, 0), Deviation: like(noise, 1)}
		actions := policy.Sample(noise)
		t.Output("divergence", divergence(policy).Mean())
		t.Output("sampled", policy.LogProb(actions).Sub(prior.LogProb(actions)).Mean())
	})
	literal.Near(t, "the divergence", output("divergence"), .363147, 1e-6)
	literal.Near(t, "the sampled divergence", output("sampled"), .363147, 3e-3)
}

// With the true model the imagined gradient is SVG's along recorded steps with the same noise: in a linear system with
// quadratic rewards and values, from the same start, to the last digits.
func TestImaginedGradientIsSVGWithTheTrueModel(t *testing.T) {
	const steps, gamma = 3, 0.95
	output := exactly(t, func(t *grad.Tracer) {
		theta := constant(t, -0.4)
		policy := func(h *grad.Value) dist.Gaussian {
			return dist.Gaussian{Mean: h.Mul(theta), Deviation: like(h, 0.1)}
		}
		step := func(h, a *grad.Value) *grad.Value { return h.Mul(grad.Scalar(0.9)).Add(a.Mul(grad.Scalar(0.5))) }
		reward := func(next, a *grad.Value) *grad.Value {
			return last(next.Square().Add(a.Square().Mul(grad.Scalar(0.1)))).Neg()
		}
		noise := t.Normal(1, steps, 1, 1)
		value := func(h *grad.Value) *grad.Value { return last(h.Square().Mul(grad.Scalar(-3))) }

		d := imagination{policy: policy, step: step, reward: reward}.roll(t, constant(t, 1.2), noise)
		imagined := objective(t, &Config{Horizon: steps, Discount: gamma}, d.rewards, value(d.latents))
		t.Output("imagined", grad.Gradient(imagined.Sum(), theta)[0])

		svg := rl.Reparameterised{
			Policy: func(h, noise *grad.Value) *grad.Value { return policy(h).Sample(noise) },
			Model:  func(h, a, _ *grad.Value) *grad.Value { return step(h, a) },
			Reward: func(_, a, next *grad.Value) *grad.Value { return reward(next, a) },
		}
		relived := svg.Relive(t, d.latents.Stop(), noise, noise)
		real := rl.WeightedReturn(t, relived.Rewards, value(relived.States), rl.Horizon(steps, gamma))
		t.Output("real", grad.Gradient(real.Sum(), theta)[0])
	})
	if math.Abs(output("real")) < 0.1 {
		t.Errorf("the gradient is %g: there is nothing to compare", output("real"))
	}
	literal.Near(t, "the imagined gradient", output("imagined"), output("real"), 1e-12)
}
