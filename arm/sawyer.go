package arm

import (
	_ "embed"

	"github.com/reverie-rl/reverie/mujoco"
)

// sawyerXML is the arm with its gripper, the table and the cameras, without props.
//
//go:embed sawyer.xml
var sawyerXML string

// armJoints are the joints of the arm, from the base to the hand; fingerJoints those of the gripper. They
// come first in the model's positions, velocities, activations and controls; props come after them.
var (
	armJoints    = [joints]string{"j0", "j1", "j2", "j3", "j4", "j5", "j6"}
	fingerJoints = [2]string{"right_finger", "left_finger"}
)

// driven is the number of joints with an actuator.
const driven = joints + len(fingerJoints)

// openFinger is how far a finger of an open hand is from the middle, in m.
const openFinger = .04

// sawyer is a simulation of the arm at its table.
type sawyer struct {
	model      *mujoco.Model
	data       *mujoco.Data
	controller *cartesian
	props      []propBody
	tool       []float64 // [3] the point between the fingertips, in the world
	pads       [2]int    // geoms of the fingertips
	control    [driven]float64
}

// newSawyer binds names to a simulation of sawyerModel(props).
func newSawyer(d *mujoco.Data, props []prop) *sawyer {
	m := d.Model()
	tool := identity(m, mujoco.Site, "tool")
	s := &sawyer{
		model: m, data: d, controller: newCartesian(d), tool: d.SiteXPos[3*tool : 3*tool+3 : 3*tool+3],
		pads: [2]int{identity(m, mujoco.Geom, "right_pad"), identity(m, mujoco.Geom, "left_pad")},
	}
	for _, p := range props {
		s.props = append(s.props, newPropBody(d, p))
	}
	return s
}

// step applies an action, whose elements are in [-1, 1], for one control interval.
func (s *sawyer) step(action []float64) error {
	s.controller.control(action, s.control[:])
	return s.data.Step(s.control[:], substeps)
}

// carry has a force on each part of the arm that carries its weight, as the real arm's own controller does.
func (s *sawyer) carry() {
	first, last := identity(s.model, mujoco.Body, "l0"), identity(s.model, mujoco.Body, "left_finger")
	for body := first; body <= last; body++ {
		for axis, g := range s.model.Options.Gravity {
			s.data.XFrcApplied[6*body+axis] = -g * s.model.BodyMass[body]
		}
	}
}

// held is the index of the prop that both fingertips touch while they press inwards, or -1.
func (s *sawyer) held() int {
	if s.data.Act[joints] >= s.data.QPos[joints] {
		return -1
	}
	for i, p := range s.props {
		if s.touch(s.pads[0], p.geom) && s.touch(s.pads[1], p.geom) {
			return i
		}
	}
	return -1
}

// touch tells whether two geoms touch.
func (s *sawyer) touch(a, b int) bool {
	for i := range s.data.Contacts() {
		geoms := s.data.Contact(i).Geoms
		if geoms == [2]int{a, b} || geoms == [2]int{b, a} {
			return true
		}
	}
	return false
}

// proprioception writes what the arm feels of itself into 17 numbers: seven angles in rad, their seven
// velocities in rad/s, the place of a finger in m and its velocity in m/s, and 1 if the hand holds something.
func (s *sawyer) proprioception(into []float64) {
	copy(into, s.data.QPos[:joints])
	copy(into[joints:], s.data.QVel[:joints])
	into[14], into[15], into[16] = s.data.QPos[joints], s.data.QVel[joints], 0
	if s.held() >= 0 {
		into[16] = 1
	}
}

// identity is the id of an element of our own models, which is there.
func identity(m *mujoco.Model, kind mujoco.Object, name string) int {
	id, err := m.ID(kind, name)
	if err != nil {
		panic(err)
	}
	return id
}
