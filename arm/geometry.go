package arm

import "math"

// matrix is a rotation, row by row.
type matrix [3][3]float64

// placement is a frame in another: where its origin is, and its axes as the columns of a rotation.
type placement struct {
	position vector
	rotation matrix
}

// vector is a point or a direction in the world, x, y, z.
type vector [3]float64

func (a vector) plus(b vector) vector  { return vector{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }
func (a vector) minus(b vector) vector { return vector{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }
func (a vector) times(factor float64) vector {
	return vector{a[0] * factor, a[1] * factor, a[2] * factor}
}
func (a vector) dot(b vector) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func (a vector) cross(b vector) vector {
	return vector{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

// column is an axis of the frame.
func (m matrix) column(i int) vector { return vector{m[0][i], m[1][i], m[2][i]} }

// apply turns a vector.
func (m matrix) apply(v vector) vector {
	return vector{vector(m[0]).dot(v), vector(m[1]).dot(v), vector(m[2]).dot(v)}
}

// then is the placement of a frame that has the placement next within p.
func (p placement) then(next placement) placement {
	out := placement{position: p.position.plus(p.rotation.apply(next.position))}
	for i := range 3 {
		for j := range 3 {
			out.rotation[i][j] = vector(p.rotation[i]).dot(next.rotation.column(j))
		}
	}
	return out
}

// rotationOf is the rotation of a unit quaternion w, x, y, z.
func rotationOf(q []float64) matrix {
	norm := math.Sqrt(q[0]*q[0] + q[1]*q[1] + q[2]*q[2] + q[3]*q[3])
	w, x, y, z := q[0]/norm, q[1]/norm, q[2]/norm, q[3]/norm
	return matrix{
		{1 - 2*(y*y+z*z), 2 * (x*y - w*z), 2 * (x*z + w*y)},
		{2 * (x*y + w*z), 1 - 2*(x*x+z*z), 2 * (y*z - w*x)},
		{2 * (x*z - w*y), 2 * (y*z + w*x), 1 - 2*(x*x+y*y)},
	}
}

// aboutZ turns by an angle in radians about the third axis.
func aboutZ(angle float64) placement {
	s, c := math.Sincos(angle)
	return placement{rotation: matrix{{c, -s, 0}, {s, c, 0}, {0, 0, 1}}}
}

// pointingDown is the placement of a hand at a point that points down, turned by yaw about the vertical.
func pointingDown(position vector, yaw float64) placement {
	s, c := math.Sincos(yaw)
	return placement{position, matrix{{-c, -s, 0}, {-s, c, 0}, {0, 0, -1}}}
}

// placementError is the motion, in m and rad, that takes tool to target if it is small.
func placementError(tool, target placement) [6]float64 {
	linear := target.position.minus(tool.position)
	var turn vector
	for i := range 3 {
		turn = turn.plus(tool.rotation.column(i).cross(target.rotation.column(i)).times(.5))
	}
	return [6]float64{linear[0], linear[1], linear[2], turn[0], turn[1], turn[2]}
}
