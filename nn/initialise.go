package nn

import (
	"math"
	"math/rand/v2"
)

// truncatedDeviation is the standard deviation of a standard normal number given that it is within
// two deviations.
const truncatedDeviation = 0.8796256610342398

// TruncatedNormalFanIn draws weights from a normal distribution cut off at two deviations, widened
// so that the variance after the cut is scale / fanIn.
func TruncatedNormalFanIn(scale float64) Initialiser {
	return func(weights []float32, fanIn, _ int, random *rand.Rand) {
		deviation := math.Sqrt(scale/float64(fanIn)) / truncatedDeviation
		for i := range weights {
			x := random.NormFloat64()
			for math.Abs(x) > 2 {
				x = random.NormFloat64()
			}
			weights[i] = float32(deviation * x)
		}
	}
}

// Orthogonal makes the rows of the weight matrix, or its columns if these are fewer, orthogonal
// vectors of length gain, uniformly among all such (Saxe et al., 2014). The matrix has fanIn rows,
// also that of a convolution.
func Orthogonal(gain float64) Initialiser {
	return func(weights []float32, rows, _ int, random *rand.Rand) {
		columns := len(weights) / rows
		vectorStride, elementStride := columns, 1
		if rows > columns {
			vectorStride, elementStride = 1, columns
		}
		for i, vector := range orthonormal(min(rows, columns), max(rows, columns), random) {
			for j, x := range vector {
				weights[i*vectorStride+j*elementStride] = float32(gain * x)
			}
		}
	}
}

// orthonormal returns count orthogonal unit vectors of the given size, at least count: normal ones
// after the modified Gram-Schmidt process.
func orthonormal(count, size int, random *rand.Rand) [][]float64 {
	vectors := make([][]float64, count)
	for i := range vectors {
		v := make([]float64, size)
		for j := range v {
			v[j] = random.NormFloat64()
		}
		for _, u := range vectors[:i] {
			addScaled(v, u, -dot(u, v))
		}
		length := math.Sqrt(dot(v, v))
		for j := range v {
			v[j] /= length
		}
		vectors[i] = v
	}
	return vectors
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

func addScaled(a, b []float64, scale float64) {
	for i, x := range b {
		a[i] += scale * x
	}
}
