//go:build cgo

package arm

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/mujoco"
)

// randomPosture draws angles between those of the reference plus and minus one.
func randomPosture(random *rand.Rand) posture {
	q := reference
	for i := range q {
		q[i] += 2*random.Float64() - 1
	}
	return q
}

// TestChain compares the kinematics with MuJoCo's.
func TestChain(t *testing.T) {
	s, random := newTabletop(t), newRandom(1)
	site := identity(s.data.Model(), mujoco.Site, "tool")
	for range 20 {
		q := randomPosture(random)
		bend(t, s, q)
		tool, _ := s.motion.chain.evaluate(q)
		checkNumbers(t, "position", tool.position[:], s.site, 1e-9)
		for i := range 3 {
			checkNumbers(t, "rotation", tool.rotation[i][:], s.data.SiteXMat[9*site+3*i:9*site+3*i+3], 1e-9)
		}
	}
}

// TestJacobian compares it with finite differences.
func TestJacobian(t *testing.T) {
	const h = 1e-5
	chain, random := &newTabletop(t).motion.chain, newRandom(2)
	for range 20 {
		q := randomPosture(random)
		_, j := chain.evaluate(q)
		for i := range q {
			less, more := q, q
			less[i], more[i] = q[i]-h, q[i]+h
			before, _ := chain.evaluate(less)
			after, _ := chain.evaluate(more)
			difference := placementError(before, after)
			for k := range difference {
				difference[k] /= 2 * h
			}
			checkNumbers(t, "column", j[i][:], difference[:], 1e-7)
		}
	}
}

// TestSolve compares with a matrix whose solution is known: a = b bᵀ + 1.
func TestSolve(t *testing.T) {
	random := newRandom(3)
	var a [6][6]float64
	var b, x, ax [6]float64
	for i := range 6 {
		b[i], x[i] = random.NormFloat64(), random.NormFloat64()
	}
	for i := range 6 {
		for j := range 6 {
			a[i][j] = b[i] * b[j]
		}
		a[i][i]++
		for j := range 6 {
			ax[i] += a[i][j] * x[j]
		}
	}
	got := solve(a, ax)
	checkNumbers(t, "solution", got[:], x[:], 1e-12)
}

// TestDampedLeastSquares demands that the joints give the tool the twist asked for, that what they drift
// by besides does not move it, and that without a twist nothing but drift within the null space is left.
func TestDampedLeastSquares(t *testing.T) {
	s := newTabletop(t)
	_, j := s.motion.chain.evaluate(reference)
	twistOf := func(velocity posture) (twist [6]float64) {
		for i, v := range velocity {
			for k := range 6 {
				twist[k] += j[i][k] * v
			}
		}
		return twist
	}
	want := [6]float64{.05, -.03, .02, .1, -.2, .3}
	drift := posture{.1, .2, -.1, .05, -.2, .1, .3}
	for _, velocity := range []posture{j.damped(want, posture{}), j.damped(want, drift)} {
		got := twistOf(velocity)
		checkNumbers(t, "twist", got[:], want[:], .01)
	}
	null := j.damped([6]float64{}, drift)
	twice := j.damped([6]float64{}, null)
	checkNumbers(t, "null space", twice[:], null[:], .01)
	if length(null[:]) < .05 {
		t.Errorf("nothing is left of the drift: %v", null)
	}
}

// TestInverse demands the hand where it was asked for, from the whole workspace.
func TestInverse(t *testing.T) {
	c, random := newTabletop(t).motion, newRandom(4)
	for range 200 {
		target := pointingDown(uniformWithin(random, workspace), (2*random.Float64()-1)*mostYaw)
		q, found := c.inverse(target)
		tool, _ := c.chain.evaluate(q)
		if miss := placementError(tool, target); !found || length(miss[:3]) > 1e-4 || length(miss[3:]) > 1e-3 {
			t.Errorf("%v: found %v, missed by %v", target, found, miss)
		}
	}
	if _, found := c.inverse(pointingDown(vector{1, 1, 1}, 0)); found {
		t.Error("a place out of reach was found")
	}
}

// TestCartesianMotion demands that the tool goes where the action says at the speed it says, and nowhere else.
func TestCartesianMotion(t *testing.T) {
	s := newTabletop(t)
	for axis, speed := range []float64{toolSpeed, -toolSpeed, toolSpeed, turnSpeed / 2} {
		begin(t, s, 3)
		before := s.motion.setpoint()
		action := make([]float64, 5)
		action[axis] = speed / []float64{toolSpeed, toolSpeed, toolSpeed, turnSpeed}[axis]
		act(t, s, 20, action...)
		act(t, s, 20, 0, 0, 0, 0, 0) // to catch up
		want := before.position
		if axis < 3 {
			want[axis] += speed
		}
		checkNumbers(t, "tool", s.site, want[:], 2e-3)
		turn := yaw(s.motion.setpoint()) - yaw(before)
		if axis == 3 {
			turn -= speed
		}
		checkNumbers(t, "turn", []float64{turn}, []float64{0}, .01)
	}
}

// TestSafeMotion demands of any actions that the hand stays in the workspace and points down, that joints
// stay within their limits, and that the same actions lead to the same bytes.
func TestSafeMotion(t *testing.T) {
	run := func() []float64 {
		s, random := newTabletop(t), newRandom(5)
		begin(t, s, 5)
		action := make([]float64, 5)
		for i := range 600 {
			if i%20 == 0 {
				for k := range action {
					action[k] = math.Copysign(1, random.Float64()-.5)
				}
			}
			act(t, s, 1, action...)
			tool := s.motion.setpoint()
			for k := range 3 {
				if tool.position[k] < workspace[0][k]-.005 || tool.position[k] > workspace[1][k]+.005 {
					t.Fatalf("step %d: the tool is led to %v", i, tool.position)
				}
			}
			if tool.rotation[2][2] > -.995 || !s.motion.permits(posture(s.data.Act[:joints])) {
				t.Fatalf("step %d: the hand tilts (%v), or a joint is beyond its limit: %v", i, tool.rotation[2][2], s.data.Act)
			}
		}
		return s.data.Save(nil)
	}
	if first := run(); !slices.Equal(first, run()) {
		t.Error("the same actions led elsewhere")
	}
}
