package control

import (
	_ "embed"
	"math"

	"github.com/reverie-rl/reverie/mujoco"
)

//go:embed walker.xml
var walkerXML string

func walkerTasks() []task {
	variant := func(name string, speed float64, tags ...string) task {
		return task{
			name: "walker-" + name, tags: append([]string{"benchmarking", "dreamer20"}, tags...),
			model:     func() string { return walkerXML },
			timeLimit: 25, interval: .025, bind: func(p physics) binding { return bindWalker(p, speed) },
		}
	}
	return []task{variant("run", 8), variant("stand", 0), variant("walk", 1, "planet6")}
}

var walkerHigh = sloping(1.2, math.Inf(1), .6, Gaussian, DefaultAtMargin)

// bindWalker rewards an upright torso, times, if speed is not 0, moving forward at that many metres
// a second.
func bindWalker(p physics, speed float64) binding {
	torso, height := p.bodyMatrix("torso"), &p.bodyPosition("torso")[2]
	standing := func() float64 {
		upright := (1 + torso[zz]) / 2
		return (3*walkerHigh.Of(*height) + upright) / 4
	}
	b := binding{
		Observations: []observation{
			{Name: "orientations", Shape: []int{2 * (p.model.Count(mujoco.Body) - 1)}, Write: p.observePitches},
			{Name: "height", Shape: nil, Write: func(into []float64) { into[0] = *height }},
			copied("velocity", p.data.QVel),
		},
		Initialise: once(p.randomiseJoints),
		Reward:     standing,
	}
	if speed > 0 {
		velocity := p.sensor("torso_subtreelinvel")
		fast := sloping(speed, math.Inf(1), speed/2, Linear, .5)
		b.Reward = func() float64 { return standing() * (5*fast.Of(velocity[0]) + 1) / 6 }
	}
	return b
}

// observePitches writes the cosine and the sine of each body's angle in the plane of x and z.
func (p physics) observePitches(into []float64) {
	for i := range len(into) / 2 {
		matrix := p.data.XMat[9*(i+1):] // body 0 is the world
		into[2*i], into[2*i+1] = matrix[xx], matrix[xz]
	}
}
