//go:build cgo

package control

import (
	"math"
	"slices"
	"testing"
	"time"
)

// BenchmarkStep plays episodes of 1000 steps in Go, with observations and rewards, and in C, with
// neither, taking turns so that a busy machine slows both. It reports the best of each.
func BenchmarkStep(b *testing.B) {
	for _, name := range []string{"cartpole-swingup", "reacher-easy"} {
		b.Run(name, func(b *testing.B) {
			e := open(b, name, 1)
			var inGo, inC []float64 // seconds an episode
			for b.Loop() {
				plain, err := e.TimePlainLoop(1000)
				if err != nil {
					b.Fatal(err)
				}
				inC = append(inC, plain.Seconds())
				inGo = append(inGo, timeEpisode(b, e).Seconds())
			}
			b.ReportMetric(1000/slices.Min(inGo), "go-steps/s")
			b.ReportMetric(1000/slices.Min(inC), "c-steps/s")
			b.ReportMetric(100*(slices.Min(inGo)/slices.Min(inC)-1), "%overhead")
		})
	}
}

// timeEpisode plays the episode that TimePlainLoop plays.
func timeEpisode(b *testing.B, e *Environment) time.Duration {
	m := e.physics.model
	qpos, qvel, action := make([]float64, m.NQ), make([]float64, m.NV), make([]float64, m.NU)
	start := time.Now()
	if _, err := e.SetState(qpos, qvel); err != nil {
		b.Fatal(err)
	}
	for i := range 1000 {
		for j := range action {
			action[j] = math.Sin(.1*float64(i) + float64(j))
		}
		if _, err := e.Step(action); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

// BenchmarkNew compiles the models.
func BenchmarkNew(b *testing.B) {
	for _, name := range []string{"cartpole-swingup", "reacher-easy"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				e, err := New("control/"+name, 1, Config{})
				if err != nil {
					b.Fatal(err)
				}
				e.Close()
			}
		})
	}
}
