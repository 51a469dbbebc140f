package control

import (
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/mujoco"
)

//go:embed quadruped.xml
var quadrupedXML string

func quadrupedTasks() []task {
	variant := func(name string, a arena, bind func(physics) binding, tags ...string) task {
		return task{
			name: "quadruped-" + name, tags: append([]string{"extra"}, tags...), model: a.model,
			timeLimit: 20, interval: .02, bind: bind,
		}
	}
	// A floor has no end for those who walk on it: its size is what is drawn.
	moving := func(name string, floor, speed float64) task {
		t := variant(name, arena{floor: floor}, func(p physics) binding { return bindQuadrupedMove(p, speed) }, "dreamer20")
		t.body = arena{}.model
		return t
	}
	return []task{
		variant("escape", arena{floor: 40, terrain: true}, bindQuadrupedEscape),
		variant("fetch", arena{floor: 15, ball: true}, bindQuadrupedFetch),
		moving("run", 100, 5),
		moving("walk", 10, .5),
	}
}

// quadruped is what all four tasks look at.
type quadruped struct {
	physics
	torso, place []float64 // orientation and position of the torso
	velocity     []float64 // of the torso, in its own frame
}

func newQuadruped(p physics) quadruped {
	return quadruped{p, p.bodyMatrix("torso"), p.bodyPosition("torso"), p.sensor("velocimeter")}
}

// observations lists what the quadruped feels, and then what a task adds.
func (q quadruped) observations(more ...observation) []observation {
	d := q.data
	const legJoints, inertial = 16, 6
	forces := q.data.SensorData[inertial+len(q.velocity):][:24]
	return append([]observation{
		{Name: "egocentric_state", Shape: []int{2*legJoints + len(d.Act)}, Write: func(into []float64) {
			copy(into, d.QPos[7:7+legJoints])
			copy(into[legJoints:], d.QVel[6:6+legJoints])
			copy(into[2*legJoints:], d.Act)
		}},
		copied("torso_velocity", q.velocity),
		{Name: "torso_upright", Shape: nil, Write: func(into []float64) { into[0] = q.torso[zz] }},
		copied("imu", d.SensorData[:inertial]),
		{Name: "force_torque", Shape: []int{len(forces)}, Write: func(into []float64) {
			for i, force := range forces {
				into[i] = math.Asinh(force)
			}
		}},
	}, more...)
}

// uprightWithin rewards a torso that leans by no more than an angle, and less the more it leans.
func (q quadruped) uprightWithin(angle float64) func() float64 {
	upright := sloping(math.Cos(angle), math.Inf(1), 1+math.Cos(angle), Linear, 0)
	return func() float64 { return upright.Of(q.torso[zz]) }
}

// land puts the quadruped, turned as orientation says, as low above (x, y) as it touches nothing.
func (q quadruped) land(orientation []float64, x, y float64) error {
	const step, most = .01, 10000
	for i := range most {
		copy(q.data.QPos, []float64{x, y, step * float64(i)})
		copy(q.data.QPos[3:], orientation)
		if err := q.data.Collide(); err != nil {
			return err
		}
		if q.data.Contacts() == 0 {
			return nil
		}
	}
	return fmt.Errorf("no height up to %g m is free of contacts", step*most)
}

// drop lands the quadruped in the middle, turned any way.
func (q quadruped) drop(random *rand.Rand) error {
	orientation := make([]float64, 4)
	drawOrientation(random, orientation)
	return q.land(orientation, 0, 0)
}

// bindQuadrupedMove rewards moving ahead at a speed. Standing still earns half.
func bindQuadrupedMove(p physics, speed float64) binding {
	q := newQuadruped(p)
	upright := q.uprightWithin(0)
	fast := sloping(speed, math.Inf(1), speed, Linear, .5)
	return binding{
		Observations: q.observations(),
		Initialise:   q.drop,
		Reward:       func() float64 { return upright() * fast.Of(q.velocity[0]) },
	}
}

// bindQuadrupedEscape rewards coming away from the middle of a rugged bowl.
func bindQuadrupedEscape(p physics) binding {
	q, t := newQuadruped(p), newTerrain(p)
	upright, workspace := q.uprightWithin(20*math.Pi/180), p.sitePosition("workspace")
	escaped := sloping(terrainSize, math.Inf(1), terrainSize, Linear, 0)
	first, _ := p.model.ID(mujoco.Sensor, "rf_00")
	distances := p.data.SensorData[p.model.SensorAdr[first]:]
	return binding{
		Observations: q.observations(
			observation{Name: "origin", Shape: []int{3}, Write: func(into []float64) { inFrame(into, q.torso, origin, q.place) }},
			observation{Name: "rangefinder", Shape: []int{len(distances)}, Write: func(into []float64) {
				for i, distance := range distances {
					into[i] = math.Tanh(distance)
					if distance < 0 { // nothing in sight
						into[i] = 1
					}
				}
			}},
		),
		Initialise: func(random *rand.Rand) error {
			t.draw(random)
			return q.drop(random)
		},
		Reward:  func() float64 { return upright() * escaped.Of(norm(workspace)) },
		Drawn:   [][]float64{t.bumps},
		Rebuild: t.rebuild,
	}
}

// bindQuadrupedFetch rewards, while the ball is within reach, a ball near the target in the middle.
func bindQuadrupedFetch(p physics) binding {
	q := newQuadruped(p)
	upright, workspace := q.uprightWithin(0), p.sitePosition("workspace")
	ball, target := p.bodyPosition("ball"), p.sitePosition("target")
	diagonal := p.geomSize("floor")[0] * math.Sqrt2
	near := sloping(0, p.siteSize("workspace")[0]+p.geomSize("ball")[0], diagonal, Linear, 0)
	fetched := sloping(0, p.siteSize("target")[0], diagonal, Linear, 0)
	return binding{
		Observations: q.observations(
			observation{Name: "ball_state", Shape: []int{9}, Write: q.ballState},
			observation{Name: "target_position", Shape: []int{3}, Write: func(into []float64) { inFrame(into, q.torso, target, q.place) }},
		),
		Initialise: q.throw,
		Reward: func() float64 {
			reach := near.Of(distance(workspace[:2], ball[:2]))
			return upright() * reach * (.5 + .5*fetched.Of(distance(ball[:2], target[:2])))
		},
	}
}

// ballState writes position, velocity and angular velocity of the ball as seen from the torso. The
// angular velocity is in the ball's frame and nevertheless turned into the torso's: so it is in the suite.
func (q quadruped) ballState(into []float64) {
	root, ball := q.data.QVel[:6], q.data.QVel[len(q.data.QVel)-6:]
	inFrame(into[:3], q.torso, q.bodyPosition("ball"), q.place)
	inFrame(into[3:6], q.torso, ball, root)
	inFrame(into[6:9], q.torso, ball[3:], origin)
}

// throw lands the quadruped anywhere on the floor and throws the ball.
func (q quadruped) throw(random *rand.Rand) error {
	reach := .9 * q.geomSize("floor")[0]
	anywhere := func() float64 { return uniform(random, -reach, reach) }
	sin, cos := math.Sincos(uniform(random, 0, 2*math.Pi) / 2)
	if err := q.land([]float64{cos, 0, 0, sin}, anywhere(), anywhere()); err != nil {
		return err
	}
	position, velocity := q.data.QPos[len(q.data.QPos)-7:], q.data.QVel[len(q.data.QVel)-6:]
	position[0], position[1], position[2] = anywhere(), anywhere(), 2
	velocity[0], velocity[1] = 5*random.NormFloat64(), 5*random.NormFloat64()
	return nil
}
