package control

import (
	_ "embed"
	"math"
)

//go:embed humanoid.xml
var humanoidXML string

// humanoid is what a model calls the parts of a body that stands on two legs.
type humanoid struct {
	torso    string
	up       int    // the torso's axis that points up when it stands, as a place in its matrix
	velocity string // sensor of the whole body's velocity
	limbs    [4]string
}

func humanoidTasks() []task {
	body := humanoid{
		torso: "torso", up: zz, velocity: "torso_subtreelinvel",
		limbs: [4]string{"left_hand", "left_foot", "right_hand", "right_foot"},
	}
	variant := func(name, tag string, bind func(physics) binding) task {
		return task{
			name: "humanoid-" + name, tags: []string{tag},
			model:     func() string { return humanoidXML },
			timeLimit: 25, interval: .025, bind: bind,
		}
	}
	return []task{
		variant("run", "benchmarking", body.moving(10)),
		variant("run_pure_state", "extra", body.pureState(10)),
		variant("stand", "benchmarking", body.moving(0)),
		variant("walk", "benchmarking", body.moving(1)),
	}
}

// moving is the task of standing upright and moving, in any direction, at speed metres a second.
func (h humanoid) moving(speed float64) func(physics) binding {
	return func(p physics) binding {
		return binding{
			Observations: h.observations(p),
			Initialise:   p.untilClear(p.randomiseJoints),
			Reward:       h.reward(p, speed),
		}
	}
}

// pureState is moving with nothing but positions and velocities to observe.
func (h humanoid) pureState(speed float64) func(physics) binding {
	return func(p physics) binding {
		b := h.moving(speed)(p)
		b.Observations = []observation{copied("position", p.data.QPos), copied("velocity", p.data.QVel)}
		return b
	}
}

// observations do not tell where the body is and which way it faces.
func (h humanoid) observations(p physics) []observation {
	torso, matrix, head := p.bodyPosition(h.torso), p.bodyMatrix(h.torso), p.bodyPosition("head")
	var limbs [4][]float64
	for i, limb := range h.limbs {
		limbs[i] = p.bodyPosition(limb)
	}
	return []observation{
		copied("joint_angles", p.data.QPos[7:]),
		{Name: "head_height", Shape: nil, Write: func(into []float64) { into[0] = head[2] }},
		{Name: "extremities", Shape: []int{12}, Write: func(into []float64) {
			for i, limb := range limbs {
				inFrame(into[3*i:3*i+3], matrix, limb, torso)
			}
		}},
		copied("torso_vertical", matrix[zx:zz+1]),
		copied("com_velocity", p.sensor(h.velocity)),
		copied("velocity", p.data.QVel),
	}
}

var (
	humanoidHigh    = sloping(1.4, math.Inf(1), 1.4/4, Gaussian, DefaultAtMargin)
	humanoidUpright = sloping(.9, math.Inf(1), 1.9, Linear, 0)
	humanoidStill   = sloping(0, 0, 2, Gaussian, DefaultAtMargin)
)

// reward is that for standing with little control, times that for the speed.
func (h humanoid) reward(p physics, speed float64) func() float64 {
	head, up, velocity := p.bodyPosition("head"), &p.bodyMatrix(h.torso)[h.up], p.sensor(h.velocity)
	moving := func() float64 { return (humanoidStill.Of(velocity[0]) + humanoidStill.Of(velocity[1])) / 2 }
	if speed > 0 {
		fast := sloping(speed, math.Inf(1), speed, Linear, 0)
		moving = func() float64 { return (5*fast.Of(norm(velocity[:2])) + 1) / 6 }
	}
	return func() float64 {
		return humanoidHigh.Of(head[2]) * humanoidUpright.Of(*up) * smallControl(p.data.Ctrl) * moving()
	}
}
