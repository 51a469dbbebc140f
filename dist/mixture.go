package dist

import "github.com/reverie-rl/reverie/grad"

// MixtureOfGaussians draws one of several Gaussians and then from it. Logits [..., components] weigh
// the components, whose mean and deviation have shape [..., components, size].
type MixtureOfGaussians struct {
	Logits     *grad.Value
	Components Gaussian
}

// LogProb is the log-density [...] of x [..., size].
func (m MixtureOfGaussians) LogProb(x *grad.Value) *grad.Value {
	weights := Categorical{m.Logits}.LogProbabilities()
	return m.Components.LogProb(x.KeepAxis(-2)).Add(weights).LogSumExp(-1)
}

// Mean has shape [..., size].
func (m MixtureOfGaussians) Mean() *grad.Value {
	return m.Logits.Softmax(-1).KeepAxis(-1).Mul(m.Components.Mean).Sum(-2)
}

// Sample picks a component by uniform noise [..., components] and turns standard normal noise
// [..., size] into a sample [..., size] of it. Gradients flow to the component's mean and deviation,
// but not to the logits.
func (m MixtureOfGaussians) Sample(choice, noise *grad.Value) *grad.Value {
	component := Categorical{m.Logits}.Sample(choice).Stop().KeepAxis(-1)
	return component.Mul(m.Components.Sample(noise.KeepAxis(-2))).Sum(-2)
}

// Stop is the same distribution with no gradient flowing back to it.
func (m MixtureOfGaussians) Stop() MixtureOfGaussians {
	return MixtureOfGaussians{m.Logits.Stop(), m.Components.Stop()}
}
