package dreamer

import (
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
)

// tiny is a configuration whose updates take about a millisecond.
func tiny() *Config {
	c := Small()
	c.Stochastic, c.Classes, c.Deterministic, c.Hidden = 3, 4, 5, 6
	c.ModelLayers, c.PolicyLayers, c.CriticLayers = []int{7, 6}, []int{8, 6}, []int{6}
	c.Atoms, c.SymlogLimit, c.Batch, c.Window, c.Horizon = 5, 2, 3, 4, 3
	return c
}

// variants are the ways in which an update can be put together.
var variants = map[string]func(c *Config){
	"default":        func(*Config) {},
	"first version":  firstVersion,
	"categorical":    categorical,
	"second version": func(c *Config) { categorical(c); c.Unimix, c.Reinforce, c.ContinuationWeight = 0, 0.7, 2 },
	"reinforced":     func(c *Config) { c.Reinforce = 1 },
	"deterministic":  func(c *Config) { c.Latent = Deterministic },
	"one step":       func(c *Config) { c.TwoHotReward, c.TwoHotCritic, c.Horizon, c.GradientNorm = true, false, 1, 0 },
}

// categorical has so many variables that two observations differ in the modes of some, which are all that a
// deterministic action sees of them.
func categorical(c *Config) { c.Latent, c.Stochastic = Categorical, 16 }

// firstVersion takes everything that came after Dreamer's first version out.
func firstVersion(c *Config) {
	c.Cell, c.Symlog, c.TwoHotCritic, c.FreeOnAverage, c.NormaliseReturns = GRU, false, false, true, false
	c.RepresentationWeight, c.FreeNats, c.StartEvery, c.TargetRate, c.Entropy = 1, 0.2, 1, 1, 0
}

// Dreamer sees pictures, alone and beside numbers.
func TestContractWithPictures(t *testing.T) {
	for name, numbers := range map[string]int{"alone": 0, "beside numbers": 3} {
		t.Run(name, func(t *testing.T) {
			sizes := agent.Sizes{Observation: numbers, Action: 2, Image: agent.ImageSize{Height: 64, Width: 64, Channels: 3}}
			agenttest.RunWith(t, Algorithm(), sizes, func() agent.Config {
				c := tiny()
				c.Depth, c.ObservationWeight, c.Batch, c.Window, c.Horizon = 1, 1, 2, 2, 2
				return c
			})
		})
	}
}

func TestPicturesOfAnotherSize(t *testing.T) {
	_, err := newLearner(tiny(), agent.Sizes{Action: 1, Image: agent.ImageSize{Height: 32, Width: 64, Channels: 3}}, 1, nil)
	if err == nil || !strings.Contains(err.Error(), "the picture has 32 x 64 pixels") {
		t.Errorf("the error is %v", err)
	}
}

func TestContract(t *testing.T) {
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			agenttest.Run(t, Algorithm(), func() agent.Config {
				c := tiny()
				change(c)
				return c
			})
		})
	}
}
