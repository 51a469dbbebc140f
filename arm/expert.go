package arm

import "math"

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

const (
	hoverHeight = .1   // m, of the tool above the table before it descends
	liftHeight  = .13  // m, of a block that is to be lifted
	carryHeight = .095 // m, of a block that is carried: its lower face is 2 cm above a block on the table
	layHeight   = .002 // m, of a block above the other when the hand lets go
	near        = .004 // m, that is as good as there
	aligned     = .05  // rad, that is as good as turned
)

// expert is a state machine that lifts a block, or stacks it on another. It looks at the simulation's state.
type expert struct {
	arm         *sawyer
	block, base int // props; base is -1 to lift
	stage       stage
}

// act writes the next action into action [5].
func (e *expert) act(action []float64) {
	if e.arm.held() != e.block && e.stage > grasp && e.stage < release {
		e.stage = approach // it was lost
	}
	aim, turn, grip := e.plan()
	if e.done(aim, turn) {
		e.stage++
		aim, turn, grip = e.plan()
	}
	tool := e.arm.controller.setpoint()
	for i, way := range aim.minus(tool.position) {
		action[i] = limited(way/controlInterval, toolSpeed)
	}
	action[3], action[4] = limited((turn-yaw(tool))/controlInterval, turnSpeed), grip*fingerSpeed
}

// plan is where the tool is to be in the present stage, how the hand is to be turned, and whether the fingers
// are to close, 1, or to open, -1.
func (e *expert) plan() (aim vector, turn, grip float64) {
	block, tool := vector(e.arm.props[e.block].position), vector(e.arm.tool)
	turn, grip = yaw(e.arm.controller.setpoint()), 1
	held := tool.minus(block) // where the tool is in relation to what it holds
	switch e.stage {
	case approach:
		return vector{block[0], block[1], hoverHeight}, e.squareYaw(turn), -1
	case descend:
		return block, turn, -1
	case grasp:
		return tool, turn, grip
	case lift:
		return vector{block[0], block[1], e.height()}.plus(held), turn, grip
	}
	base := vector(e.arm.props[e.base].position)
	top := base[2] + (e.arm.props[e.base].size+e.arm.props[e.block].size)/2
	switch e.stage {
	case carry:
		return vector{base[0], base[1], e.height()}.plus(held), turn, grip
	case lower:
		return vector{base[0], base[1], top + layHeight}.plus(held), turn, grip
	case release:
		return tool, turn, -1
	}
	return vector{base[0], base[1], top + hoverHeight}, turn, -1
}

// height is how high the block is to be in the air.
func (e *expert) height() float64 {
	if e.base < 0 {
		return liftHeight
	}
	return carryHeight
}

// squareYaw is the angle next to turn at which the fingers are parallel to faces of the block.
func (e *expert) squareYaw(turn float64) float64 {
	axis := rotationOf(e.arm.props[e.block].frame).column(0)
	angle := math.Atan2(axis[1], axis[0])
	square := angle + math.Round((turn-angle)/(math.Pi/2))*math.Pi/2
	if math.Abs(square) > mostYaw {
		square -= math.Copysign(math.Pi/2, square)
	}
	return square
}

// done tells whether the present stage, which has the aim and turn of plan, has reached its end.
func (e *expert) done(aim vector, turn float64) bool {
	way := aim.minus(vector(e.arm.tool))
	there := length(way[:]) < near
	finger, speed := e.arm.data.QPos[joints], e.arm.data.QVel[joints]
	switch e.stage {
	case approach:
		return there && math.Abs(turn-yaw(e.arm.controller.setpoint())) < aligned
	case descend, carry, lower:
		return there
	case grasp:
		return e.arm.held() == e.block && math.Abs(speed) < .005
	case lift:
		return e.base >= 0 && math.Abs(way[2]) < .02
	case release:
		return finger > openFinger-.005
	}
	return false
}

// limited is a velocity of a size up to most.
func limited(velocity, most float64) float64 { return min(max(velocity, -most), most) }
