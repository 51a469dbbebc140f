package mompo

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/gaussian"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// newPolicy returns a policy network for continuous actions as configured.
func newPolicy(c *Config, sizes agent.Sizes, random *rand.Rand) gaussian.Network {
	return gaussian.NewNetwork(gaussian.Settings{
		Sizes: sizes, Layers: c.PolicyLayers, Head: gaussian.Free(c.InitialDeviation, c.MinimumDeviation),
	}, random)
}

// headScale makes all choices nearly equally likely at first.
const headScale = 1e-4

// categorical is a policy network for discrete actions.
type categorical struct {
	Torso nn.Torso
	Head  nn.Linear
}

func newCategorical(c *Config, sizes agent.Sizes, random *rand.Rand) categorical {
	last := c.PolicyLayers[len(c.PolicyLayers)-1]
	return categorical{
		Torso: nn.NewTorso(sizes.Observation, c.PolicyLayers, random),
		Head:  nn.NewLinear(last, sizes.Action, nn.NormalFanIn(headScale), random),
	}
}

// Apply returns the distribution of actions [..., choices] for observations [..., observation].
func (n categorical) Apply(observation *grad.Value) dist.Categorical {
	return dist.Categorical{Logits: n.Head.Apply(n.Torso.Apply(observation))}
}

// newCritic returns a network for each objective that values an action in a state.
func newCritic(c *Config, sizes agent.Sizes, random *rand.Rand) critic.Critic {
	return critic.New(sizes, c.CriticLayers, max(1, sizes.Objectives), random)
}
