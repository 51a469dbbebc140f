package plan

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// boxQP finds the x between lower and upper that minimises x'Hx/2 + g'x, by Newton steps projected onto
// the bounds (Tassa et al., 2014). free lists the elements that no bound holds, and factor is
// the Cholesky factor of H on them. It reports false if H is not positive there.
func boxQP(h mat.Symmetric, g, lower, upper []float64) (x []float64, free []int, factor *mat.Cholesky, ok bool) {
	const iterations, tolerance = 100, 1e-10
	x = make([]float64, len(g))
	project(x, lower, upper)
	for range iterations {
		slope := gradientOf(h, g, x)
		free = freeElements(x, slope, lower, upper)
		if len(free) == 0 {
			return x, free, nil, true
		}
		factor = &mat.Cholesky{}
		if !factor.Factorize(part(h, free)) {
			return x, free, factor, false
		}
		if sizeOf(slope, free) <= tolerance*(1+floats.Norm(g, math.Inf(1))) {
			break
		}
		moved := descend(h, g, x, newton(factor, slope, free), lower, upper)
		if moved == nil {
			break
		}
		x = moved
	}
	return x, free, factor, true
}

// gradientOf is Hx + g.
func gradientOf(h mat.Matrix, g, x []float64) []float64 {
	var product mat.VecDense
	product.MulVec(h, mat.NewVecDense(len(x), x))
	slope := product.RawVector().Data
	floats.Add(slope, g)
	return slope
}

// freeElements are those that are within their bounds or go inwards from them.
func freeElements(x, slope, lower, upper []float64) []int {
	var free []int
	for i := range x {
		if held := x[i] <= lower[i] && slope[i] > 0 || x[i] >= upper[i] && slope[i] < 0; !held {
			free = append(free, i)
		}
	}
	return free
}

// part is the rows and columns of h that elements lists.
func part(h mat.Symmetric, elements []int) *mat.SymDense {
	chosen := mat.NewSymDense(len(elements), nil)
	for row, i := range elements {
		for column, j := range elements[:row+1] {
			chosen.SetSym(row, column, h.At(i, j))
		}
	}
	return chosen
}

// sizeOf is the largest of the given elements of slope.
func sizeOf(slope []float64, elements []int) float64 {
	largest := 0.0
	for _, i := range elements {
		largest = max(largest, math.Abs(slope[i]))
	}
	return largest
}

// newton is the step to where the free elements of slope would be 0.
func newton(factor *mat.Cholesky, slope []float64, free []int) []float64 {
	right := mat.NewVecDense(len(free), nil)
	for row, i := range free {
		right.SetVec(row, -slope[i])
	}
	var solved mat.VecDense
	_ = factor.SolveVecTo(&solved, right) // its error is a warning about the condition
	step := make([]float64, len(slope))
	for row, i := range free {
		step[i] = solved.AtVec(row)
	}
	return step
}

// descend goes along step, projected, until the value falls as much as the slope promises (Armijo), and
// returns nil if it does not.
func descend(h mat.Matrix, g, x, step, lower, upper []float64) []float64 {
	const shrink, share, shortest = 0.6, 0.1, 1e-12
	slope, before := gradientOf(h, g, x), valueOf(h, g, x)
	for length := 1.0; length > shortest; length *= shrink {
		moved := make([]float64, len(x))
		floats.AddScaledTo(moved, x, length, step)
		project(moved, lower, upper)
		promised := 0.0
		for i := range x {
			promised += slope[i] * (moved[i] - x[i])
		}
		if promised < 0 && valueOf(h, g, moved)-before <= share*promised {
			return moved
		}
	}
	return nil
}

func valueOf(h mat.Matrix, g, x []float64) float64 {
	v := mat.NewVecDense(len(x), x)
	return mat.Inner(v, h, v)/2 + floats.Dot(g, x)
}

func project(x, lower, upper []float64) {
	for i := range x {
		x[i] = min(max(x[i], lower[i]), upper[i])
	}
}
