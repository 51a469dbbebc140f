package grad_test

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// A frozen parameter is read and has a gradient, and no program sets it until it thaws.
func TestFrozenParametersStay(t *testing.T) {
	weight, copied := parameterOf(1, 2), parameterOf(5, 5)
	state := plainAdam(weight)
	executable := fast(t, nil, func(t *grad.Tracer) {
		gradient := grad.Gradient(t.Value(weight).Square().Sum(), weight)[0]
		t.Output("gradient", gradient)
		t.Adam(state, gradient, one, one, one)
		t.Assign(copied, weight)
	})
	weight.Frozen, copied.Frozen = true, true
	executable.Run()
	equal(t, "gradient", executable.Output("gradient"), []float32{2, 4})
	equal(t, "weight", weight.Data, []float32{1, 2})
	equal(t, "first moment", state.First.Data, []float32{0, 0})
	equal(t, "copy", copied.Data, []float32{5, 5})
	weight.Frozen, copied.Frozen = false, false
	executable.Run()
	near(t, "weight", weight.Data, []float32{0, 1}, 1e-4)
	equal(t, "copy", copied.Data, []float32{1, 2})
}

// A step whose moments cannot be kept is not made.
func TestFrozenMomentsHoldTheParameter(t *testing.T) {
	weight := parameterOf(1, 2)
	state := plainAdam(weight)
	executable := fast(t, nil, func(t *grad.Tracer) { t.Adam(state, weight, one, one, one) })
	state.Second.Frozen = true
	executable.Run()
	equal(t, "weight", weight.Data, []float32{1, 2})
	equal(t, "first moment", state.First.Data, []float32{0, 0})
}
