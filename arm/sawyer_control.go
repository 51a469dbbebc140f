package arm

import (
	"math"

	"github.com/reverie-rl/reverie/mujoco"
)

// The controller's settings.
const (
	toolSpeed   = .07 // m/s along each axis at an action of 1
	turnSpeed   = 1.0 // rad/s about the vertical at an action of 1
	fingerSpeed = .1  // m/s of each finger at an action of 1

	uprightGain  = 4.0 // 1/s, at which the hand's tilt decays
	reposeGain   = .5  // 1/s, at which the arm goes back to its reference posture
	limitMargin  = .02 // rad, that setpoints keep from the joints' limits
	mostYaw      = math.Pi / 2
	fingerWindup = .004 // m, that a finger's setpoint may be ahead of the finger: twice what the grip's force needs
)

// workspace is where the tool may go: lowest and highest x, y, z in m. At its bottom the fingertips are
// 1.5 mm above the table.
var workspace = [2]vector{{-.17, -.32, .02}, {.17, .32, .35}}

// jointWindup is by how much, in rad, a setpoint may be ahead of its joint. A joint at constant speed lags by
// .1 s; what pushes against table or block beyond that pushes no harder.
var jointWindup = posture{.06, .06, .06, .06, .06, .06, .15}

// reference is the posture that the arm tends to where the tool leaves it a choice: elbow up, hand down, in
// the middle of the joints' ranges.
var reference = posture{.09, -.81, -.53, 1.6, .46, .9, 1.14}

// cartesian turns actions into velocities of the joints' setpoints: the tool moves along x, y and z, turns
// about the vertical, and keeps pointing down. It has no memory but the setpoints, which are the actuators'
// activations.
type cartesian struct {
	data   *mujoco.Data
	chain  chain
	limits [joints][2]float64 // of setpoints, rad
	speeds posture            // greatest, rad/s
}

func newCartesian(d *mujoco.Data) *cartesian {
	m := d.Model()
	c := &cartesian{data: d, chain: newChain(m)}
	for i, name := range armJoints {
		joint, actuator := identity(m, mujoco.Joint, name), identity(m, mujoco.Actuator, name)
		c.limits[i] = [2]float64{m.JntRange[2*joint] + limitMargin, m.JntRange[2*joint+1] - limitMargin}
		c.speeds[i] = m.ActuatorCtrlRange[2*actuator+1]
	}
	return c
}

// control writes the velocities of setpoints that an action asks for into the nine numbers of into, for one
// control interval. action is x, y, z, turn and fingers, each in [-1, 1]; positive fingers open.
func (c *cartesian) control(action, into []float64) {
	c.unwind()
	q := posture(c.data.Act[:joints])
	tool, j := c.chain.evaluate(q)
	velocity := c.clamped(q, j.damped(c.twist(tool, action), repose(q)))
	copy(into, velocity[:])
	into[joints], into[joints+1] = action[4]*fingerSpeed, action[4]*fingerSpeed
}

// setpoint is where the tool is on its way to: where it would be if all joints were at their setpoints.
func (c *cartesian) setpoint() placement {
	tool, _ := c.chain.evaluate(posture(c.data.Act[:joints]))
	return tool
}

// unwind brings setpoints back to where their joints are, as far as they may be ahead of them.
func (c *cartesian) unwind() {
	for i, at := range c.data.QPos[:driven] {
		windup := fingerWindup
		if i < joints {
			windup = jointWindup[i]
		}
		c.data.Act[i] = limit(c.data.Act[i], at, windup)
	}
}

// twist is the velocity that the tool should have: what the action says within the workspace, and what brings
// the hand upright.
func (c *cartesian) twist(tool placement, action []float64) [6]float64 {
	var twist [6]float64
	for i := range 3 {
		twist[i] = within(action[i]*toolSpeed, tool.position[i], [2]float64{workspace[0][i], workspace[1][i]})
	}
	upright := tool.rotation.column(2).cross(vector{0, 0, -1}).times(uprightGain)
	turn := within(action[3]*turnSpeed, yaw(tool), [2]float64{-mostYaw, mostYaw})
	twist[3], twist[4], twist[5] = upright[0], upright[1], upright[2]+turn
	return twist
}

// within is the part of a speed that does not take value out of its bounds within a control interval. What is
// outside, because its setpoints were unwound, comes back at toolSpeed at most.
func within(speed, value float64, bounds [2]float64) float64 {
	if allowed := inside(speed, value, bounds); math.Abs(allowed) > math.Abs(speed) {
		return limit(allowed, 0, toolSpeed)
	}
	return inside(speed, value, bounds)
}

// yaw is the angle about the vertical, in rad, of a hand that points down: 0 where the fingers open along y.
func yaw(tool placement) float64 {
	opening := tool.rotation.column(1)
	return math.Atan2(-opening[0], opening[1])
}

// repose is the velocity towards the reference posture.
func repose(q posture) posture {
	for i := range q {
		q[i] = reposeGain * (reference[i] - q[i])
	}
	return q
}

// clamped slows all joints alike to the speed of the one that is most too fast, and stops those at their limits.
func (c *cartesian) clamped(q, velocity posture) posture {
	scale := 1.0
	for i, v := range velocity {
		scale = min(scale, c.speeds[i]/max(math.Abs(v), c.speeds[i]))
	}
	for i := range velocity {
		velocity[i] = inside(velocity[i]*scale, q[i], c.limits[i])
	}
	return velocity
}
