package arm

import (
	"math"

	"github.com/reverie-rl/reverie/mujoco"
)

// joints is the number of joints of the arm.
const joints = 7

// posture is an angle for each joint of the arm, in radians.
type posture [joints]float64

// chain is the arm's kinematics: seven hinges about the z axes of their links.
type chain struct {
	links [joints]placement // each within the one before, at angle 0; the first in the world
	tool  placement         // within the last link
}

// newChain reads the chain of joints j0 to j6, and what is fixed between them, from a model.
func newChain(m *mujoco.Model) chain {
	var c chain
	parent := 0
	for i, name := range armJoints {
		body := int(m.JntBody[identity(m, mujoco.Joint, name)])
		c.links[i] = placementWithin(m, body, parent)
		parent = body
	}
	tool := identity(m, mujoco.Site, "tool")
	c.tool = placementWithin(m, int(m.SiteBody[tool]), parent).then(
		placement{vector(m.SitePos[3*tool:]), rotationOf(m.SiteQuat[4*tool:])})
	return c
}

// placementWithin is where a body is within another that it is fixed to, directly or through others.
func placementWithin(m *mujoco.Model, body, ancestor int) placement {
	if body == ancestor {
		return placement{rotation: matrix{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}
	}
	here := placement{vector(m.BodyPos[3*body:]), rotationOf(m.BodyQuat[4*body:])}
	return placementWithin(m, int(m.BodyParent[body]), ancestor).then(here)
}

// jacobian has for each joint the velocity and the angular velocity that it gives the tool, per rad/s.
type jacobian [joints][6]float64

// evaluate is where the tool is at a posture, and how it moves with the joints.
func (c *chain) evaluate(q posture) (tool placement, j jacobian) {
	frame := aboutZ(0)
	var anchors, axes [joints]vector
	for i, link := range c.links {
		frame = frame.then(link).then(aboutZ(q[i]))
		anchors[i], axes[i] = frame.position, frame.rotation.column(2)
	}
	tool = frame.then(c.tool)
	for i, axis := range axes {
		linear := axis.cross(tool.position.minus(anchors[i]))
		j[i] = [6]float64{linear[0], linear[1], linear[2], axis[0], axis[1], axis[2]}
	}
	return tool, j
}

// damped returns the joint velocities with the tool's velocity closest to twist, three numbers in m/s and
// three in rad/s, at little cost in joint speed, and moves the joints towards drift where the tool does
// not notice (damped least squares with a null-space term: Nakamura and Hanafusa 1986, Liégeois 1977):
//
//	drift + Jᵀ (J Jᵀ + λ²)⁻¹ (twist - J drift)
func (j *jacobian) damped(twist [6]float64, drift posture) posture {
	const damping = .005 // λ
	var square [6][6]float64
	rest := twist
	for i := range 6 {
		for k := range 6 {
			for n := range joints {
				square[i][k] += j[n][i] * j[n][k]
			}
		}
		square[i][i] += damping * damping
		for n := range joints {
			rest[i] -= j[n][i] * drift[n]
		}
	}
	weights := solve(square, rest)
	for n := range joints {
		for i := range 6 {
			drift[n] += j[n][i] * weights[i]
		}
	}
	return drift
}

// solve returns x with a x = b for a symmetric positive definite a, by its Cholesky factor.
func solve(a [6][6]float64, b [6]float64) [6]float64 {
	for i := range 6 {
		for j := range i + 1 {
			for k := range j {
				a[i][j] -= a[i][k] * a[j][k]
			}
			if i == j {
				a[i][i] = math.Sqrt(a[i][i])
			} else {
				a[i][j] /= a[j][j]
			}
		}
	}
	for i := range 6 {
		for k := range i {
			b[i] -= a[i][k] * b[k]
		}
		b[i] /= a[i][i]
	}
	for i := 5; i >= 0; i-- {
		for k := i + 1; k < 6; k++ {
			b[i] -= a[k][i] * b[k]
		}
		b[i] /= a[i][i]
	}
	return b
}
