package mpo

import (
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// headScale makes the first outputs of a head nearly zero.
const headScale = 1e-4

// gaussianPolicy is a Gaussian whose mean and deviation are functions of the observation.
type gaussianPolicy struct {
	Torso           nn.Torso
	Mean, Deviation nn.Linear

	initial, minimum float64
}

func newPolicy(c *Config, observation, action int, random *rand.Rand) gaussianPolicy {
	last := c.PolicyLayers[len(c.PolicyLayers)-1]
	return gaussianPolicy{
		Torso:     nn.NewTorso(observation, c.PolicyLayers, random),
		Mean:      nn.NewLinear(last, action, nn.NormalFanIn(headScale), random),
		Deviation: nn.NewLinear(last, action, nn.NormalFanIn(headScale), random),
		initial:   c.InitialDeviation, minimum: c.MinimumDeviation,
	}
}

// Apply returns the distribution of actions [..., action] for observations [..., observation].
func (p gaussianPolicy) Apply(observation *grad.Value) dist.Gaussian {
	features := p.Torso.Apply(observation)
	deviation := p.Deviation.Apply(features).Softplus().Mul(grad.Scalar(p.initial / math.Ln2)).Add(grad.Scalar(p.minimum))
	return dist.Gaussian{Mean: p.Mean.Apply(features), Deviation: deviation}
}

// critic is one or two networks that value an action in a state.
type critic struct{ Networks []valueNetwork }

type valueNetwork struct {
	Torso nn.Torso
	Head  nn.Linear
}

func newCritic(c *Config, observation, action int, random *rand.Rand) critic {
	count := 1
	if c.TwinCritic {
		count = 2
	}
	var made critic
	for range count {
		torso := nn.NewTorso(observation+action, c.CriticLayers, random)
		head := nn.NewLinear(c.CriticLayers[len(c.CriticLayers)-1], 1, nn.NormalFanIn(headScale), random)
		made.Networks = append(made.Networks, valueNetwork{torso, head})
	}
	return made
}

// Apply returns each network's value [...] of actions [..., action], clipped to the bounds of the
// task, in states observation [..., observation].
func (c critic) Apply(observation, action *grad.Value) []*grad.Value {
	pair := observation.Concat(-1, action.Clip(-1, 1))
	var values []*grad.Value
	for _, network := range c.Networks {
		value := network.Head.Apply(network.Torso.Apply(pair))
		values = append(values, value.Reshape(pair.Shape()[:len(pair.Shape())-1]...))
	}
	return values
}

// Value is the smallest of the networks' values.
func (c critic) Value(observation, action *grad.Value) *grad.Value {
	values := c.Apply(observation, action)
	smallest := values[0]
	for _, value := range values[1:] {
		smallest = smallest.Min(value)
	}
	return smallest
}
