package control

import (
	_ "embed"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/reverie-rl/reverie/mujoco"
)

//go:embed arm.xml
var armXML string

// armModel is the arm among props.
func armModel(props string) string { return strings.Replace(armXML, "<!-- props -->", props, 1) }

// armJoints are the arm's joints in the order in which the suite observes and draws them.
var armJoints = []string{"arm_root", "arm_shoulder", "arm_elbow", "arm_wrist", "finger", "fingertip", "thumb", "thumbtip"}

// arm is a simulation with the arm in it.
type arm struct {
	physics
	joints []int // ids of armJoints
}

func newArm(p physics) arm {
	a := arm{physics: p}
	for _, name := range armJoints {
		a.joints = append(a.joints, p.jointID(name))
	}
	return a
}

// jointID is the id of a joint, and its place among positions and velocities, since all joints here
// have one number.
func (p physics) jointID(name string) int {
	id, err := p.model.ID(mujoco.Joint, name)
	if err != nil {
		panic(err)
	}
	return id
}

// observations lists what the arm feels.
func (a arm) observations() []observation {
	return []observation{
		{Name: "arm_pos", Shape: []int{len(a.joints), 2}, Write: func(into []float64) {
			for i, joint := range a.joints {
				into[2*i], into[2*i+1] = math.Sincos(a.data.QPos[joint])
			}
		}},
		a.velocities("arm_vel", a.joints...),
		{Name: "touch", Shape: []int{len(a.data.SensorData)}, Write: func(into []float64) {
			for i, force := range a.data.SensorData {
				into[i] = math.Log1p(force)
			}
		}},
		a.poses("hand_pos", "hand"),
	}
}

// velocities observes the speeds of joints.
func (a arm) velocities(name string, joints ...int) observation {
	return observation{Name: name, Shape: []int{len(joints)}, Write: func(into []float64) {
		for i, joint := range joints {
			into[i] = a.data.QVel[joint]
		}
	}}
}

// poses observes the places of bodies in the plane, x and z, and their rotations in it: the parts w
// and y of a quaternion. Several bodies have a row each.
func (a arm) poses(name string, bodies ...string) observation {
	var places, turns [][]float64
	for _, body := range bodies {
		places, turns = append(places, a.bodyPosition(body)), append(turns, a.bodyQuaternion(body))
	}
	shape := []int{len(bodies), 4}
	if len(bodies) == 1 {
		shape = shape[1:]
	}
	return observation{Name: name, Shape: shape, Write: func(into []float64) {
		for i := range places {
			row := into[4*i:]
			row[0], row[1], row[2], row[3] = places[i][0], places[i][2], turns[i][0], turns[i][2]
		}
	}}
}

// bend draws the arm's joints, thumb and finger alike.
func (a arm) bend(random *rand.Rand) {
	for _, joint := range a.joints {
		a.randomiseJoint(random, joint)
	}
	a.data.QPos[a.joints[slices.Index(armJoints, "finger")]] = a.data.QPos[a.joints[slices.Index(armJoints, "thumb")]]
}
