// Package gaussian is the policy of algorithms for continuous actions: a network that gives a
// Gaussian with independent elements, and an agent.Policy that acts with a copy of it.
package gaussian

import (
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// headScale makes the first outputs of a head nearly zero.
const headScale = 1e-4

// Settings shape a Network.
type Settings struct {
	Sizes  agent.Sizes
	Layers []int // units of each hidden layer, one layer or more
	Head   Head
}

// Head makes a distribution of the raw outputs of a network, both [..., action].
type Head func(mean, deviation *grad.Value) dist.Gaussian

// Free leaves the mean as it is, and lets the deviation, in canonical action units, take any value
// above a minimum. It is the initial one plus the minimum where the output is 0:
//
//	σ = softplus(deviation) · initial / log 2 + minimum
func Free(initial, minimum float64) Head {
	return func(mean, deviation *grad.Value) dist.Gaussian {
		deviation = deviation.Softplus().Mul(grad.Scalar(initial / math.Ln2)).Add(grad.Scalar(minimum))
		return dist.Gaussian{Mean: mean, Deviation: deviation}
	}
}

// Bounded keeps the mean within (-1, 1) and the deviation between two bounds, as dist.BoundedGaussian
// says.
func Bounded(minimum, maximum float64) Head {
	return func(mean, deviation *grad.Value) dist.Gaussian {
		return dist.BoundedGaussian(mean, deviation, minimum, maximum)
	}
}

// Network is a Gaussian whose mean and deviation are functions of the observation.
type Network struct {
	Torso           nn.Torso
	Mean, Deviation nn.Linear

	settings Settings
}

// NewNetwork returns a network with random parameters, whose outputs are nearly zero everywhere.
func NewNetwork(s Settings, random *rand.Rand) Network {
	last := s.Layers[len(s.Layers)-1]
	return Network{
		Torso:     nn.NewTorso(s.Sizes.Observation, s.Layers, random),
		Mean:      nn.NewLinear(last, s.Sizes.Action, nn.NormalFanIn(headScale), random),
		Deviation: nn.NewLinear(last, s.Sizes.Action, nn.NormalFanIn(headScale), random),
		settings:  s,
	}
}

// Apply returns the distribution of actions [..., action] for observations [..., observation].
func (n Network) Apply(observation *grad.Value) dist.Gaussian {
	features := n.Torso.Apply(observation)
	return n.settings.Head(n.Mean.Apply(features), n.Deviation.Apply(features))
}
