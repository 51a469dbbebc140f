package control

import (
	_ "embed"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/mujoco"
)

//go:embed finger.xml
var fingerXML string

func fingerTasks() []task {
	variant := func(name string, bind func(physics) binding, tags ...string) task {
		return task{
			name: "finger-" + name, tags: append([]string{"benchmarking", "dreamer20"}, tags...),
			model:     func() string { return fingerXML },
			timeLimit: 20, interval: .02, bind: bind,
		}
	}
	turn := func(targetRadius float64) func(physics) binding {
		return func(p physics) binding { return bindFingerTurn(p, targetRadius) }
	}
	spin := variant("spin", bindFingerSpin, "planet6")
	spin.body = func() string { return fingerXML + "with a spinner that turns more easily" }
	return []task{
		spin,
		variant("turn_easy", turn(.07)),
		variant("turn_hard", turn(.03)),
	}
}

// fingerObservations are what all tasks of the domain observe.
func fingerObservations(p physics) []observation {
	proximal, distal, tip := p.sensor("proximal"), p.sensor("distal"), p.besideSpinner("tip")
	top, bottom := p.sensor("touchtop"), p.sensor("touchbottom")
	return []observation{
		{Name: "position", Shape: []int{4}, Write: func(into []float64) {
			into[0], into[1] = proximal[0], distal[0]
			into[2], into[3] = tip()
		}},
		copied("velocity", p.data.SensorData[2:5]),
		{Name: "touch", Shape: []int{2}, Write: func(into []float64) { into[0], into[1] = math.Log1p(top[0]), math.Log1p(bottom[0]) }},
	}
}

// besideSpinner measures where the named sensor is, in x and z, from the spinner's axis.
func (p physics) besideSpinner(name string) func() (x, z float64) {
	place, spinner := p.sensor(name), p.sensor("spinner")
	return func() (x, z float64) { return place[0] - spinner[0], place[2] - spinner[2] }
}

// bindFingerSpin rewards a spinner, which turns more easily here, for turning fast.
func bindFingerSpin(p physics) binding {
	const fast = -15 // rad/s
	velocity, damping := p.sensor("hinge_velocity"), p.jointDamping("hinge")
	for _, site := range []string{"target", "tip"} {
		p.hideSite(site)
	}
	clear := p.untilClear(p.randomiseJoints)
	return binding{
		Observations: fingerObservations(p),
		Initialise: func(random *rand.Rand) error {
			damping[0] = .03
			return clear(random)
		},
		Reward: func() float64 { return indicator(velocity[0] <= fast) },
		Drawn:  [][]float64{damping},
	}
}

// bindFingerTurn rewards the spinner's tip for being in a target on the circle that it describes.
func bindFingerTurn(p physics, targetRadius float64) binding {
	tip, target := p.besideSpinner("tip"), p.besideSpinner("target")
	place, radius := p.row(p.model.SitePos, 3, mujoco.Site, "target"), p.siteSize("target")[:1]
	missing := func() float64 {
		x, z := tip()
		targetX, targetZ := target()
		return math.Hypot(targetX-x, targetZ-z) - radius[0]
	}
	clear := p.untilClear(p.randomiseJoints)
	return binding{
		Observations: append(fingerObservations(p),
			observation{Name: "target_position", Shape: []int{2}, Write: func(into []float64) { into[0], into[1] = target() }},
			observation{Name: "dist_to_target", Shape: nil, Write: func(into []float64) { into[0] = missing() }}),
		Initialise: func(random *rand.Rand) error {
			radius[0] = targetRadius
			placeFingerTarget(p, place, uniform(random, -math.Pi, math.Pi))
			return clear(random)
		},
		Reward: func() float64 { return indicator(missing() <= 0) },
		Drawn:  [][]float64{place, radius},
		Goals:  [][]float64{place},
	}
}

// placeFingerTarget puts the target where the spinner's ends pass.
func placeFingerTarget(p physics, place []float64, angle float64) {
	axis, capsule := p.bodyPosition("spinner"), p.geomSize("cap1")
	reach := capsule[0] + capsule[1]
	place[0], place[2] = axis[0]+reach*math.Sin(angle), axis[2]+reach*math.Cos(angle)
}
