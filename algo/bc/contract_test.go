package bc

import (
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
)

// small is a configuration whose updates take well under a millisecond.
func small() *Config {
	c := Default()
	c.PolicyLayers, c.Batch = []int{16, 8}, 6
	return c
}

func TestContract(t *testing.T) {
	for name, limit := range map[string]float64{"clipping": 40, "no clipping": 0} {
		t.Run(name, func(t *testing.T) {
			agenttest.Run(t, Algorithm(), func() agent.Config {
				c := small()
				c.GradientNorm = limit
				return c
			})
		})
	}
}
