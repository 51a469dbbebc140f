package control

import (
	_ "embed"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/mujoco"
)

//go:embed reacher.xml
var reacherXML string

func reacherTasks() []task {
	variant := func(name string, targetRadius float64, tags ...string) task {
		return task{
			name: "reacher-" + name, tags: tags,
			model:     func() string { return reacherXML },
			timeLimit: 20, bind: func(p physics) binding { return bindReacher(p, targetRadius) },
		}
	}
	return []task{variant("easy", .05, "benchmarking", "easy", "dreamer20", "planet6"), variant("hard", .015, "benchmarking", "dreamer20")}
}

func bindReacher(p physics, targetRadius float64) binding {
	p.geomSize("target")[0] = targetRadius
	place := p.row(p.model.GeomPos, 3, mujoco.Geom, "target")
	target, finger := p.geomPosition("target"), p.geomPosition("finger")
	reached := within(0, targetRadius+p.geomSize("finger")[0])
	return binding{
		Observations: []observation{
			copied("position", p.data.QPos),
			{Name: "to_target", Shape: []int{2}, Write: func(into []float64) {
				into[0], into[1] = target[0]-finger[0], target[1]-finger[1]
			}},
			copied("velocity", p.data.QVel),
		},
		Initialise: once(func(random *rand.Rand) {
			p.randomiseJoints(random)
			angle, radius := uniform(random, 0, 2*math.Pi), uniform(random, .05, .2)
			place[0], place[1] = radius*math.Sin(angle), radius*math.Cos(angle)
		}),
		Reward: func() float64 { return reached.Of(distance(target[:2], finger[:2])) },
		Drawn:  [][]float64{place},
		Goals:  [][]float64{place},
	}
}
