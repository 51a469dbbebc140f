// Package grad is the differentiable engine: Go code is traced once into a static program, the
// program is differentiated into a larger program, and an executor replays it without allocating.
//
//	program, err := grad.Trace(func(t *grad.Tracer) {
//		x, y := t.Input("x", 256, 24), t.Input("y", 256, 6)
//		loss := network.Apply(x).Sub(y).Square().Mean()
//		gradients := grad.Gradient(loss, network.Weight, network.Bias)
//		...
//		t.Output("loss", loss)
//	})
//	step, err := grad.Compile(program, workers)
//	copy(step.Input("x"), batch)
//	step.Run()
//	fmt.Println(step.Output("loss")[0])
//
// A Value is a node of the program. Values chain left to right, and wherever a value can stand, a
// Parameter or a Scalar can. Element-wise operations broadcast as NumPy does. A mistake in a shape
// is reported by Trace as an error that names the operation, the shapes and the line that traced it.
//
// A program reads every parameter as it was when the run began; assignments and optimiser steps
// take effect when the run ends. Gradients are asked for with respect to the parameters one names,
// so freezing a network is a matter of not naming it, and gradients still flow to its inputs.
//
// Inputs may be bytes, integers or booleans as well as numbers (Tracer.Bytes and its neighbours); in the
// program they are numbers. Random numbers are inputs that a program draws itself: see Tracer.Normal and
// Executable.Seed.
//
// Programs run in float32 on the fastest kernels (Compile), or in float64 on the pure-Go ones
// (CompileReference), which is how tests compare gradients with finite differences.
package grad
