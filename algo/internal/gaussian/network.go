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
	Sizes            agent.Sizes
	Layers           []int   // units of each hidden layer, one layer or more
	InitialDeviation float64 // in canonical action units; the minimum comes on top
	MinimumDeviation float64
}

// Network is a Gaussian whose mean and deviation are functions of the observation:
//
//	μ = mean(torso(o)),   σ = softplus(deviation(torso(o))) · initial / log 2 + minimum
type Network struct {
	Torso           nn.Torso
	Mean, Deviation nn.Linear

	settings Settings
}

// NewNetwork returns a network with random parameters, whose mean is nearly zero and whose deviation
// is nearly the initial one everywhere.
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
	initial, minimum := grad.Scalar(n.settings.InitialDeviation/math.Ln2), grad.Scalar(n.settings.MinimumDeviation)
	deviation := n.Deviation.Apply(features).Softplus().Mul(initial).Add(minimum)
	return dist.Gaussian{Mean: n.Mean.Apply(features), Deviation: deviation}
}
