package control

import (
	_ "embed"
)

//go:embed acrobot.xml
var acrobotXML string

func acrobotTasks() []task {
	variant := func(name string, margin float64, tags ...string) task {
		return task{
			name: "acrobot-" + name, tags: append([]string{"benchmarking"}, tags...),
			model:     func() string { return acrobotXML },
			timeLimit: 10, bind: func(p physics) binding { return bindAcrobot(p, margin) },
		}
	}
	return []task{variant("swingup", 1, "dreamer20"), variant("swingup_sparse", 0)}
}

// bindAcrobot rewards the tip for being inside the target, or less so within margin metres of it.
func bindAcrobot(p physics, margin float64) binding {
	upper, lower := p.bodyMatrix("upper_arm"), p.bodyMatrix("lower_arm")
	target, tip := p.sitePosition("target"), p.sitePosition("tip")
	radius := p.siteSize("target")[0]
	reached := sloping(0, radius, margin, Gaussian, DefaultAtMargin)
	return binding{
		Observations: []observation{
			{Name: "orientations", Shape: []int{4}, Write: func(into []float64) {
				into[0], into[1], into[2], into[3] = upper[xz], lower[xz], upper[zz], lower[zz]
			}},
			copied("velocity", p.data.QVel),
		},
		Initialise: once(p.randomiseJoints),
		Reward:     func() float64 { return reached.Of(distance(target, tip)) },
	}
}
