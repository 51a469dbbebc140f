package classic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// LinearSystem is a linear system with quadratic cost. With n states and m controls,
//
//	x' = A x + B u + Noise * e,   e ~ N(0, I)
//	reward = -(x^T Q x + u^T R u)
type LinearSystem struct {
	A, B  *mat.Dense // [n, n] and [n, m]
	Q, R  *mat.Dense // [n, n] symmetric, not negative; [m, m] symmetric, positive
	Noise float64    // standard deviation of each element of the state in one step
}

// Solution is the optimal way to control a LinearSystem from some time on: u = -Gain x, with the
// expected return -(x^T Value x) - Constant.
type Solution struct {
	Gain     *mat.Dense // [m, n]
	Value    *mat.Dense // [n, n]
	Constant float64    // the cost of the noise to come
}

// Return is the expected return of optimal control from state x [n].
func (s Solution) Return(x []float64) float64 {
	state := mat.NewVecDense(len(x), x)
	return -mat.Inner(state, s.Value, state) - s.Constant
}

// Control is the optimal control [m] at state x [n].
func (s Solution) Control(x []float64) []float64 {
	var control mat.VecDense
	control.MulVec(s.Gain, mat.NewVecDense(len(x), x))
	control.ScaleVec(-1, &control)
	return control.RawVector().Data
}

// Validate returns an error if a matrix is missing or has the wrong shape.
func (s LinearSystem) Validate() error {
	if s.A == nil || s.B == nil || s.Q == nil || s.R == nil {
		return fmt.Errorf("classic: a linear system needs all of A, B, Q and R")
	}
	states, controls := s.B.Dims()
	for _, m := range []struct {
		name   string
		matrix *mat.Dense
		size   int
	}{{"A", s.A, states}, {"Q", s.Q, states}, {"R", s.R, controls}} {
		if rows, columns := m.matrix.Dims(); rows != m.size || columns != m.size {
			return fmt.Errorf("classic: %s is %dx%d, must be %dx%d to go with B, which is %dx%d", m.name, rows, columns, m.size, m.size, states, controls)
		}
	}
	return nil
}

// FiniteHorizon returns the optimal control at each of the given number of steps, when the return
// is the sum of the rewards of these steps, each discounted once more than the one before.
func (s LinearSystem) FiniteHorizon(steps int, discount float64) ([]Solution, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	states, _ := s.B.Dims()
	solutions := make([]Solution, steps)
	after := Solution{Value: mat.NewDense(states, states, nil)}
	for t := steps - 1; t >= 0; t-- {
		before, err := s.backward(after, discount)
		if err != nil {
			return nil, err
		}
		solutions[t], after = before, before
	}
	return solutions, nil
}

// InfiniteHorizon returns the optimal control when the steps never end and discount is below 1; a
// discount of 1 is allowed without noise. It is an error if the recursion does not settle, as when
// a mode of the system can neither be controlled nor dies out.
func (s LinearSystem) InfiniteHorizon(discount float64) (Solution, error) {
	const iterations, tolerance = 100_000, 1e-13
	if err := s.Validate(); err != nil {
		return Solution{}, err
	}
	if s.Noise != 0 && discount >= 1 {
		return Solution{}, fmt.Errorf("classic: with noise the cost of an endless episode is infinite at discount %g, must be below 1", discount)
	}
	states, _ := s.B.Dims()
	solution := Solution{Value: mat.NewDense(states, states, nil)}
	for range iterations {
		next, err := s.backward(solution, discount)
		if err != nil {
			return Solution{}, err
		}
		var change mat.Dense
		change.Sub(next.Value, solution.Value)
		solution = next
		size := mat.Norm(next.Value, 2)
		if math.IsInf(size, 0) || math.IsNaN(size) {
			break
		}
		if mat.Norm(&change, 2) <= tolerance*size {
			solution.Constant = s.endlessNoise(solution.Value, discount)
			return solution, nil
		}
	}
	return Solution{}, fmt.Errorf("classic: the Riccati recursion did not settle; can B control every mode of A?")
}

// endlessNoise is the fixed point of c = discount (Noise^2 tr P + c).
func (s LinearSystem) endlessNoise(value *mat.Dense, discount float64) float64 {
	if s.Noise == 0 {
		return 0
	}
	return discount / (1 - discount) * s.Noise * s.Noise * mat.Trace(value)
}

// backward is one step of the Riccati recursion, with P the value afterwards and g the discount:
//
//	K = (R + g B^T P B)^-1 g B^T P A
//	P_before = Q + g A^T P (A - B K)
func (s LinearSystem) backward(after Solution, discount float64) (Solution, error) {
	var discounted, fromLeft, curvature, pull, gain, closed, value mat.Dense
	discounted.Scale(discount, after.Value)
	fromLeft.Mul(s.B.T(), &discounted)
	curvature.Mul(&fromLeft, s.B)
	curvature.Add(s.R, &curvature)
	pull.Mul(&fromLeft, s.A)
	if err := gain.Solve(&curvature, &pull); err != nil {
		return Solution{}, fmt.Errorf("classic: the cost of control R must be positive definite: %w", err)
	}
	closed.Mul(s.B, &gain)
	closed.Sub(s.A, &closed)
	value.Product(s.A.T(), &discounted, &closed)
	value.Add(s.Q, &value)
	constant := discount * (s.Noise*s.Noise*mat.Trace(after.Value) + after.Constant)
	return Solution{Gain: &gain, Value: &value, Constant: constant}, nil
}
