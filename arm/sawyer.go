package arm

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/simulation"
	"github.com/reverie-rl/reverie/mujoco"
)

// sawyerXML is the arm with its gripper, the table and the cameras, without blocks.
//
//go:embed sawyer.xml
var sawyerXML string

// sawyer is the arm with seven joints and a hand that moves freely above a table of 60 x 30 cm: chain, masses and
// limits are those of the Rethink Sawyer, shapes and gripper are ours.
var sawyer = body{
	name: "", tags: []string{"sawyer"}, seconds: 10,
	targets: [2]point{{0, -.08, blockSize / 2}, {0, .08, blockSize / 2}},
	several: sourceObjectives(),
	model:   sawyerModel,
	bind:    func(d *mujoco.Data, blocks []block) hand { return newSawyerHand(d, blocks) },
}

// sourceObjectives are the five tasks that IVG learns at once, to go on from: reach, move, lift and stack of one
// block, and reach of the other.
func sourceObjectives() []objective {
	byName := map[string]objective{}
	for _, o := range objectives() {
		byName[o.name] = o
	}
	return []objective{
		byName["reach"].blue(), byName["move"].blue(), byName["lift"].blue(), byName["stack"].blue(), byName["reach"],
	}
}

// sawyerModel is the MJCF text of the arm at its table with blocks, of which a cube of 5 cm has 100 g.
func sawyerModel(blocks []block) string {
	var text strings.Builder
	for i, b := range blocks {
		condim := 3
		if b.shape == "sphere" { // it would roll for ever
			condim = 6
		}
		fmt.Fprintf(&text, `
    <body name="%[1]s" pos="0 %[2]g %[3]g">
      <freejoint name="%[1]s"/>
      <geom name="%[1]s" class="block" type="%[4]s" condim="%[5]d" size="%[3]g %[3]g %[3]g" density="800" rgba="%[6]g %[7]g %[8]g 1"/>
    </body>`, b.name, .1*float64(i)-.1, b.half, b.shape, condim, b.colour[0], b.colour[1], b.colour[2])
	}
	return strings.Replace(sawyerXML, "<!-- BLOCKS -->", text.String(), 1)
}

// armJoints are the joints of the arm, from the base to the hand. They come first in the model's positions,
// velocities, activations and controls, then the two fingers, then blocks.
var armJoints = [joints]string{"j0", "j1", "j2", "j3", "j4", "j5", "j6"}

// driven is the number of joints with an actuator.
const driven = joints + 2

// openFinger is how far a finger of an open hand is from the middle, in m.
const openFinger = .04

// sawyerHand is the arm in a simulation.
type sawyerHand struct {
	data   *mujoco.Data
	motion *cartesian
	blocks []freeBlock
	site   []float64 // where the tool is
	pads   [2]int    // geoms of the fingertips
}

// freeBlock is a block in the simulation, whose memory its slices are.
type freeBlock struct {
	block
	geom     int
	centre   []float64 // [3] in the world, m
	frame    []float64 // [4] its quaternion
	joint    []float64 // [7] centre and quaternion as the simulation's state has them
	velocity []float64 // [6] m/s along the world's axes and rad/s about the block's own
}

func newSawyerHand(d *mujoco.Data, blocks []block) *sawyerHand {
	m := d.Model()
	h := &sawyerHand{
		data: d, motion: newCartesian(d), site: simulation.Row(m, d.SiteXPos, 3, mujoco.Site, "tool"),
		pads: [2]int{identity(m, mujoco.Geom, "right_pad"), identity(m, mujoco.Geom, "left_pad")},
	}
	for _, b := range blocks {
		joint := identity(m, mujoco.Joint, b.name)
		place, rate := m.JntQPosAdr[joint], m.JntDofAdr[joint]
		h.blocks = append(h.blocks, freeBlock{
			block: b, geom: identity(m, mujoco.Geom, b.name),
			centre: simulation.Row(m, d.XPos, 3, mujoco.Body, b.name),
			frame:  simulation.Row(m, d.XQuat, 4, mujoco.Body, b.name),
			joint:  d.QPos[place : place+7 : place+7], velocity: d.QVel[rate : rate+6 : rate+6],
		})
	}
	return h
}

// identity is the id of an element of our own models, which is there.
func identity(m *mujoco.Model, kind mujoco.Object, name string) int {
	id, err := m.ID(kind, name)
	if err != nil {
		panic(err)
	}
	return id
}

func (h *sawyerHand) tool() point              { return point(h.site) }
func (h *sawyerHand) position(block int) point { return point(h.blocks[block].centre) }
func (h *sawyerHand) velocity(block int) point { return point(h.blocks[block].velocity) }

func (h *sawyerHand) grasps(block int) bool {
	geom := h.blocks[block].geom
	return h.data.Act[joints] < h.data.QPos[joints]-squeezing && h.touch(h.pads[0], geom) && h.touch(h.pads[1], geom)
}

// touch tells whether two geoms touch.
func (h *sawyerHand) touch(a, b int) bool {
	for i := range h.data.Contacts() {
		first, second := h.data.ContactGeoms(i)
		if first == a && second == b || first == b && second == a {
			return true
		}
	}
	return false
}

// proprioception is 17 numbers: the joints' angles and velocities, those of a finger, and the grasp sensor.
func (h *sawyerHand) proprioception() []simulation.Observation {
	d := h.data
	return []simulation.Observation{
		simulation.Copied("arm_pos", d.QPos[:joints]),
		simulation.Copied("arm_vel", d.QVel[:joints]),
		simulation.Copied("finger_pos", d.QPos[joints:joints+1]),
		simulation.Copied("finger_vel", d.QVel[joints:joints+1]),
		{Name: "grasp", Shape: []int{1}, Write: func(into []float64) {
			into[0] = 0
			for i := range h.blocks {
				into[0] = max(into[0], indicator(h.grasps(i)))
			}
		}},
	}
}

// state is of each block its position and quaternion, its velocity and angular velocity, and its position as seen
// from the tool.
func (h *sawyerHand) state() []simulation.Observation {
	var observations []simulation.Observation
	for _, b := range h.blocks {
		observations = append(observations,
			simulation.Observation{Name: b.name + "_pose", Shape: []int{7}, Write: func(into []float64) {
				copy(into[copy(into, b.centre):], b.frame)
			}},
			simulation.Copied(b.name+"_vel", b.velocity),
			simulation.Observation{Name: b.name + "_rel", Shape: []int{3}, Write: func(into []float64) {
				for i := range 3 {
					into[i] = b.centre[i] - h.site[i]
				}
			}})
	}
	return observations
}

// controller moves the tool along x, y and z, turns the hand about the vertical and the fingers apart.
func (h *sawyerHand) controller() *simulation.Controller {
	return &simulation.Controller{
		Action: env.Spec{
			Name: "action", Shape: []int{5},
			Minimum: []float64{-1, -1, -1, -1, -1}, Maximum: []float64{1, 1, 1, 1, 1},
		},
		Control: h.motion.control,
	}
}

// hold has setpoints where the joints are, and a force on each part of the arm that carries its weight, as the real
// arm's own controller does.
func (h *sawyerHand) hold() {
	m := h.data.Model()
	copy(h.data.Act, h.data.QPos[:driven])
	first, last := identity(m, mujoco.Body, "l0"), identity(m, mujoco.Body, "left_finger")
	for body := first; body <= last; body++ {
		for axis, g := range m.Options.Gravity {
			h.data.XFrcApplied[6*body+axis] = -g * m.BodyMass[body]
		}
	}
}
