package nn_test

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// With the last layer 0 a residual block is the identity.
func TestResidualMLPAddsToItsInput(t *testing.T) {
	block := nn.NewResidualMLP(4, source())
	change := func(x, _ *grad.Value) *grad.Value { return block.Apply(x).Sub(x) }
	if _, _, largest := moments(run(t, change, []int{2, 4}, []int{1})); largest < 0.1 {
		t.Errorf("the block changes its input by %g at most", largest)
	}
	block.Shrink.Weight.Filled(0)
	_, _, largest := moments(run(t, change, []int{2, 4}, []int{1}))
	near(t, "change", largest, 0, 0)
}
