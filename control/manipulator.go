package control

import (
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/mujoco"
)

// manipulator is the family of tasks in which the arm takes an object to its target.
type manipulator struct {
	object     string // "ball" or "peg"
	receptacle string // what to insert the object in, "" if nothing
}

func manipulatorTasks() []task {
	variant := func(name string, m manipulator, tags ...string) task {
		return task{
			name: "manipulator-" + name, tags: append(tags, "hard"), model: m.model,
			timeLimit: 10, interval: .01, bind: m.bind,
		}
	}
	return []task{
		variant("bring_ball", manipulator{object: "ball"}, "benchmarking"),
		variant("bring_peg", manipulator{object: "peg"}),
		variant("insert_ball", manipulator{object: "ball", receptacle: "cup"}),
		variant("insert_peg", manipulator{object: "peg", receptacle: "slot"}),
	}
}

// manipulatorProps are the bodies a task is composed of.
var manipulatorProps = map[string]string{
	"": "",
	"ball": `
<body name="ball" pos=".4 0 .4" childclass="object">
  <joint name="ball_x" class="slide_x" ref=".4"/>
  <joint name="ball_z" class="slide_z" ref=".4"/>
  <joint name="ball_y" class="turn"/>
  <geom name="ball" type="sphere" size=".022"/>
  <site name="ball"/>
</body>`,
	"peg": `
<body name="peg" pos="-.4 0 .4" childclass="object">
  <joint name="peg_x" class="slide_x" ref="-.4"/>
  <joint name="peg_z" class="slide_z" ref=".4"/>
  <joint name="peg_y" class="turn"/>
  <geom name="blade" type="capsule" fromto="0 0 -.013 0 0 -.113" size=".005"/>
  <geom name="guard" type="capsule" fromto="-.017 0 -.043 .017 0 -.043" size=".005"/>
  <body name="pommel" pos="0 0 -.013">
    <geom name="pommel" type="sphere" size=".009"/>
  </body>
  <site name="peg" type="box" pos="0 0 -.063"/>
  <site name="peg_pinch" type="box" pos="0 0 -.025"/>
  <site name="peg_grasp" type="box"/>
  <site name="peg_tip" type="box" pos="0 0 -.113"/>
</body>`,
	"cup": `
<body name="cup" pos=".3 0 .4" euler="0 -15 0" childclass="receptacle">
  <geom name="cup_0" type="capsule" fromto="-.03 0 .06 -.03 0 -.015" size=".008"/>
  <geom name="cup_1" type="capsule" fromto="-.03 0 -.015 0 0 -.04" size=".008"/>
  <geom name="cup_2" type="capsule" fromto="0 0 -.04 .03 0 -.015" size=".008"/>
  <geom name="cup_3" type="capsule" fromto=".03 0 -.015 .03 0 .06" size=".008"/>
  <site name="cup" size=".005"/>
</body>`,
	"slot": `
<body name="slot" pos="-.405 0 .2" euler="0 20 0" childclass="receptacle">
  <geom name="slot_0" type="box" pos="-.0252 0 -.083" size=".0198 .01 .035"/>
  <geom name="slot_1" type="box" pos=".0252 0 -.083" size=".0198 .01 .035"/>
  <geom name="slot_2" type="box" pos="0 0 -.138" size=".045 .01 .02"/>
  <site name="slot" type="box"/>
  <site name="slot_end" type="box" pos="0 0 -.05"/>
</body>`,
	"target_ball": `
<body name="target_ball" pos=".4 .001 .4" childclass="ghost">
  <geom name="target_ball" type="sphere" size=".02"/>
  <site name="target_ball"/>
</body>`,
	"target_peg": `
<body name="target_peg" pos="-.2 .001 .4" childclass="ghost">
  <geom name="target_blade" type="capsule" fromto="0 0 -.013 0 0 -.113" size=".005"/>
  <geom name="target_guard" type="capsule" fromto="-.017 0 -.043 .017 0 -.043" size=".005"/>
  <geom name="target_pommel" type="sphere" size=".009" pos="0 0 -.013"/>
  <site name="target_peg" type="box" pos="0 0 -.063"/>
  <site name="target_peg_pinch" type="box" pos="0 0 -.025"/>
  <site name="target_peg_grasp" type="box"/>
  <site name="target_peg_tip" type="box" pos="0 0 -.113"/>
</body>`,
}

func (m manipulator) model() string {
	return armModel(manipulatorProps[m.object] + manipulatorProps[m.receptacle] + manipulatorProps["target_"+m.object])
}

func (m manipulator) bind(p physics) binding {
	a := newArm(p)
	target := newPose(p, "target_"+m.object)
	placed := []pose{target}
	if m.receptacle != "" {
		placed = append(placed, newPose(p, m.receptacle))
	}
	b := binding{
		Observations: append(a.observations(),
			a.poses("object_pos", m.object),
			a.velocities("object_vel", p.jointID(m.object+"_x"), p.jointID(m.object+"_z"), p.jointID(m.object+"_y")),
			a.poses("target_pos", "target_"+m.object)),
		Initialise: p.untilClear(func(random *rand.Rand) { m.draw(a, placed, random) }),
	}
	if m.object == "peg" {
		b.Reward = pegReward(p)
	} else {
		b.Reward = ballReward(p)
	}
	for _, body := range placed {
		b.Drawn = append(b.Drawn, body.position, body.quaternion)
	}
	b.Goals = [][]float64{target.position, target.quaternion}
	return b
}

// pose is where a body fixed to the world is.
type pose struct{ position, quaternion []float64 }

func newPose(p physics, body string) pose {
	return pose{p.row(p.model.BodyPos, 3, mujoco.Body, body), p.row(p.model.BodyQuat, 4, mujoco.Body, body)}
}

// put moves the body within the plane of the arm.
func (p pose) put(x, z, angle float64) {
	p.position[0], p.position[2] = x, z
	p.quaternion[2], p.quaternion[0] = math.Sincos(angle / 2)
	p.quaternion[1], p.quaternion[3] = 0, 0
}

// draw bends the arm, puts the bodies in placed at the target, and begins with the object in the
// hand or at the target, each in one of ten episodes, and else anywhere, thrown sideways.
func (m manipulator) draw(a arm, placed []pose, random *rand.Rand) {
	a.bend(random)
	x, z := uniform(random, -.4, .4), uniform(random, .1, .4)
	most := math.Pi
	if m.receptacle != "" {
		most /= 3
	}
	angle, speed := uniform(random, -most, most), 0.
	for _, body := range placed {
		body.put(x, z, angle)
	}
	switch where := random.Float64(); {
	case where < .1:
		x, z, angle = a.inHand()
	case where >= .2:
		x, z, angle = uniform(random, -.5, .5), uniform(random, 0, .7), uniform(random, 0, 2*math.Pi)
		speed = uniform(random, -5, 5)
	}
	position := a.data.QPos[a.jointID(m.object+"_x"):]
	position[0], position[1], position[2] = x, z, angle
	a.data.QVel[a.jointID(m.object+"_x")] = speed
}

// inHand is the pose of an object that the hand is about to grasp.
func (a arm) inHand() (x, z, angle float64) {
	_ = a.data.Collide() // untilClear looks for errors after the draw
	grasp, frame := a.sitePosition("grasp"), a.siteMatrix("grasp")
	return grasp[0], grasp[2], math.Pi - math.Atan2(frame[zx], frame[xx])
}

var sitesClose = sloping(0, .01, .02, Gaussian, DefaultAtMargin)

// together rewards two sites that are close to each other.
func (p physics) together(a, b string) func() float64 {
	first, second := p.sitePosition(a), p.sitePosition(b)
	return func() float64 { return sitesClose.Of(distance(first, second)) }
}

// ballReward is for a ball at its target.
func ballReward(p physics) func() float64 { return p.together("ball", "target_ball") }

// pegReward is for a peg whose middle and tip are at their targets, or, for a third, one in the hand.
func pegReward(p physics) func() float64 {
	middle, tip := p.together("target_peg", "peg"), p.together("target_peg_tip", "peg_tip")
	grasp, pinch := p.together("peg_grasp", "grasp"), p.together("peg_pinch", "pinch")
	return func() float64 { return max((middle()+tip())/2, (grasp()+pinch())/2/3) }
}
