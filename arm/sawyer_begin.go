package arm

import (
	"errors"
	"math"
	"math/rand/v2"
)

// Where an episode begins.
var (
	toolStart  = [2]vector{{-.08, -.1, .1}, {.08, .1, .2}} // m, lowest and highest x, y, z of the tool
	blockStart = [2]vector{{-.1, -.12}, {.1, .12}}         // m, lowest and highest x, y of a block
)

const (
	startYaw  = math.Pi / 4 // rad, most that the hand is turned
	spacing   = .1          // m, least between the middles of two blocks: room for a finger
	attempts  = 100         // at drawing a beginning
	restSpeed = .01         // m/s or rad/s, below which a block lies still
	restSteps = 200         // most physics steps that blocks are given to come to rest
)

// begin draws the beginning of an episode: an open hand that points down, 10 to 20 cm above the table, and
// blocks at rest on the table. An error means that the simulation broke down, or that no beginning was found.
func (h *sawyerHand) begin(random *rand.Rand) error {
	for range attempts {
		h.data.Reset()
		if !h.raise(random) || !h.scatter(random) {
			continue
		}
		h.hold()
		if err := h.data.Forward(); err != nil {
			return err
		}
		if still, err := h.settle(); still || err != nil {
			return err
		}
	}
	return errors.New("no beginning found: the hand did not reach its place, or the blocks did not come to rest")
}

// raise puts the open hand at a random place. It reports false if the arm does not reach there.
func (h *sawyerHand) raise(random *rand.Rand) bool {
	target := pointingDown(uniformWithin(random, toolStart), (2*random.Float64()-1)*startYaw)
	q, found := h.motion.inverse(target)
	copy(h.data.QPos, q[:])
	for i := joints; i < driven; i++ {
		h.data.QPos[i] = openFinger
	}
	return found
}

// scatter puts the blocks on the table at random. It reports false if there was no place for one.
func (h *sawyerHand) scatter(random *rand.Rand) bool {
	for i, b := range h.blocks {
		tries := 0
		for ; tries < attempts; tries++ {
			place := uniformWithin(random, blockStart)
			b.joint[0], b.joint[1], b.joint[2] = place[0], place[1], b.half
			if h.isolated(i) {
				break
			}
		}
		if tries == attempts {
			return false
		}
		b.joint[6], b.joint[3] = math.Sincos(random.Float64() * math.Pi)
		b.joint[4], b.joint[5] = 0, 0
	}
	return true
}

// isolated tells whether block i is at a distance from those before it.
func (h *sawyerHand) isolated(i int) bool {
	for _, other := range h.blocks[:i] {
		if math.Hypot(other.joint[0]-h.blocks[i].joint[0], other.joint[1]-h.blocks[i].joint[1]) < spacing {
			return false
		}
	}
	return true
}

// settle waits until the blocks lie still. It reports false if they do not in time.
func (h *sawyerHand) settle() (still bool, err error) {
	stop := make([]float64, driven)
	for range restSteps {
		if err := h.data.Step(stop, 1); err != nil {
			return false, err
		}
		if h.still() {
			h.data.SetTime(0)
			return true, nil
		}
	}
	return false, nil
}

// still tells whether all blocks are at rest.
func (h *sawyerHand) still() bool {
	for _, b := range h.blocks {
		for _, v := range b.velocity {
			if math.Abs(v) > restSpeed {
				return false
			}
		}
	}
	return true
}

// uniformWithin draws a point between the lowest and the highest corner of a box.
func uniformWithin(random *rand.Rand, box [2]vector) vector {
	var point vector
	for i := range 3 {
		point[i] = box[0][i] + random.Float64()*(box[1][i]-box[0][i])
	}
	return point
}

// inverse finds a posture near the reference that brings the tool to target, by damped least squares from the
// reference on. It reports false if it comes no closer than .1 mm and 1 mrad, or only beyond a joint's limit.
func (c *cartesian) inverse(target placement) (q posture, found bool) {
	const iterations = 100
	q = reference
	for range iterations {
		tool, j := c.chain.evaluate(q)
		miss := placementError(tool, target)
		if length(miss[:3]) < 1e-4 && length(miss[3:]) < 1e-3 {
			return q, c.permits(q)
		}
		step := j.damped(miss, posture{})
		for i := range q {
			q[i] += step[i]
		}
	}
	return q, false
}

// permits tells whether a posture is within the limits of all joints.
func (c *cartesian) permits(q posture) bool {
	for i, angle := range q {
		if angle < c.limits[i][0] || angle > c.limits[i][1] {
			return false
		}
	}
	return true
}

// length is the Euclidean norm.
func length(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	return math.Sqrt(sum)
}
