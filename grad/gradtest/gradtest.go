// Package gradtest checks traced gradients against finite differences, in float64, and whole blocks
// against stored numbers.
package gradtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// Function traces a value of any shape from inputs.
type Function func(t *grad.Tracer, inputs []*grad.Value) *grad.Value

// Draw gives a random number to try a function at.
type Draw func(random *rand.Rand) float64

// Normal draws from the standard normal distribution.
func Normal(random *rand.Rand) float64 { return random.NormFloat64() }

// Positive draws from [0.5, 2.5).
func Positive(random *rand.Rand) float64 { return 0.5 + 2*random.Float64() }

// step is the distance of a central difference. In float64 it leaves about nine digits.
const step = 1e-5

// Check fails the test if, at random inputs of the given shapes, the gradient of a random weighting
// of function's elements differs from central differences by more than 1e-6, relative to 1 + |gradient|.
func Check(t *testing.T, draw Draw, function Function, shapes ...[]int) {
	t.Helper()
	executable := compile(t, function, shapes)
	for seed := range uint64(3) {
		random := rand.New(rand.NewPCG(seed, 1))
		for i := range shapes {
			input := executable.Input(fmt.Sprint("input", i))
			for j := range input {
				input[j] = draw(random)
			}
		}
		weights := executable.Input("weights")
		for j := range weights {
			weights[j] = random.NormFloat64()
		}
		compare(t, executable, len(shapes))
	}
}

func compile(t *testing.T, function Function, shapes [][]int) *grad.Executable[float64] {
	t.Helper()
	program, err := grad.Trace(func(t *grad.Tracer) {
		var inputs []*grad.Value
		var targets []grad.Operand
		for i, shape := range shapes {
			inputs = append(inputs, t.Input(fmt.Sprint("input", i), shape...))
			targets = append(targets, inputs[i])
		}
		result := function(t, inputs)
		loss := result.Mul(t.Input("weights", result.Shape()...)).Sum()
		t.Output("loss", loss)
		for i, gradient := range grad.Gradient(loss, targets...) {
			t.Output(fmt.Sprint("gradient", i), gradient)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	return executable
}

func compare(t *testing.T, executable *grad.Executable[float64], inputs int) {
	t.Helper()
	loss := func() float64 {
		executable.Run()
		return executable.Output("loss")[0]
	}
	for i := range inputs {
		executable.Run()
		gradient := append([]float64(nil), executable.Output(fmt.Sprint("gradient", i))...)
		input := executable.Input(fmt.Sprint("input", i))
		for j, x := range input {
			input[j] = x + step
			above := loss()
			input[j] = x - step
			below := loss()
			input[j] = x
			difference := (above - below) / (2 * step)
			if !(math.Abs(difference-gradient[j]) <= 1e-6*(1+math.Abs(difference))) {
				t.Errorf("input %d, element %d at %g: gradient %g, finite difference %g", i, j, x, gradient[j], difference)
			}
		}
	}
}
