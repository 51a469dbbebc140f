package kernel

import "math"

// The reductions accumulate in float64 from left to right, so that their error does not grow with
// the length of the slice.

func (s *Set[T]) useReferenceReductions() {
	s.Sum = func(x []T) T { return T(sum(x)) }
	s.SumSquares = func(x []T) T { return T(dot(x, x)) }
	s.Dot = func(a, b []T) T { return T(dot(a, b)) }
	s.Maximum = maximum[T]
	s.Standardise = standardise[T]
	s.StandardiseGradient = standardiseGradient[T]
}

func sum[T Float](x []T) float64 {
	total := 0.0
	for _, v := range x {
		total += float64(v)
	}
	return total
}

func dot[T Float](a, b []T) float64 {
	total := 0.0
	for i, v := range a {
		total += float64(v) * float64(b[i])
	}
	return total
}

func maximum[T Float](x []T) T {
	largest := T(math.Inf(-1))
	for _, v := range x {
		largest = max(largest, v)
	}
	return largest
}

func standardise[T Float](dst, x []T, epsilon T) T {
	n := float64(len(x))
	mean := sum(x) / n
	variance := 0.0
	for _, v := range x {
		difference := float64(v) - mean
		variance += difference * difference
	}
	inverse := 1 / math.Sqrt(variance/n+float64(epsilon))
	for i, v := range x {
		dst[i] = T((float64(v) - mean) * inverse)
	}
	return T(inverse)
}

func standardiseGradient[T Float](dst, y, gradient []T, inverse T) {
	n := float64(len(y))
	mean := T(sum(gradient) / n)
	slope := T(dot(gradient, y) / n)
	for i, g := range gradient {
		dst[i] = inverse * (g - mean - y[i]*slope)
	}
}
