package control

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/reverie-rl/reverie/mujoco"
)

// once begins episodes with whatever draw draws.
func once(draw func(random *rand.Rand)) func(random *rand.Rand) error {
	return func(random *rand.Rand) error {
		draw(random)
		return nil
	}
}

// untilClear begins episodes with the first draw in which nothing touches anything. A draw that
// MuJoCo warns of, such as one with more contacts than it has room for, is not it.
func (p physics) untilClear(draw func(random *rand.Rand)) func(random *rand.Rand) error {
	const most = 1000
	return func(random *rand.Rand) error {
		for range most {
			draw(random)
			err := p.data.Collide()
			if warning := new(mujoco.Warning); err != nil && !errors.As(err, &warning) {
				return err
			}
			if err == nil && p.data.Contacts() == 0 {
				return nil
			}
		}
		return fmt.Errorf("no state without contacts in %d draws", most)
	}
}

// randomiseJoints draws limited joints uniformly from their ranges and the angles of unlimited ones
// from all there are, in the order of their ids. The places of unlimited slides and free joints
// stay as they are.
func (p physics) randomiseJoints(random *rand.Rand) {
	for joint := range p.model.JntType {
		p.randomiseJoint(random, joint)
	}
}

// randomiseLimitedJoints is randomiseJoints for the limited joints alone.
func (p physics) randomiseLimitedJoints(random *rand.Rand) {
	for joint, limited := range p.model.JntLimited {
		if limited != 0 {
			p.randomiseJoint(random, joint)
		}
	}
}

func (p physics) randomiseJoint(random *rand.Rand, joint int) {
	const free, ball, slide, hinge = 0, 1, 2, 3
	position := p.data.QPos[p.model.JntQPosAdr[joint]:]
	low, high := p.model.JntRange[2*joint], p.model.JntRange[2*joint+1]
	switch kind, limited := p.model.JntType[joint], p.model.JntLimited[joint] != 0; {
	case limited && (kind == slide || kind == hinge):
		position[0] = uniform(random, low, high)
	case kind == hinge:
		position[0] = uniform(random, -math.Pi, math.Pi)
	case limited && kind == ball:
		drawTurn(random, position[:4], high)
	case kind == ball:
		drawOrientation(random, position[:4])
	case kind == free:
		drawPositiveOrientation(random, position[3:7])
	}
}

// drawOrientation draws a unit quaternion, all orientations being equally likely.
func drawOrientation(random *rand.Rand, quaternion []float64) {
	for i := range quaternion {
		quaternion[i] = random.NormFloat64()
	}
	normalise(quaternion)
}

// drawPositiveOrientation draws a unit quaternion without negative elements. That leaves most
// orientations out, but it is how the suite begins, and scores depend on it.
func drawPositiveOrientation(random *rand.Rand, quaternion []float64) {
	for i := range quaternion {
		quaternion[i] = random.Float64()
	}
	normalise(quaternion)
}

// drawTurn draws a quaternion that turns about any axis by an angle below most.
func drawTurn(random *rand.Rand, quaternion []float64, most float64) {
	axis := quaternion[1:]
	for i := range axis {
		axis[i] = random.NormFloat64()
	}
	normalise(axis)
	sin, cos := math.Sincos(uniform(random, 0, most) / 2)
	quaternion[0] = cos
	for i := range axis {
		axis[i] *= sin
	}
}

// normalise scales a vector to length 1.
func normalise(vector []float64) {
	square := 0.0
	for _, x := range vector {
		square += x * x
	}
	for i := range vector {
		vector[i] /= math.Sqrt(square)
	}
}

// uniform draws from [low, high).
func uniform(random *rand.Rand, low, high float64) float64 {
	return low + (high-low)*random.Float64()
}
