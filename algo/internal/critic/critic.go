// Package critic is the networks that value actions: by a number, or by a distribution of returns.
package critic

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// headScale makes the first values nearly zero.
const headScale = 1e-4

// Network is a torso that reads an observation and an action, and a head.
type Network struct {
	Torso nn.Torso
	Head  nn.Linear
}

func newNetwork(sizes agent.Sizes, layers []int, outputs int, random *rand.Rand) Network {
	return Network{
		Torso: nn.NewTorso(sizes.Observation+sizes.Action, layers, random),
		Head:  nn.NewLinear(layers[len(layers)-1], outputs, nn.NormalFanIn(headScale), random),
	}
}

// join puts together observations [..., observation] and actions [..., action], clipped to the bounds of the
// task as the environment clips them.
func join(observation, action *grad.Value) *grad.Value {
	return observation.Concat(-1, action.Clip(-1, 1))
}

// Critic is one or more networks that value an action in a state.
type Critic struct{ Networks []Network }

// New returns a critic of count networks with hidden layers of the given sizes.
func New(sizes agent.Sizes, layers []int, count int, random *rand.Rand) Critic {
	var made Critic
	for range count {
		made.Networks = append(made.Networks, newNetwork(sizes, layers, 1, random))
	}
	return made
}

// Apply returns each network's value [...] of actions [..., action], clipped to the bounds of the
// task, in states observation [..., observation].
func (c Critic) Apply(observation, action *grad.Value) []*grad.Value {
	pairs := join(observation, action)
	var values []*grad.Value
	for _, network := range c.Networks {
		value := network.Head.Apply(network.Torso.Apply(pairs))
		values = append(values, value.Reshape(pairs.Shape()[:len(pairs.Shape())-1]...))
	}
	return values
}

// Value is the smallest of the networks' values.
func (c Critic) Value(observation, action *grad.Value) *grad.Value {
	values := c.Apply(observation, action)
	smallest := values[0]
	for _, value := range values[1:] {
		smallest = smallest.Min(value)
	}
	return smallest
}

// Regression is half the mean squared error of each network's values, added up. No gradient flows to
// the target.
func Regression(values []*grad.Value, target *grad.Value) *grad.Value {
	loss := values[0].Sub(target.Stop()).Square().Mean()
	for _, value := range values[1:] {
		loss = loss.Add(value.Sub(target.Stop()).Square().Mean())
	}
	return loss.Mul(grad.Scalar(0.5))
}

// State is a network that values a state.
type State struct{ Network }

// NewState returns a network with hidden layers of the given sizes that values observations of this width.
func NewState(observation int, layers []int, random *rand.Rand) State {
	return State{newNetwork(agent.Sizes{Observation: observation}, layers, 1, random)}
}

// Value returns the value [...] of states observation [..., observation].
func (s State) Value(observation *grad.Value) *grad.Value {
	value := s.Head.Apply(s.Torso.Apply(observation))
	return value.Reshape(observation.Shape()[:len(observation.Shape())-1]...)
}

// Distributional is a network that gives the distribution of an action's return over atoms.
type Distributional struct {
	Network

	support dist.Support
}

// NewDistributional returns a critic over these atoms with hidden layers of the given sizes, which at
// first finds all atoms nearly equally likely.
func NewDistributional(sizes agent.Sizes, layers []int, support dist.Support, random *rand.Rand) Distributional {
	return Distributional{newNetwork(sizes, layers, support.Count(), random), support}
}

// Apply returns the distribution of the return [...] of actions [..., action], clipped to the bounds
// of the task, in states observation [..., observation].
func (d Distributional) Apply(observation, action *grad.Value) dist.ValueDistribution {
	return dist.ValueDistribution{Support: d.support, Logits: d.Head.Apply(d.Torso.Apply(join(observation, action)))}
}
