package ivg

import (
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/agent/agenttest"
)

func TestContract(t *testing.T) {
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			agenttest.Run(t, Algorithm(), func() agent.Config {
				c := tiny()
				change(c)
				c.TargetPeriod = 3
				return c
			})
		})
	}
}

// IVG learns several tasks at once, with pictures too.
func TestContractWithSeveralTasks(t *testing.T) {
	for _, name := range []string{"default", "V-trace", "IVG(0)"} {
		t.Run(name, func(t *testing.T) {
			agenttest.RunWith(t, Algorithm(), several, func() agent.Config {
				c := tiny()
				variants[name](c)
				return c
			})
		})
	}
	t.Run("pictures", func(t *testing.T) {
		sizes := several
		sizes.Image = agent.ImageSize{Height: 64, Width: 64, Channels: 3}
		agenttest.RunWith(t, Algorithm(), sizes, func() agent.Config {
			c := tiny()
			c.Depth, c.History, c.Batch, c.Window, c.Horizon = 1, 2, 2, 2, 2
			return c
		})
	})
}

// IVG sees pictures, alone and beside numbers.
func TestContractWithPictures(t *testing.T) {
	for name, numbers := range map[string]int{"alone": 0, "beside numbers": 3} {
		t.Run(name, func(t *testing.T) {
			sizes := agent.Sizes{Observation: numbers, Action: 2, Image: agent.ImageSize{Height: 64, Width: 64, Channels: 3}}
			agenttest.RunWith(t, Algorithm(), sizes, func() agent.Config {
				c := tiny()
				c.Depth, c.History, c.Batch, c.Window, c.Horizon = 1, 2, 2, 2, 2
				return c
			})
		})
	}
}

// A model that does not see the task needs something else to see.
func TestNothingToSee(t *testing.T) {
	_, err := newLearner(tiny(), agent.Sizes{Observation: 2, Tasks: 2, Action: 1}, 1, nil)
	if err == nil || !strings.Contains(err.Error(), "nothing to see but which task") {
		t.Errorf("the error is %v", err)
	}
}

func TestPicturesOfAnotherSize(t *testing.T) {
	_, err := newLearner(tiny(), agent.Sizes{Action: 1, Image: agent.ImageSize{Height: 32, Width: 64, Channels: 3}}, 1, nil)
	if err == nil || !strings.Contains(err.Error(), "the picture has 32 x 64 pixels") {
		t.Errorf("the error is %v", err)
	}
}
