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
		Observations: []observation{
			{Name: "orientation", Shape: []int{2}, Write: func(into []float64) { into[0], into[1] = pole[zz], pole[xz] }},
			copied("velocity", p.data.QVel),
		},
		Initialise: once(p.randomiseJoints),
		Reward:     func() float64 { return pendulumUpright.Of(pole[zz]) },
	}
}
