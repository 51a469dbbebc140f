package mpo

import (
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
)

// benchmarkConfig is the learner step of the speed comparison: 24 observations, 6 actions, batch 256,
// 20 samples, networks of three layers of 256.
func benchmarkConfig() *Config {
	c := Default()
	c.PolicyLayers, c.CriticLayers = []int{256, 256, 256}, []int{256, 256, 256}
	c.Batch, c.Samples, c.Temperature, c.EpsilonPenalty = 256, 20, TemperatureAdam, 0
	return c
}

func benchmarkLearner(tb testing.TB, c *Config, sizes agent.Sizes, workers *grad.Workers) *learner {
	made, err := newLearner(c, sizes, 1, workers)
	if err != nil {
		tb.Fatal(err)
	}
	l := made.(*learner)
	random := rand.New(rand.NewPCG(1, 1))
	for _, slab := range [][]float32{l.Transitions.Observation, l.Transitions.Action, l.Transitions.Reward, l.Transitions.Next} {
		for i := range slab {
			slab[i] = float32(random.NormFloat64())
		}
	}
	for i := range l.Transitions.Discount {
		l.Transitions.Discount[i] = 0.99
	}
	return l
}

func BenchmarkStep(b *testing.B) {
	for _, count := range []int{1, 2} {
		b.Run(map[int]string{1: "1 worker", 2: "2 workers"}[count], func(b *testing.B) {
			workers := grad.NewWorkers(count)
			defer workers.Close()
			l := benchmarkLearner(b, benchmarkConfig(), agent.Sizes{Observation: 24, Action: 6}, workers)
			b.ReportAllocs()
			for b.Loop() {
				if err := l.Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("small", func(b *testing.B) {
		l := benchmarkLearner(b, Default(), agent.Sizes{Observation: 5, Action: 1}, nil)
		for b.Loop() {
			if err := l.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
