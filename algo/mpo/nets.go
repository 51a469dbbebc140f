package mpo

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// headScale makes the first values of a critic nearly zero.
const headScale = 1e-4

// newPolicy returns a policy network as configured.
func newPolicy(c *Config, sizes agent.Sizes, random *rand.Rand) gaussian.Network {
	return gaussian.NewNetwork(gaussian.Settings{
		Sizes: sizes, Layers: c.PolicyLayers,
		InitialDeviation: c.InitialDeviation, MinimumDeviation: c.MinimumDeviation,
	}, random)
}

// critic is one or two networks that value an action in a state.
type critic struct{ Networks []valueNetwork }

type valueNetwork struct {
	Torso nn.Torso
	Head  nn.Linear
}

func newCritic(c *Config, sizes agent.Sizes, random *rand.Rand) critic {
	count := 1
	if c.TwinCritic {
		count = 2
	}
	var made critic
	for range count {
		torso := nn.NewTorso(sizes.Observation+sizes.Action, c.CriticLayers, random)
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
