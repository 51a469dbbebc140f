package rl_test

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/rl"
)

// By hand: of 1 ... 21 the percentiles 5 and 95 are 2 and 20; of what counts then, -3 and 7, they are -3 both,
// for number 0.95 is number 0.
func TestPercentileRangeByHand(t *testing.T) {
	program, err := grad.Trace(func(t *grad.Tracer) {
		t.Output("range", rl.PercentileRange(t, t.Input("x", 3, 7), t.Input("mask", 3, 7), 5, 95))
	})
	if err != nil {
		t.Fatal(err)
	}
	step, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	x, mask := step.Input("x"), step.Input("mask")
	for i := range x {
		x[i], mask[i] = float32((i*8)%21+1), 1 // in no order
	}
	check := func(want float32) {
		t.Helper()
		step.Run()
		if got := step.Output("range")[0]; got != want {
			t.Errorf("the range is %g, want %g", got, want)
		}
	}
	check(18)
	clear(mask)
	check(0)
	x[3], mask[3], x[9], mask[9] = 7, 1, -3, 1
	check(0)
	mask[20], x[20] = 1, 40
	check(10)
}
