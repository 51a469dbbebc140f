package world

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// Residual is a latent model without chance whose change in a step is bounded, so that long predictions stay where
// the latents are (Byravan et al., 2019, "Imagined Value Gradients", arXiv 1910.04142, appendix B):
//
//	h' = h + s · tanh(W₂ elu(W₁ elu(W_h h + W_a a)))
//
// with a scale s of each number that is learned.
type Residual struct {
	FromLatent     nn.Linear
	FromAction     *grad.Parameter // [action, hidden]
	Hidden, Change nn.Linear
	Scale          *grad.Parameter // [latent]
}

// ResidualSizes are the widths of a Residual.
type ResidualSizes struct{ Latent, Action, Hidden int }

// residualScale is the largest change of a number of the latent in a step, at first.
const residualScale = 0.3

// NewResidual returns a model with random parameters.
func NewResidual(sizes ResidualSizes, random *rand.Rand) Residual {
	linear := func(inputs, outputs int) nn.Linear {
		return nn.NewLinear(inputs, outputs, nn.TruncatedNormalFanIn(1), random)
	}
	return Residual{
		FromLatent: linear(sizes.Latent, sizes.Hidden), FromAction: linear(sizes.Action, sizes.Hidden).Weight,
		Hidden: linear(sizes.Hidden, sizes.Hidden), Change: linear(sizes.Hidden, sizes.Latent),
		Scale: grad.NewParameter(sizes.Latent).Filled(residualScale),
	}
}

// Step is the latent [..., latent] after action [..., action].
func (r Residual) Step(latent, action *grad.Value) *grad.Value {
	x := r.FromLatent.Apply(latent).Add(action.MatMul(r.FromAction)).ELU()
	change := r.Change.Apply(r.Hidden.Apply(x).ELU()).Tanh()
	return latent.Add(change.Mul(r.Scale))
}

// Follow is what comes of actions [time, batch, action] after start [batch, latent]: start and the latents arrived
// at, [time+1, batch, latent].
func (r Residual) Follow(t *grad.Tracer, start, actions *grad.Value) *grad.Value {
	scan := grad.Scan{Length: actions.Shape()[0]}
	_, all := scan.Run(t, []*grad.Value{start}, []*grad.Value{actions}, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
		after := r.Step(carry[0], elements[0])
		return []*grad.Value{after}, []*grad.Value{after}
	})
	return start.KeepAxis(0).Concat(0, all[0])
}
