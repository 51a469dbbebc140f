package control

import (
	_ "embed"
	"math"
)

//go:embed hopper.xml
var hopperXML string

func hopperTasks() []task {
	variant := func(name string, hop bool) task {
		return task{
			name: "hopper-" + name, tags: []string{"benchmarking", "dreamer20"},
			model:     func() string { return hopperXML },
			timeLimit: 20, interval: .02, bind: func(p physics) binding { return bindHopper(p, hop) },
		}
	}
	return []task{variant("hop", true), variant("stand", false)}
}

var (
	hopperStanding = within(.6, 2)
	hopperFast     = sloping(2, math.Inf(1), 1, Linear, .5)
)

// bindHopper rewards a torso high above the foot, times either moving forward or gentle controls.
func bindHopper(p physics, hop bool) binding {
	torso, foot := p.bodyCentre("torso"), p.bodyCentre("foot")
	velocity := p.sensor("torso_subtreelinvel")
	toe, heel := p.sensor("touch_toe"), p.sensor("touch_heel")
	standing := func() float64 { return hopperStanding.Of(torso[2] - foot[2]) }
	b := binding{
		Observations: []observation{
			copied("position", p.data.QPos[1:]),
			copied("velocity", p.data.QVel),
			{Name: "touch", Shape: []int{2}, Write: func(into []float64) { into[0], into[1] = math.Log1p(toe[0]), math.Log1p(heel[0]) }},
		},
		Initialise: once(p.randomiseJoints),
		Reward:     func() float64 { return standing() * smallControl(p.data.Ctrl) },
	}
	if hop {
		b.Reward = func() float64 { return standing() * hopperFast.Of(velocity[0]) }
	}
	return b
}
