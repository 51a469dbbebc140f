package grad_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// Values by hand: Φ(1) = 0.8413447461 and sigmoid(1) = 0.7310585786; both functions vanish far to the
// left and are the identity far to the right.
func TestActivationsByHand(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		x := t.Input("x", 4)
		t.Output("gelu", x.GELU())
		t.Output("silu", x.SiLU())
		t.Output("erf", x.Erf())
		t.Output("sin", x.Sin())
		t.Output("cos", x.Cos())
	})
	copy(executable.Input("x"), []float64{0, 1, 1000, -1000})
	executable.Run()
	near(t, "gelu", executable.Output("gelu"), []float64{0, 0.8413447460685429, 1000, 0}, 1e-12)
	near(t, "silu", executable.Output("silu"), []float64{0, 0.7310585786300049, 1000, 0}, 1e-12)
	near(t, "erf", executable.Output("erf"), []float64{0, math.Erf(1), 1, -1}, 1e-15)
	near(t, "sin", executable.Output("sin")[:2], []float64{0, 0.8414709848078965}, 1e-15)
	near(t, "cos", executable.Output("cos")[:2], []float64{1, 0.5403023058681398}, 1e-15)
}
