package arm

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/internal/simulation"
	"github.com/reverie-rl/reverie/mujoco"
)

// block is a cube on the table, or another thing that lies there.
type block struct {
	name   string
	shape  string  // of its geom in MJCF
	half   float64 // half of its edge or diameter, m
	colour [3]float32
}

// The blocks of all arms. No task asks for the yellow ones, one larger and one a smaller ball.
var (
	red        = block{"red", "box", blockSize / 2, [3]float32{.85, .1, .1}}
	blue       = block{"blue", "box", blockSize / 2, [3]float32{.1, .25, .9}}
	distractor = block{"yellow", "box", .03, [3]float32{.95, .8, .1}}
	ball       = block{"ball", "sphere", .02, [3]float32{.95, .8, .1}}
)

// body is an arm with its table: what differs between the arms of the suite. The table's surface is z = 0.
type body struct {
	name    string      // begins the names of its tasks: "planar_", or "" for none
	tags    []string    // of all its tasks
	seconds float64     // length of an episode
	targets [2]point    // of match, for the first and the second block
	several []objective // of its multitask
	model   func([]block) string
	// bind resolves names in a simulation of model(blocks).
	bind func(*mujoco.Data, []block) hand
}

// hand is a body in a simulation, with its blocks by their places in the list that it was bound with.
type hand interface {
	// controller turns actions into controls; all that it remembers is in the simulation's state.
	controller() *simulation.Controller
	// proprioception is what the arm feels of itself, state what else there is to know.
	proprioception() []simulation.Observation
	state() []simulation.Observation
	// tool is the place between the fingertips.
	tool() point
	// grasps tells whether both fingers touch a block while they close.
	grasps(block int) bool
	// position and velocity are those of a block's centre.
	position(block int) point
	velocity(block int) point
	// begin draws an episode's beginning, after the simulation was reset.
	begin(*rand.Rand) error
	// hold makes actuators hold the positions that were set.
	hold()
}

// interval is the time between two actions of any arm, in seconds.
const interval = .05
