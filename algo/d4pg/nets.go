package d4pg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// headScale makes the first actions nearly zero.
const headScale = 1e-4

// policy is an action that is a function of the observation.
type policy struct {
	Torso nn.Torso
	Head  nn.Linear
}

func newPolicy(c *Config, sizes agent.Sizes, random *rand.Rand) policy {
	last := c.PolicyLayers[len(c.PolicyLayers)-1]
	return policy{
		Torso: nn.NewTorso(sizes.Observation, c.PolicyLayers, random),
		Head:  nn.NewLinear(last, sizes.Action, nn.NormalFanIn(headScale), random),
	}
}

// Apply returns actions [..., action] within (-1, 1) for observations [..., observation].
func (p policy) Apply(observation *grad.Value) *grad.Value {
	return p.Head.Apply(p.Torso.Apply(observation)).Tanh()
}

// newCritic returns a network that gives the distribution of an action's return.
func newCritic(c *Config, sizes agent.Sizes, random *rand.Rand) critic.Distributional {
	support := dist.LinearSupport(c.LowestReturn, c.HighestReturn, c.Atoms)
	return critic.NewDistributional(sizes, c.CriticLayers, support, random)
}
