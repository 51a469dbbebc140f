package arm

import "math"

// The planar arm's geometry, as in planar.xml, and the settings of its controller.
const (
	planarLink       = .36 // length of both links, m
	planarShoulderX  = -.4 // where the shoulder is, m
	planarShoulderZ  = .35
	planarHandLength = .11 // from the wrist down to the tool, m
	planarOpen       = .045
	planarLowest     = -.01 // of the fingers' setpoints, m

	planarToolSpeed   = .25 // m/s along each axis at an action of 1
	planarFingerSpeed = .1  // m/s of each finger at an action of 1
	planarArmLead     = .04 // rad, by how much a setpoint may be ahead of its joint
	planarFingerLead  = .01 // m, the same for a finger: the grip's force
	planarDamping     = 4e-4
)

// planarWorkspace is where the tool may go: least and greatest x and z, in m.
var planarWorkspace = [2][2]float64{{-.2, .2}, {.02, .3}}

// control writes the speeds of the setpoints for one control step. What pushes against a resistance falls
// behind its setpoint, which is taken back to it first.
func (h *planarHand) control(action, controls []float64) {
	q, act := h.data.QPos, h.data.Act
	act[setShoulder] = limit(act[setShoulder], q[planarShoulder], planarArmLead)
	act[setElbow] = limit(act[setElbow], q[planarElbow], planarArmLead)
	act[setLeft] = limit(act[setLeft], q[planarLeft], planarFingerLead)
	act[setRight] = limit(act[setRight], q[planarRight], planarFingerLead)
	x, z := planarTool(act[setShoulder], act[setElbow])
	dx := inside(planarToolSpeed*action[0], x, planarWorkspace[0])
	dz := inside(planarToolSpeed*action[1], z, planarWorkspace[1])
	controls[setShoulder], controls[setElbow] = planarJointSpeeds(act[setShoulder], act[setElbow], dx, dz)
	grip := planarFingerSpeed * action[2]
	controls[setLeft] = inside(grip, act[setLeft], [2]float64{planarLowest, planarOpen})
	controls[setRight] = inside(grip, act[setRight], [2]float64{planarLowest, planarOpen})
}

// limit keeps value within lead of middle.
func limit(value, middle, lead float64) float64 {
	return min(max(value, middle-lead), middle+lead)
}

// inside is the speed, or what of it takes a value no further than its bounds within a control step.
func inside(speed, value float64, bounds [2]float64) float64 {
	return min(max(speed, (bounds[0]-value)/interval), (bounds[1]-value)/interval)
}

// planarTool is where the tool is with the joints at these angles, in rad.
func planarTool(shoulder, elbow float64) (x, z float64) {
	sin, cos := math.Sincos(shoulder)
	sinFore, cosFore := math.Sincos(shoulder + elbow)
	return planarShoulderX + planarLink*(cos+cosFore), planarShoulderZ + planarLink*(sin+sinFore) - planarHandLength
}

// planarPosture is the angles that take the tool to x, z, elbow up.
func planarPosture(x, z float64) (shoulder, elbow float64) {
	x, z = x-planarShoulderX, z-planarShoulderZ+planarHandLength
	half := math.Acos(min(1, math.Hypot(x, z)/(2*planarLink)))
	return math.Atan2(z, x) + half, -2 * half
}

// planarJointSpeeds is the speeds of the joints, in rad/s, that move the tool at dx, dz m/s: least squares,
// damped where the arm is nearly stretched (Wampler 1986).
func planarJointSpeeds(shoulder, elbow, dx, dz float64) (dShoulder, dElbow float64) {
	sin, cos := math.Sincos(shoulder)
	sinFore, cosFore := math.Sincos(shoulder + elbow)
	b, d := -planarLink*sinFore, planarLink*cosFore // the Jacobian is (a b; c d)
	a, c := b-planarLink*sin, d+planarLink*cos
	xx, xz, zz := a*a+b*b+planarDamping, a*c+b*d, c*c+d*d+planarDamping
	determinant := xx*zz - xz*xz
	u, v := (zz*dx-xz*dz)/determinant, (xx*dz-xz*dx)/determinant
	return a*u + c*v, b*u + d*v
}
