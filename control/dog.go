package control

import (
	_ "embed"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/reverie-rl/reverie/mujoco"
)

//go:embed dog.xml
var dogXML string

func dogTasks() []task {
	variant := func(name string, m func() string, bind func(physics) binding, tags ...string) task {
		return task{
			name: "dog-" + name, tags: append([]string{"extra"}, tags...), model: m,
			timeLimit: 15, interval: .015, bind: bind,
		}
	}
	// A floor has no end for those who walk on it: its size is what is drawn.
	onFloor := func(name, floor string, bind func(physics) binding) task {
		t := variant(name, dogModel(floor), bind)
		t.body = func() string { return dogXML }
		return t
	}
	move := func(speed float64) func(physics) binding {
		return func(p physics) binding { return bindDogMove(p, speed) }
	}
	return []task{
		variant("fetch", dogFetchModel, bindDogFetch, "hard"),
		onFloor("run", "135 135", move(9)),
		onFloor("stand", "15 15", bindDogStand),
		onFloor("trot", "45 45", move(3)),
		onFloor("walk", "15 15", move(1)),
	}
}

// dogModel is a dog on a floor of the given half-sizes.
func dogModel(floor string) func() string {
	return func() string { return strings.Replace(dogXML, `size="15 15 .1"`, `size="`+floor+` .1"`, 1) }
}

// dogFetchModel is a dog with a ball within walls.
func dogFetchModel() string {
	return strings.NewReplacer(
		"<!-- cameras -->", `
<camera name="ball" mode="targetbodycom" target="ball" pos=".5 .5 .9"/>
<camera name="head" mode="targetbodycom" target="skull" pos="-.5 -.5 .9"/>`,
		"<!-- arena -->", `
<geom name="target" type="cylinder" size=".1 .004" condim="6" priority="2" friction=".5 .01 .01" material="target"/>
<geom name="wall_px" class="wall" pos="-10.7 0 .7" zaxis="1 0 1" size="1 10 .5"/>
<geom name="wall_py" class="wall" pos="0 -10.7 .7" zaxis="0 1 1" size="10 1 .5"/>
<geom name="wall_nx" class="wall" pos="10.7 0 .7" zaxis="-1 0 1" size="1 10 .5"/>
<geom name="wall_ny" class="wall" pos="0 10.7 .7" zaxis="0 -1 1" size="10 1 .5"/>`,
		"<!-- ball -->", `
<body name="ball" pos=".5 0 .1">
  <inertial pos="0 0 0" mass=".056" diaginertia="2.016e-5 2.016e-5 2.016e-5"/>
  <freejoint name="ball_root"/>
  <geom name="ball" type="sphere" size=".03" condim="6" priority="1" friction=".5 .001 .001" solref="-5000 -5" solimp=".5 .9 .01" material="effector"/>
</body>`,
	).Replace(dogModel("10 10")())
}

// dog is what all tasks look at.
type dog struct {
	physics
	torso, pelvis, skull []float64 // orientations
	place, hips          []float64 // positions of torso and pelvis
	velocity             []float64 // of the torso's subtree, in the world
	soles                []float64 // what the touch sensors feel
}

func newDog(p physics) dog {
	const soles = 4
	first, _ := p.model.ID(mujoco.Sensor, "palm_L")
	return dog{
		p, p.bodyMatrix("torso"), p.bodyMatrix("pelvis"), p.bodyMatrix("skull"),
		p.bodyPosition("torso"), p.bodyPosition("pelvis"), p.sensor("torso_linvel"),
		p.data.SensorData[p.model.SensorAdr[first]:][:soles],
	}
}

// dogJoints is the number of the dog's joints but the free one.
const dogJoints = 73

// observations lists what the dog feels, and then what a task adds. One name is misspelt: so it is
// in the suite.
func (d dog) observations(more ...observation) []observation {
	const inertial, forces = 9, 12
	felt := d.data.SensorData
	return append([]observation{
		copied("joint_angles", d.data.QPos[7:7+dogJoints]),
		copied("joint_velocites", d.data.QVel[6:6+dogJoints]),
		{Name: "torso_pelvis_height", Shape: []int{2}, Write: func(into []float64) { into[0], into[1] = d.place[2], d.hips[2] }},
		{Name: "z_projection", Shape: []int{9}, Write: func(into []float64) {
			for i, matrix := range [][]float64{d.skull, d.torso, d.pelvis} {
				copy(into[3*i:], matrix[zx:])
			}
		}},
		{Name: "torso_com_velocity", Shape: []int{3}, Write: func(into []float64) { inFrame(into, d.torso, d.velocity, origin) }},
		copied("inertial_sensors", felt[:inertial]),
		copied("foot_forces", felt[len(felt)-forces:]),
		copied("touch_sensors", d.soles),
		copied("actuator_state", d.data.Act),
	}, more...)
}

// standing rewards a dog that stands upright at nearly the height of the compiled pose, most of its
// weight on its soles.
func (d dog) standing() func() float64 {
	const share = .9
	weight := 9.81 * d.row(d.model.BodySubtreeMass, 1, mujoco.Body, "torso")[0]
	chest := atLeast(share*d.place[2], share*d.place[2], Gaussian, DefaultAtMargin)
	rump := atLeast(share*d.hips[2], share*d.hips[2], Gaussian, DefaultAtMargin)
	upright := atLeast(math.Cos(math.Pi/6), 1+math.Cos(math.Pi/6), Linear, 0)
	carried := atLeast(weight, weight, Linear, .9)
	return func() float64 {
		load := 0.
		for _, force := range d.soles {
			load += force
		}
		return chest.Of(d.place[2]) * rump.Of(d.hips[2]) *
			upright.Of(d.skull[zz]) * upright.Of(d.torso[zz]) * upright.Of(d.pelvis[zz]) * carried.Of(load)
	}
}

// atLeast rewards numbers from lower on.
func atLeast(lower, margin float64, shape Sigmoid, atMargin float64) Tolerance {
	return sloping(lower, math.Inf(1), margin, shape, atMargin)
}

// start turns the dog about the vertical, pushes it, and tenses its muscles.
func (d dog) start(random *rand.Rand) {
	sin, cos := math.Sincos(uniform(random, 0, 2*math.Pi) / 2)
	copy(d.data.QPos[3:], []float64{cos, 0, 0, sin})
	for _, i := range []int{0, 1, 5} {
		d.data.QVel[i] = 2 * random.NormFloat64()
	}
	for i := range d.data.Act {
		d.data.Act[i] = uniform(random, d.model.ActuatorCtrlRange[2*i], d.model.ActuatorCtrlRange[2*i+1])
	}
}

// bindDogStand rewards standing.
func bindDogStand(p physics) binding {
	d := newDog(p)
	return binding{Observations: d.observations(), Initialise: once(d.start), Reward: d.standing()}
}

// bindDogMove rewards standing while moving ahead at a speed, and up to twice of it.
func bindDogMove(p physics, speed float64) binding {
	b, d := bindDogStand(p), newDog(p)
	standing, ahead := b.Reward, make([]float64, 1)
	fast := sloping(speed, 2*speed, max(1, speed), Linear, 0)
	b.Reward = func() float64 {
		inFrame(ahead, d.torso, d.velocity, origin)
		return standing() * (4*fast.Of(ahead[0]) + 1) / 5
	}
	return b
}

// bindDogFetch rewards standing with the mouth at the ball and the ball at the target in the middle.
func bindDogFetch(p physics) binding {
	d := newDog(p)
	standing, ball, target := d.standing(), p.geomPosition("ball"), p.geomPosition("target")
	head, mouth := p.siteMatrix("head"), p.sitePosition("head")
	upper, lower := p.sitePosition("upper_bite"), p.sitePosition("lower_bite")
	radius := p.geomSize("target")[0]
	bite := sloping(0, p.siteSize("upper_bite")[0], 2, Reciprocal, DefaultAtMargin)
	fetched := sloping(0, radius, 10, Reciprocal, DefaultAtMargin)
	return binding{
		Observations: d.observations(
			observation{Name: "ball_state", Shape: []int{6}, Write: func(into []float64) {
				inFrame(into[:3], head, ball, mouth)
				inFrame(into[3:], head, d.data.QVel[6+dogJoints:], origin)
				for i, v := range d.sensor("velocimeter") {
					into[3+i] -= v
				}
			}},
			observation{Name: "target_position", Shape: []int{3}, Write: func(into []float64) { inFrame(into, head, target, mouth) }},
		),
		Initialise: once(d.throw),
		Reward: func() float64 {
			left, grip := distance(ball, target), 1.
			if left > 2*radius {
				grip = bite.Of((distance(ball, upper) + distance(ball, lower)) / 2)
			}
			return standing() * (6*grip + 1) / 7 * (fetched.Of(left) + 1) / 2
		},
	}
}

// throw starts the dog and throws the ball from somewhere around it, up to three metres high and
// towards the middle.
func (d dog) throw(random *rand.Rand) {
	d.start(random)
	radius := .75 * d.geomSize("floor")[0]
	sin, cos := math.Sincos(uniform(random, 0, 2*math.Pi))
	copy(d.data.QPos[7+dogJoints:], []float64{radius * sin, radius * cos, .05})
	up := math.Sqrt(2 * 9.81 * uniform(random, 0, 3))
	speed := uniform(random, 0, 5)
	aim := func(towards float64) float64 { return speed * (towards + .05*random.NormFloat64()) }
	copy(d.data.QVel[6+dogJoints:], []float64{aim(-sin), aim(-cos), up})
}
