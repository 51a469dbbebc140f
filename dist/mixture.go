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

// Noise is a choice and noise that make Sample give the sample [..., size]: the component is picked
// among those it may come from, by their posterior probabilities, with uniform noise pick
// [..., components], and its choice drawn with fresh uniform noise of that shape. If samples follow m,
// the choice is uniform and the noise standard normal.
func (m MixtureOfGaussians) Noise(sample, pick, fresh *grad.Value) (choice, noise *grad.Value) {
	sample = sample.KeepAxis(-2)
	posterior := Categorical{m.Components.LogProb(sample).Add(m.Logits)}
	component := posterior.Sample(pick).Stop()
	noise = m.Components.Noise(sample).Mul(component.KeepAxis(-1)).Sum(-2)
	return Categorical{m.Logits}.Noise(component, fresh), noise
}

// Stop is the same distribution with no gradient flowing back to it.
func (m MixtureOfGaussians) Stop() MixtureOfGaussians {
	return MixtureOfGaussians{m.Logits.Stop(), m.Components.Stop()}
}
