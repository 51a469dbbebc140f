package planet

import (
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
	"github.com/reverie-rl/reverie/algo/internal/planning"
)

// tiny is a configuration whose updates and decisions take about a millisecond.
func tiny() *Config {
	c := Small()
	c.Stochastic, c.Deterministic, c.Hidden, c.ModelLayers = 3, 5, 6, []int{7, 6}
	c.Batch, c.Window, c.Horizon, c.Samples, c.Iterations, c.Elites = 3, 4, 3, 20, 2, 4
	return c
}

// variants are the ways in which an agent can be put together.
var variants = map[string]func(c *Config){
	"default":       func(*Config) {},
	"deterministic": func(c *Config) { c.Latent = Deterministic },
	"overshooting":  func(c *Config) { c.OvershootingWeight, c.OvershootingDistance, c.FreeNats = 1, 3, 0 },
	"paper": func(c *Config) {
		c.Cell, c.Symlog, c.RepresentationWeight, c.WarmStart, c.SampledRollouts = GRU, false, 1, false, true
	},
	"mppi":     func(c *Config) { c.Planner, c.ContinuationWeight = planning.MPPI, 1 },
	"shooting": func(c *Config) { c.Planner, c.WarmStart = planning.Shooting, false },
}

// PlaNet sees pictures, alone and beside numbers.
func TestContractWithPictures(t *testing.T) {
	for name, numbers := range map[string]int{"alone": 0, "beside numbers": 3} {
		t.Run(name, func(t *testing.T) {
			sizes := agent.Sizes{Observation: numbers, Action: 2, Image: agent.ImageSize{Height: 64, Width: 64, Channels: 3}}
			agenttest.RunWith(t, Algorithm(), sizes, func() agent.Config {
				c := tiny()
				c.Depth, c.ObservationWeight, c.Batch, c.Window = 1, 1, 2, 2
				return c
			})
		})
	}
}

func TestPicturesOfAnotherSize(t *testing.T) {
	_, err := newLearner(tiny(), agent.Sizes{Action: 1, Image: agent.ImageSize{Height: 32, Width: 64, Channels: 3}}, 1, nil)
	if err == nil || !strings.Contains(err.Error(), "planet: the picture has 32 x 64 pixels") {
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
