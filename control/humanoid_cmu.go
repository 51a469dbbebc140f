package control

import _ "embed"

//go:embed humanoid_cmu.xml
var humanoidCMUXML string

func humanoidCMUTasks() []task {
	body := humanoid{
		torso: "thorax", up: zy, velocity: "thorax_subtreelinvel",
		limbs: [4]string{"lhand", "lfoot", "rhand", "rfoot"},
	}
	variant := func(name string, speed float64) task {
		return task{
			name: "humanoid_CMU-" + name, tags: []string{"extra"},
			model:     func() string { return humanoidCMUXML },
			timeLimit: 20, interval: .02, bind: body.moving(speed),
		}
	}
	return []task{variant("run", 10), variant("stand", 0), variant("walk", 1)}
}
