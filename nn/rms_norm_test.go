package nn_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// The mean square is 1 whatever the input's scale; unlike LayerNorm it leaves the mean in.
func TestRMSNorm(t *testing.T) {
	norm := nn.NewRMSNorm(50)
	for _, scale := range []float64{1, 1e3} {
		y := run(t, func(x, _ *grad.Value) *grad.Value { return norm.Apply(x.Add(grad.Scalar(2)).Mul(grad.Scalar(scale))) }, []int{1, 50}, []int{1})
		mean, variance, _ := moments(y)
		near(t, "mean square", mean*mean+variance, 1, 1e-5)
		if math.Abs(mean) < 0.5 {
			t.Errorf("the mean is %g", mean)
		}
	}
}
