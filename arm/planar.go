package arm

import (
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/internal/simulation"
	"github.com/reverie-rl/reverie/mujoco"
)

//go:embed planar.xml
var planarXML string

// planar is the light arm: two links in the vertical plane y = 0, and blocks that cannot leave it.
var planar = body{
	name: "planar_", tags: []string{"planar"}, seconds: 5,
	targets: [2]point{{0, 0, blockSize / 2}, {.12, 0, blockSize / 2}},
	several: objectives(),
	model:   planarModel,
	bind:    func(d *mujoco.Data, blocks []block) hand { return newPlanarHand(d, blocks) },
}

// planarModel is the MJCF text of the arm with blocks.
func planarModel(blocks []block) string {
	var text strings.Builder
	for _, b := range blocks {
		fmt.Fprintf(&text, `
    <body name="%[1]s" childclass="block">
      <joint name="%[1]s_x" type="slide" axis="1 0 0" limited="true" range="-.24 .24"/>
      <joint name="%[1]s_z" type="slide" axis="0 0 1"/>
      <joint name="%[1]s_y" axis="0 1 0"/>
      <geom name="%[1]s" type="%[6]s" size="%[2]g %[2]g %[2]g" rgba="%[3]g %[4]g %[5]g 1"/>
    </body>`, b.name, b.half, b.colour[0], b.colour[1], b.colour[2], b.shape)
	}
	return strings.Replace(planarXML, "<!-- BLOCKS -->", text.String(), 1)
}

// Places in the simulation's positions and velocities, which all joints here have one of each in. The blocks
// come after them, three joints each.
const (
	planarShoulder = iota
	planarElbow
	planarWrist
	planarLeft
	planarRight
	planarBlocks
)

// Activations, which are setpoints.
const (
	setShoulder = iota
	setElbow
	setLeft
	setRight
)

// planarHand is the planar arm in a simulation.
type planarHand struct {
	data    *mujoco.Data
	blocks  []block
	site    []float64   // where the tool is
	centres [][]float64 // where the blocks are
	fingers [2]int      // ids of geoms
	geoms   []int       // ids of the blocks' geoms
}

func newPlanarHand(d *mujoco.Data, blocks []block) *planarHand {
	m := d.Model()
	h := &planarHand{data: d, blocks: blocks, site: simulation.Row(m, d.SiteXPos, 3, mujoco.Site, "tool")}
	h.fingers = [2]int{planarGeom(m, "left"), planarGeom(m, "right")}
	for _, b := range blocks {
		h.centres = append(h.centres, simulation.Row(m, d.XPos, 3, mujoco.Body, b.name))
		h.geoms = append(h.geoms, planarGeom(m, b.name))
	}
	return h
}

// planarGeom is the id of a geom of our own model, which is there.
func planarGeom(m *mujoco.Model, name string) int {
	id, err := m.ID(mujoco.Geom, name)
	if err != nil {
		panic(err)
	}
	return id
}

func (h *planarHand) tool() point              { return point(h.site) }
func (h *planarHand) position(block int) point { return point(h.centres[block]) }

func (h *planarHand) velocity(block int) point {
	first := planarBlocks + 3*block
	return point{h.data.QVel[first], 0, h.data.QVel[first+1]}
}

// squeezing is by how much a setpoint is beyond its finger, in m, before the finger counts as closing.
const squeezing = .001

func (h *planarHand) grasps(block int) bool {
	left, right := false, false
	for i := range h.data.Contacts() {
		first, second := h.data.ContactGeoms(i)
		if second == h.geoms[block] {
			first, second = second, first
		}
		if first == h.geoms[block] {
			left, right = left || second == h.fingers[0], right || second == h.fingers[1]
		}
	}
	return left && right && h.closing(planarLeft, setLeft) && h.closing(planarRight, setRight)
}

func (h *planarHand) closing(finger, setpoint int) bool {
	return h.data.Act[setpoint] < h.data.QPos[finger]-squeezing
}

// proprioception is the joints' positions and velocities, the fingers' in the mean, and the grasp sensor.
func (h *planarHand) proprioception() []simulation.Observation {
	d := h.data
	mean := func(of []float64) func(into []float64) {
		return func(into []float64) { into[0] = (of[planarLeft] + of[planarRight]) / 2 }
	}
	return []simulation.Observation{
		simulation.Copied("arm_pos", d.QPos[planarShoulder:planarWrist]),
		simulation.Copied("arm_vel", d.QVel[planarShoulder:planarWrist]),
		{Name: "finger_pos", Shape: []int{1}, Write: mean(d.QPos)},
		{Name: "finger_vel", Shape: []int{1}, Write: mean(d.QVel)},
		{Name: "grasp", Shape: []int{1}, Write: func(into []float64) {
			into[0] = 0
			for i := range h.blocks {
				into[0] = max(into[0], indicator(h.grasps(i)))
			}
		}},
	}
}

// state is where the tool is, x and z, and of each block where it is as seen from the tool, x and z, the sine
// and cosine of its angle, and its velocities.
func (h *planarHand) state() []simulation.Observation {
	observations := []simulation.Observation{
		{Name: "tool_pos", Shape: []int{2}, Write: func(into []float64) { into[0], into[1] = h.site[0], h.site[2] }},
	}
	for i, b := range h.blocks {
		first, centre := planarBlocks+3*i, h.centres[i]
		observations = append(observations,
			simulation.Observation{Name: b.name + "_pos", Shape: []int{4}, Write: func(into []float64) {
				into[0], into[1] = centre[0]-h.site[0], centre[2]-h.site[2]
				into[2], into[3] = math.Sincos(h.data.QPos[first+2])
			}},
			simulation.Copied(b.name+"_vel", h.data.QVel[first:first+3]))
	}
	return observations
}

// begin puts the blocks on the table in any order, the hand above them and open.
func (h *planarHand) begin(random *rand.Rand) error {
	const apart, jitter = .15, .02 // of the blocks' places, m
	d := h.data
	for i, place := range random.Perm(len(h.blocks)) {
		middle := apart * (float64(place) - float64(len(h.blocks)-1)/2)
		first := planarBlocks + 3*i
		d.QPos[first], d.QPos[first+1] = middle+jitter*(2*random.Float64()-1), h.blocks[i].half
	}
	x, z := .1*(2*random.Float64()-1), .12+.08*random.Float64()
	d.QPos[planarShoulder], d.QPos[planarElbow] = planarPosture(x, z)
	d.QPos[planarWrist] = -d.QPos[planarShoulder] - d.QPos[planarElbow]
	d.QPos[planarLeft], d.QPos[planarRight] = planarOpen, planarOpen
	h.hold()
	return nil
}

func (h *planarHand) hold() {
	q, act := h.data.QPos, h.data.Act
	act[setShoulder], act[setElbow] = q[planarShoulder], q[planarElbow]
	act[setLeft], act[setRight] = q[planarLeft], q[planarRight]
}

// controller moves the tool along x and z and the fingers apart: positive numbers are right, up and open.
func (h *planarHand) controller() *simulation.Controller {
	return &simulation.Controller{
		Action:  env.Spec{Name: "action", Shape: []int{3}, Minimum: []float64{-1, -1, -1}, Maximum: []float64{1, 1, 1}},
		Control: h.control,
	}
}
