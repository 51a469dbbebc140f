package rdpg

import (
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
	"github.com/reverie-rl/reverie/algo/internal/recurrent"
)

// small is a configuration whose updates take about a millisecond.
func small() *Config {
	c := Default()
	c.CoreSize, c.PolicyLayers, c.CriticLayers = 5, []int{8, 6}, []int{8, 6}
	c.Batch, c.Window, c.BurnIn, c.TargetPeriod = 4, 3, 2, 4
	return c
}

// variants are the ways in which an update can be put together.
var variants = map[string]func(c *Config){
	"default":     func(*Config) {},
	"gru":         func(c *Config) { c.Core, c.MemorySpan = recurrent.GRU, 10 },
	"stochastic":  func(c *Config) { c.Stochastic = true },
	"episodes":    func(c *Config) { c.Episodes, c.BurnIn, c.Window = true, 0, 25 },
	"read critic": func(c *Config) { c.ReadCritic = true },
	"no clipping": func(c *Config) { c.GradientNorm = 0 },
}

func TestContract(t *testing.T) {
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			agenttest.Run(t, Algorithm(), func() agent.Config {
				c := small()
				change(c)
				return c
			})
		})
	}
}
