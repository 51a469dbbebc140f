//go:build cgo

package control

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/reverie-rl/reverie/mujoco"
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

// BenchmarkRender draws pictures of 64 x 64 pixels. A process has one back end: choose it by -bench
// Render/egl or leave it to the first.
func BenchmarkRender(b *testing.B) {
	for _, backend := range []mujoco.Backend{mujoco.OSMesa, mujoco.EGL} {
		for _, name := range []string{"cartpole-swingup", "cheetah-run"} {
			b.Run(fmt.Sprintf("%v/%s/faithful", backend, name), func(b *testing.B) {
				benchmarkRender(b, name, Config{Profile: mujoco.Faithful, Backend: backend})
			})
			b.Run(fmt.Sprintf("%v/%s/fast", backend, name), func(b *testing.B) {
				benchmarkRender(b, name, Config{Profile: mujoco.Fast, Backend: backend})
			})
		}
	}
}

func benchmarkRender(b *testing.B, name string, config Config) {
	e, err := New("control/"+name, 1, config)
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	reset(b, e)
	if _, err := e.Render(0, 64, 64); err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		if _, err := e.Render(0, 64, 64); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
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
