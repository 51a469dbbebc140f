package agenttest

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/replay"
)

// proportional pushes the point towards 0.
type proportional struct{ gain float32 }

func (p proportional) Act(observation agent.Observation, _ []float32, _ uint64, _ bool) agent.Action {
	return agent.Action{Values: []float32{-p.gain * observation.Numbers[0]}}
}

func (p proportional) Refresh() {}

func (p proportional) StateSize() int { return 0 }

func TestPointByHand(t *testing.T) {
	for _, c := range []struct{ x, action, next, reward float64 }{
		{0.5, -1, 0.3, -0.3},
		{0.5, -7, 0.3, -0.3},   // clipped
		{0.9, 1, 1, -0.86},     // against a wall
		{-0.1, 0, -0.1, -0.01}, // at rest
	} {
		p := Point{observation: [1]float32{float32(c.x)}}
		reward := p.take(float32(c.action))
		if math.Abs(reward-c.reward) > 1e-6 || math.Abs(float64(p.observation[0])-c.next) > 1e-6 {
			t.Errorf("%g moved by %g: at %g with reward %g, want %g and %g", c.x, c.action, p.observation[0], reward, c.next, c.reward)
		}
	}
}

// Doing nothing costs about 50/12, the best policy little; the same policy always has the same return.
func TestMeanReturnOfThePoint(t *testing.T) {
	p := NewPoint(t, proportional{0})
	if idle := p.MeanReturn(true); !(idle < -3 && idle > -6) || p.MeanReturn(false) != idle {
		t.Errorf("doing nothing returns %g and %g", idle, p.MeanReturn(false))
	}
	p.Policy = proportional{3}
	if active := p.MeanReturn(true); !(active > -0.4) {
		t.Errorf("moving towards 0 returns %g", active)
	}
}

// What the point remembers is two episodes of 50 steps, none of them terminated.
func TestThePointRemembers(t *testing.T) {
	p := NewPoint(t, proportional{1})
	for range 2 * pointLimit {
		p.Act(t)
	}
	batch := replay.NewSequences(replay.Layout{Observation: 1, Action: 1, Reward: 1}, 4, pointLimit)
	if err := p.Sampler(t, 1).SampleSequences(batch, pointLimit); err != nil {
		t.Fatal(err)
	}
	for i, discount := range batch.Discount {
		if discount != 1 || batch.Action[i] != -batch.Observation[i+i/pointLimit] {
			t.Fatalf("step %d: action %g at %g with discount %g", i, batch.Action[i], batch.Observation[i+i/pointLimit], discount)
		}
	}
}
