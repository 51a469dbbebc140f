package control

import (
	_ "embed"
	"math"
)

//go:embed pendulum.xml
var pendulumXML string

func pendulumTasks() []task {
	return []task{{
		name: "pendulum-swingup", tags: []string{"benchmarking", "dreamer20"},
		model:     func() string { return pendulumXML },
		timeLimit: 20, bind: bindPendulum,
	}}
}

// pendulumUpright is within 8 degrees of the vertical.
var pendulumUpright = within(math.Cos(8*math.Pi/180), 1)

func bindPendulum(p physics) binding {
	pole := p.bodyMatrix("pole")
	return binding{
		observations: []observation{
			{"orientation", []int{2}, func(into []float64) { into[0], into[1] = pole[zz], pole[xz] }},
			copied("velocity", p.data.QVel),
		},
		initialise: once(p.randomiseJoints),
		reward:     func() float64 { return pendulumUpright.Of(pole[zz]) },
	}
}
