package grad_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/kernel"
)

// everySet runs program in float64 and, for each set of kernels of this CPU, in float32 with two
// workers, all on the inputs that fill makes, and compares the outputs.
func everySet(t *testing.T, program *grad.Program, fill func(name string, x []float32), inputs, outputs []string) {
	t.Helper()
	exact, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	workers := grad.NewWorkers(2)
	defer workers.Close()
	for _, set := range kernel.Sets() {
		quick, err := grad.CompileWith(program, set, workers)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range inputs {
			fill(name, quick.Input(name))
			for i, x := range quick.Input(name) {
				exact.Input(name)[i] = float64(x)
			}
		}
		for range 2 { // the second run finds the memory dirty
			quick.Run()
			exact.Run()
		}
		for _, name := range outputs {
			near(t, fmt.Sprint(set.Name, " ", name), quick.Output(name), exact.Output(name), 2e-5)
		}
	}
}

// Each operation and its gradient are the same on all kernels, but for rounding.
func TestEverySetAgreesOnRules(t *testing.T) {
	for name, c := range ruleCases {
		t.Run(name, func(t *testing.T) {
			var inputs, outputs []string
			program := trace(t, func(t *grad.Tracer) {
				var in []*grad.Value
				var targets []grad.Operand
				for i, shape := range c.shapes {
					inputs = append(inputs, fmt.Sprint("input", i))
					in = append(in, t.Input(inputs[i], shape...))
					targets = append(targets, in[i])
				}
				result := c.function(in)
				t.Output("result", result)
				outputs = append(outputs, "result")
				for i, gradient := range grad.Gradient(result.Square().Sum(), targets...) {
					outputs = append(outputs, fmt.Sprint("gradient", i))
					t.Output(outputs[i+1], gradient)
				}
			})
			random := rand.New(rand.NewPCG(11, 1))
			fill := func(_ string, x []float32) {
				for i := range x {
					x[i] = float32(c.draw(random))
				}
			}
			everySet(t, program, fill, inputs, outputs)
		})
	}
}
