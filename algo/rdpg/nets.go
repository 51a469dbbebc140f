package rdpg

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/algo/internal/critic"
	"github.com/reverie-rl/reverie/algo/internal/recurrent"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// headScale makes the first actions nearly zero.
const headScale = 1e-4

// newCore returns a cell that reads an observation and the action before.
func newCore(c *Config, sizes agent.Sizes, random *rand.Rand) recurrent.Core {
	s := recurrent.Settings{Kind: c.Core, Size: c.CoreSize, Span: c.MemorySpan}
	return recurrent.NewCore(s, sizes.Observation+sizes.Action, random)
}

// policy is a distribution of actions that is a function of the history.
type policy struct {
	Core      recurrent.Core
	Torso     nn.Torso
	Mean      nn.Linear
	Deviation *nn.Linear // nil if the deviation is that of exploration

	config *Config
}

func newPolicy(c *Config, sizes agent.Sizes, random *rand.Rand) policy {
	last, read := c.PolicyLayers[len(c.PolicyLayers)-1], c.CoreSize
	if c.ReadCritic {
		read = 2 * c.CoreSize
	}
	p := policy{
		Core:   newCore(c, sizes, random),
		Torso:  nn.NewTorso(read+sizes.Observation, c.PolicyLayers, random),
		Mean:   nn.NewLinear(last, sizes.Action, nn.NormalFanIn(headScale), random),
		config: c,
	}
	if c.Stochastic {
		deviation := nn.NewLinear(last, sizes.Action, nn.NormalFanIn(headScale), random)
		p.Deviation = &deviation
	}
	return p
}

// Apply returns the distribution of actions [..., action] for what its core puts out, memory [..., core], what
// the critic's does, [..., core], and the newest observations [..., observation], and the mean before tanh. No
// gradient flows to the critic's core.
func (p policy) Apply(t *grad.Tracer, memory, critic, observation *grad.Value) (distribution dist.Gaussian, raw *grad.Value) {
	if p.config.ReadCritic {
		memory = memory.Concat(-1, critic.Stop())
	}
	features := p.Torso.Apply(memory.Concat(-1, observation))
	raw = p.Mean.Apply(features)
	if p.Deviation == nil {
		exploration := t.Value(grad.Scalar(p.config.ExplorationDeviation)).Broadcast(raw.Shape()...)
		return dist.Gaussian{Mean: raw.Tanh(), Deviation: exploration}, raw
	}
	return dist.BoundedGaussian(raw, p.Deviation.Apply(features), p.config.MinimumDeviation, p.config.MaximumDeviation), raw
}

// recurrentCritic is the value of an action that is a function of the history before it.
type recurrentCritic struct {
	Core recurrent.Core
	Head critic.Critic
}

func newCritic(c *Config, sizes agent.Sizes, random *rand.Rand) recurrentCritic {
	seen := agent.Sizes{Observation: c.CoreSize + sizes.Observation, Action: sizes.Action}
	return recurrentCritic{newCore(c, sizes, random), critic.New(seen, c.CriticLayers, 1, random)}
}

// Value returns the value [...] of actions [..., action] for what the core puts out [..., core] and the
// newest observations [..., observation].
func (c recurrentCritic) Value(memory, observation, action *grad.Value) *grad.Value {
	return c.Head.Value(memory.Concat(-1, observation), action)
}
