package world

import "github.com/reverie-rl/reverie/grad"

// Deterministic is a latent without chance: an ablation of the stochastic state. What a network puts out is the
// state, with the observation or without, and instead of a divergence there is the squared error between the two,
//
//	½ |q - p|² / unit²
//
// which is that of two Gaussians whose deviations are the unit. Without it nothing would teach the model to imagine
// the states that it observes.
type Deterministic struct {
	Numbers int
	Unit    float64 // an error of this size counts ½
}

// Size is how many numbers a state has.
func (d Deterministic) Size() int { return d.Numbers }

// Raw is the same.
func (d Deterministic) Raw() int { return d.Numbers }

// Noise is zeros: nobody reads it.
func (d Deterministic) Noise(t *grad.Tracer, _ uint64, batch ...int) *grad.Value {
	return t.Value(grad.Scalar(0)).Broadcast(append(append([]int(nil), batch...), d.Numbers)...)
}

// Sample is raw.
func (d Deterministic) Sample(raw, _ *grad.Value) *grad.Value { return raw }

// Mode is raw.
func (d Deterministic) Mode(raw *grad.Value) *grad.Value { return raw }

// KL is the squared error of each number.
func (d Deterministic) KL(q, p *grad.Value) *grad.Value {
	return halfSquare(q.Sub(p).Div(grad.Scalar(d.Unit)))
}
