package arm

import "math"

// The settings of the terms, in metres and metres a second, as in IVG (Byravan et al., CoRL 2019, supplement)
// where nothing else is said.
const (
	nearby     = .02 // distance that is as good as none
	reachRange = .15 // distance at which a term of a distance is down to .05
	liftFrom   = .03 // height of a block's centre at which lifting begins to count
	liftTo     = .10 // and at which it counts in full
	stackTo    = .07 // the same for stacking, just below where the centre of a stacked block is
	blockSize  = .05 // edge of a block
	hoverGap   = .05 // between the two blocks of hover
	aside      = .03 // of the centres of two blocks that are stacked, horizontally
	unlevel    = .01 // and vertically, of a difference of blockSize
	moveSpeed  = .1  // of a block that moves as it should; the paper's figures are degenerate
	moveExact  = .03
	moveRange  = .1
)

// tolerance is 1 where |v| < exact, and else 1 - tanh²(√w·|v|/reach), w such that it is .05 at reach: tol of
// the paper.
func tolerance(v, exact, reach float64) float64 {
	v = math.Abs(v)
	if v < exact {
		return 1
	}
	tanh := math.Tanh(scaleAtReach / reach * v)
	return 1 - tanh*tanh
}

// scaleAtReach is where 1 - tanh² is .05.
var scaleAtReach = math.Atanh(math.Sqrt(.95))

// linear is 0 up to v = from, 1 beyond v = to, and a straight line between: lin of the paper.
func linear(v, from, to float64) float64 { return min(max((v-from)/(to-from), 0), 1) }

// point is a place in the world, x, y, z in metres; the table's surface is z = 0.
type point [3]float64

// distance is the Euclidean distance of two points.
func (p point) distance(q point) float64 {
	return math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2])
}

// raised is p moved up.
func (p point) raised(by float64) point { return point{p[0], p[1], p[2] + by} }

// closeTo is 1 for points less than nearby apart and falls with their distance.
func closeTo(p, q point) float64 { return tolerance(p.distance(q), nearby, reachRange) }

// indicator is 1 for what is true and 0 for what is not.
func indicator(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// view is what the rewards of a block read.
type view struct {
	tool, block, other point // other is the block that block is to be above or on
	velocity           point // of block, m/s
	grasped            bool  // block is between both fingers, which press
}

// reach is REACH of the paper, in [0, 1].
func (v view) reach() float64 { return closeTo(v.tool, v.block) }

// lift is LIFT of the paper, in [0, 2], with the height at which it is complete.
func (v view) lift(to float64) float64 {
	return v.reach() + (indicator(v.grasped)+linear(v.block[2], liftFrom, to))/2
}

// hover is ours, in [0, 2]: half of lift, and the distance to a place above the other block, which counts
// as far as the block is lifted.
func (v view) hover() float64 {
	return v.lift(liftTo)/2 + linear(v.block[2], liftFrom, liftTo)*closeTo(v.block, v.hoverPlace())
}

// stack is ours, in [0, 2]. The paper's STACK pays in full for a height of .086 m or more, but the centre of
// a block of 5 cm on another is at .075 m, and its ABOVE measures the distance of the centres, which cannot
// be less than 5 cm. So here the distance is that to the place on the other block, heights count in full
// from .07 m on, what leads there is worth 1.5 and a released block on the other 2.
func (v view) stack() float64 {
	if v.stacked() {
		return 2
	}
	return v.lift(stackTo)/2 + linear(v.block[2], liftFrom, stackTo)*closeTo(v.block, v.stackPlace())/2
}

// move is MOVE of the paper with figures of ours, in [0, 1]: the block is to have a speed, whatever its
// direction.
func (v view) move() float64 { return tolerance(v.speed()-moveSpeed, moveExact, moveRange) }

// match is the term of one block in MATCH of the paper, in [0, 1].
func match(block, target point) float64 { return closeTo(block, target) }

func (v view) hoverPlace() point { return v.other.raised(blockSize + hoverGap) }
func (v view) stackPlace() point { return v.other.raised(blockSize) }
func (v view) speed() float64    { return v.velocity.distance(point{}) }

// What follows is whether a task is done, which its sparse reward and its success are.

func (v view) reached() bool  { return v.tool.distance(v.block) < nearby }
func (v view) lifted() bool   { return v.block[2] >= liftTo }
func (v view) hovering() bool { return v.block.distance(v.hoverPlace()) < nearby }
func (v view) moving() bool   { return math.Abs(v.speed()-moveSpeed) < moveExact }

func (v view) stacked() bool {
	sideways := math.Hypot(v.block[0]-v.other[0], v.block[1]-v.other[1])
	return !v.grasped && sideways < aside && math.Abs(v.block[2]-v.other[2]-blockSize) <= unlevel
}

func matched(block, target point) bool { return block.distance(target) < nearby }
