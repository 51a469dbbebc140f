package kernel

// The functions here stand between callers and assembly, which trusts the lengths it is given.

func equalLengths(n int, others ...int) {
	for _, other := range others {
		if other != n {
			panic("kernel: slices of unequal lengths")
		}
	}
}

func checked(f func(dst, x []float32)) func(dst, x []float32) {
	return func(dst, x []float32) {
		equalLengths(len(dst), len(x))
		f(dst, x)
	}
}

func checkedPair(f func(dst, a, b []float32)) func(dst, a, b []float32) {
	return func(dst, a, b []float32) {
		equalLengths(len(dst), len(a), len(b))
		f(dst, a, b)
	}
}

func checkedTriple(f func(dst, a, b, c []float32)) func(dst, a, b, c []float32) {
	return func(dst, a, b, c []float32) {
		equalLengths(len(dst), len(a), len(b), len(c))
		f(dst, a, b, c)
	}
}

func checkedScalar(f func(dst, a []float32, b float32)) func(dst, a []float32, b float32) {
	return func(dst, a []float32, b float32) {
		equalLengths(len(dst), len(a))
		f(dst, a, b)
	}
}

func checkedDot(f func(a, b []float32) float32) func(a, b []float32) float32 {
	return func(a, b []float32) float32 {
		equalLengths(len(a), len(b))
		return f(a, b)
	}
}

func checkedStandardise(f func(dst, x []float32, epsilon float32) float32) func(dst, x []float32, epsilon float32) float32 {
	return func(dst, x []float32, epsilon float32) float32 {
		equalLengths(len(dst), len(x))
		return f(dst, x, epsilon)
	}
}

func checkedStandardiseGradient(f func(dst, y, gradient []float32, inverse float32)) func(dst, y, gradient []float32, inverse float32) {
	return func(dst, y, gradient []float32, inverse float32) {
		equalLengths(len(dst), len(y), len(gradient))
		f(dst, y, gradient, inverse)
	}
}

// checkedBytes gives f whole vectors alone.
func checkedBytes(lanes int, f func(dst []float32, x []uint8)) func(dst []float32, x []uint8) {
	return func(dst []float32, x []uint8) {
		equalLengths(len(dst), len(x))
		whole := len(x) / lanes * lanes
		f(dst[:whole], x)
		fromBytes(dst[whole:], x[whole:])
	}
}

// adamKernel takes the numbers of a step as the assembly wants them: see kernelgen.
type adamKernel func(parameter, first, second, gradient []float32,
	scale, beta1, rest1, beta2, rest2, rate, inverse2, epsilon float32)

func checkedAdam(f adamKernel) func(parameter, first, second, gradient []float32, s AdamStep[float32]) {
	return func(parameter, first, second, gradient []float32, s AdamStep[float32]) {
		equalLengths(len(parameter), len(first), len(second), len(gradient))
		f(parameter, first, second, gradient,
			s.Scale, s.Beta1, 1-s.Beta1, s.Beta2, 1-s.Beta2, s.Rate/s.Correction1, 1/s.Correction2, s.Epsilon)
	}
}
