package control

import (
	"math"

	"github.com/reverie-rl/reverie/mujoco"
)

// bodyQuaternion is the orientation of a body's frame: w, x, y, z.
func (p physics) bodyQuaternion(name string) []float64 {
	return p.row(p.data.XQuat, 4, mujoco.Body, name)
}

// geomMatrix is the rotation of a geom's frame, as bodyMatrix is of a body's.
func (p physics) geomMatrix(name string) []float64 {
	return p.row(p.data.GeomXMat, 9, mujoco.Geom, name)
}

// siteMatrix is the rotation of a site's frame, as bodyMatrix is of a body's.
func (p physics) siteMatrix(name string) []float64 {
	return p.row(p.data.SiteXMat, 9, mujoco.Site, name)
}

// inFrame writes the vector from one point to another as seen in the frame with the given rotation.
func inFrame(into, rotation, to, from []float64) {
	for axis := range into {
		into[axis] = 0
		for i := range 3 {
			into[axis] += rotation[3*i+axis] * (to[i] - from[i])
		}
	}
}

// origin is the zero vector.
var origin = []float64{0, 0, 0}

// norm is the length of a vector.
func norm(vector []float64) float64 {
	sum := 0.0
	for _, x := range vector {
		sum += x * x
	}
	return math.Sqrt(sum)
}
