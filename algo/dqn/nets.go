package dqn

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// headScale makes the first values nearly zero.
const headScale = 1e-4

// network values each choice.
type network struct {
	Torso nn.Torso
	Head  nn.Linear
}

func newNetwork(c *Config, sizes agent.Sizes, random *rand.Rand) network {
	last := c.CriticLayers[len(c.CriticLayers)-1]
	return network{
		Torso: nn.NewTorso(sizes.Observation, c.CriticLayers, random),
		Head:  nn.NewLinear(last, sizes.Action, nn.NormalFanIn(headScale), random),
	}
}

// Apply returns the values [..., choices] in states observation [..., observation].
func (n network) Apply(observation *grad.Value) *grad.Value {
	return n.Head.Apply(n.Torso.Apply(observation))
}
