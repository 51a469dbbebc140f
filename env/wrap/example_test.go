package wrap_test

import (
	"fmt"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/env/wrap"
)

// The pictures of the latest three steps, each of which repeats its action four times.
func Example() {
	task, err := classic.NewPendulum(1)
	if err != nil {
		panic(err)
	}
	e, err := wrap.ActionRepeat(task, 4)
	if err == nil {
		e, err = wrap.Pixels(e, 0, 64, 48)
	}
	if err == nil {
		e, err = wrap.Select(e, wrap.PixelsName)
	}
	if err == nil {
		e, err = wrap.FrameStack(e, 3)
	}
	if err != nil {
		panic(err)
	}
	defer e.Close()
	for _, spec := range e.Observations() {
		fmt.Println(spec.Name, spec.Shape, spec.Kind)
	}
	fmt.Println(wrap.Repeat(e), "control steps in a step")
	_, err = wrap.Select(e, "velocity")
	fmt.Println(err)
	// Output:
	// pixels [3 48 64 3] uint8
	// 4 control steps in a step
	// wrap: select: no observation is called "velocity"; there are pixels
}
