package nn_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

func TestTruncatedNormalFanIn(t *testing.T) {
	layer := nn.NewLinear(100, 1000, nn.TruncatedNormalFanIn(0.5), source())
	mean, variance, largest := moments(layer.Weight.Data)
	near(t, "mean", mean, 0, 0.001)
	near(t, "variance", variance, 0.5/100, 0.01*0.5/100)
	bound := 2 * math.Sqrt(0.5/100) / 0.8796256610342398
	if largest > bound || largest < 0.999*bound {
		t.Errorf("the largest weight is %g, want just within %g", largest, bound)
	}
}

// The product of the matrix with its transpose, on the smaller side, is gain² times the identity.
func TestOrthogonal(t *testing.T) {
	for _, shape := range [][2]int{{5, 12}, {12, 5}, {6, 6}} {
		rows, columns := shape[0], shape[1]
		weights := nn.NewLinear(rows, columns, nn.Orthogonal(1.5), source()).Weight.Data
		at := func(i, j int) float64 {
			if rows > columns {
				i, j = j, i
			}
			return float64(weights[i*columns+j])
		}
		for i := range min(rows, columns) {
			for k := range i + 1 {
				product, want := 0.0, 0.0
				for j := range max(rows, columns) {
					product += at(i, j) * at(k, j)
				}
				if i == k {
					want = 1.5 * 1.5
				}
				near(t, "product of two vectors", product, want, 1e-6)
			}
		}
	}
}

// The kernel of a convolution is a matrix from a whole window to the outputs.
func TestOrthogonalConvolution(t *testing.T) {
	kernel := nn.NewConv(2, 4, grad.Window{Height: 3, Width: 3, Stride: 1}, nn.Orthogonal(1), source()).Kernel.Data
	for i := range 4 {
		for k := range i + 1 {
			product, want := 0.0, 0.0
			for j := range 18 {
				product += float64(kernel[j*4+i]) * float64(kernel[j*4+k])
			}
			if i == k {
				want = 1
			}
			near(t, "product of two columns", product, want, 1e-6)
		}
	}
}

// No direction is preferred: over many draws each element has mean 0 and variance 1 / size.
func TestOrthogonalIsUniform(t *testing.T) {
	random, first := source(), make([]float64, 4000)
	for i := range first {
		weights := make([]float32, 4)
		nn.Orthogonal(1)(weights, 2, 2, random)
		first[i] = float64(weights[3])
	}
	mean, variance, _ := moments(first)
	near(t, "mean", mean, 0, 0.04)
	near(t, "variance", variance, 0.5, 0.02)
}
