package arm

import (
	"fmt"
	"strings"

	"github.com/reverie-rl/reverie/mujoco"
)

// prop is an object on the table.
type prop struct {
	name   string
	shape  string     // "box" or "sphere"
	size   float64    // m, edge or diameter
	colour [3]float64 // red, green, blue in [0, 1]
}

// The blocks to grasp, and what may lie beside them to distract.
var (
	redBlock   = prop{"red", "box", .05, [3]float64{.9, .1, .1}}
	blueBlock  = prop{"blue", "box", .05, [3]float64{.1, .2, .9}}
	yellowCube = prop{"yellow_cube", "box", .06, [3]float64{.95, .85, .1}}
	yellowBall = prop{"yellow_ball", "sphere", .04, [3]float64{.95, .85, .1}}
)

// density is that of all props, kg/m^3: a cube of 5 cm has 100 g.
const density = 800

// mjcf is the prop as a free body, one of a row on the table.
func (p prop) mjcf(place int) string {
	condim := 3
	if p.shape == "sphere" { // it would roll for ever
		condim = 6
	}
	return fmt.Sprintf(`    <body name="%[1]s" pos="0 %[2]g %[3]g">
      <freejoint name="%[1]s"/>
      <geom name="%[1]s" class="prop" type="%[4]s" condim="%[9]d" size="%[3]g %[3]g %[3]g" density="%[5]d" rgba="%[6]g %[7]g %[8]g 1"/>
    </body>
  `, p.name, .1*float64(place)-.1, p.size/2, p.shape, density, p.colour[0], p.colour[1], p.colour[2], condim)
}

// sawyerModel is the MJCF of the arm at its table with props on it.
func sawyerModel(props []prop) string {
	const end = "</worldbody>"
	var bodies strings.Builder
	for i, p := range props {
		bodies.WriteString(p.mjcf(i))
	}
	return strings.Replace(sawyerXML, end, bodies.String()+end, 1)
}

// propBody is a prop in a simulation. The slices are the simulation's own memory.
type propBody struct {
	prop
	geom     int
	position []float64 // [3] in the world, m
	frame    []float64 // [4] its quaternion
	joint    []float64 // [7] position and quaternion as the simulation's state has them
	velocity []float64 // [6] m/s along the world's axes and rad/s about the body's own
}

// newPropBody looks a prop up.
func newPropBody(d *mujoco.Data, p prop) propBody {
	m := d.Model()
	body, joint := identity(m, mujoco.Body, p.name), identity(m, mujoco.Joint, p.name)
	place, rate := m.JntQPosAdr[joint], m.JntDofAdr[joint]
	return propBody{
		prop: p, geom: identity(m, mujoco.Geom, p.name),
		position: d.XPos[3*body : 3*body+3 : 3*body+3], frame: d.XQuat[4*body : 4*body+4 : 4*body+4],
		joint: d.QPos[place : place+7 : place+7], velocity: d.QVel[rate : rate+6 : rate+6],
	}
}

// observe writes 16 numbers: position and quaternion, velocity and angular velocity, and the position
// relative to the tool.
func (p propBody) observe(tool, into []float64) {
	copy(into, p.position)
	copy(into[3:], p.frame)
	copy(into[7:], p.velocity)
	for i := range 3 {
		into[13+i] = p.position[i] - tool[i]
	}
}
