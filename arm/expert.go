package arm

import (
	"errors"
	"math"
	"strings"
)

// stage is what the expert is about.
type stage int

// The stages, in order. An expert that lifts stays at the fourth.
const (
	approach stage = iota // goes above the block, with an open hand turned like the block
	descend               // goes down to it
	grasp                 // closes the hand
	lift                  // takes the block up
	carry                 // brings it over the other block
	lower                 // puts it down there
	release               // opens the hand
	retreat               // goes up
)

// What the expert aims at.
const (
	hoverHeight   = .1   // m, of the tool above the table before it descends
	upHeight      = .13  // m, of a block that is to be lifted
	carryHeight   = .095 // m, of a block that is carried: its lower face is 2 cm above a block on the table
	clearOf       = .02  // m, that a block may be lower than that when it begins to be carried
	layHeight     = .002 // m, of a block above the other when the hand lets go
	retreatHeight = .18  // m, of the tool at the end
	near          = .004 // m, that is as good as there
	aligned       = .05  // rad, that is as good as turned
	stopped       = .005 // m/s, of a finger that has closed
)

// Expert is a scripted policy that solves lift and stack with the seven-joint arm. It is a state machine that looks
// at the simulation's state, for demonstrations and to show what rewards can be had.
type Expert struct {
	hand        *sawyerHand
	block, base int // base is -1 to lift
	stage       stage
}

// NewExpert makes an expert for an episode of e, a lift or a stack task of the seven-joint arm such as
// arm/stack_blue. Any other task is an error.
func NewExpert(e *Environment) (*Expert, error) {
	hand, known := e.scene.hand.(*sawyerHand)
	objective, blue := strings.CutSuffix(e.objectives[0].name, "_blue")
	if !known || objective != "lift" && objective != "stack" {
		return nil, errors.New("arm: there are experts for arm/lift and arm/stack, for either block, sparse or varied, and for no other tasks")
	}
	x := &Expert{hand: hand, block: e.scene.block, base: e.scene.other}
	if blue {
		x.block, x.base = x.base, x.block
	}
	if objective == "lift" {
		x.base = -1
	}
	return x, nil
}

// Reset begins another episode.
func (x *Expert) Reset() { x.stage = approach }

// Act writes the action for the present state into action [5].
func (x *Expert) Act(action []float64) {
	if !x.hand.grasps(x.block) && x.stage > grasp && x.stage < release {
		x.stage = approach // the block was lost
	}
	aim, turn, fingers := x.plan()
	if x.done(aim, turn) {
		x.stage++
		aim, turn, fingers = x.plan()
	}
	tool := x.hand.motion.setpoint()
	for i, way := range aim.minus(tool.position) {
		action[i] = limit(way/(toolSpeed*interval), 0, 1)
	}
	action[3], action[4] = limit((turn-yaw(tool))/(turnSpeed*interval), 0, 1), fingers
}

// plan is where the tool is to be in the present stage, how the hand is to be turned, and the last element of the
// action.
func (x *Expert) plan() (aim vector, turn, fingers float64) {
	const opening, closing = 1, -1
	block, tool := vector(x.hand.position(x.block)), vector(x.hand.tool())
	turn = yaw(x.hand.motion.setpoint())
	switch x.stage {
	case approach:
		return vector{block[0], block[1], hoverHeight}, x.squareYaw(turn), opening
	case descend:
		return block, turn, opening
	case grasp:
		return tool, turn, closing
	case release:
		return tool, turn, opening
	case retreat:
		return vector{tool[0], tool[1], retreatHeight}, turn, opening
	}
	return x.destination(block).plus(tool.minus(block)), turn, closing
}

// destination is where a block that is held is to be.
func (x *Expert) destination(block vector) vector {
	if x.stage == lift {
		return vector{block[0], block[1], x.height()}
	}
	base := vector(x.hand.position(x.base))
	if x.stage == carry {
		return vector{base[0], base[1], x.height()}
	}
	return base.plus(vector{0, 0, blockSize + layHeight})
}

// height is how high the block is to be in the air.
func (x *Expert) height() float64 {
	if x.base < 0 {
		return upHeight
	}
	return carryHeight
}

// squareYaw is the angle next to turn at which the fingers are parallel to faces of the block.
func (x *Expert) squareYaw(turn float64) float64 {
	axis := rotationOf(x.hand.blocks[x.block].frame).column(0)
	angle := math.Atan2(axis[1], axis[0])
	square := angle + math.Round((turn-angle)/(math.Pi/2))*math.Pi/2
	if math.Abs(square) > mostYaw {
		square -= math.Copysign(math.Pi/2, square)
	}
	return square
}

// done tells whether the present stage, which has the aim and turn of plan, has reached its end.
func (x *Expert) done(aim vector, turn float64) bool {
	way := aim.minus(vector(x.hand.tool()))
	there := length(way[:]) < near
	finger, speed := x.hand.data.QPos[joints], x.hand.data.QVel[joints]
	switch x.stage {
	case approach:
		return there && math.Abs(turn-yaw(x.hand.motion.setpoint())) < aligned
	case descend, carry, lower:
		return there
	case grasp:
		return x.hand.grasps(x.block) && math.Abs(speed) < stopped
	case lift:
		return x.base >= 0 && math.Abs(way[2]) < clearOf
	case release:
		return finger > openFinger-near
	}
	return false
}
