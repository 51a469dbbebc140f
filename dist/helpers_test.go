package dist_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

// array is an input of a test: numbers with a shape.
type array struct {
	shape []int
	data  []float64
}

func vector(data ...float64) array { return array{[]int{len(data)}, data} }

func matrix(rows int, data ...float64) array { return array{[]int{rows, len(data) / rows}, data} }

func traceOf(t *testing.T, f func(in []*grad.Value) *grad.Value, inputs []array) *grad.Program {
	t.Helper()
	program, err := grad.Trace(func(t *grad.Tracer) {
		var values []*grad.Value
		for i, input := range inputs {
			values = append(values, t.Input(fmt.Sprint(i), input.shape...))
		}
		t.Output("result", f(values))
	})
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// compute runs f once in float64 and returns its elements.
func compute(t *testing.T, f func(in []*grad.Value) *grad.Value, inputs ...array) []float64 {
	t.Helper()
	executable, err := grad.CompileReference(traceOf(t, f, inputs))
	if err != nil {
		t.Fatal(err)
	}
	for i, input := range inputs {
		copy(executable.Input(fmt.Sprint(i)), input.data)
	}
	executable.Run()
	return executable.Output("result")
}

// compute32 runs f once in float32, as training does.
func compute32(t *testing.T, f func(in []*grad.Value) *grad.Value, inputs ...array) []float32 {
	t.Helper()
	executable, err := grad.Compile(traceOf(t, f, inputs), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, input := range inputs {
		for j, x := range input.data {
			executable.Input(fmt.Sprint(i))[j] = float32(x)
		}
	}
	executable.Run()
	return executable.Output("result")
}

func nearAll(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		near(t, fmt.Sprintf("%s, element %d", what, i), got[i], want[i], tolerance)
	}
}

// checkGradients compares the gradients of functions of the same inputs with finite differences.
func checkGradients(t *testing.T, draw gradtest.Draw, functions map[string]func(in []*grad.Value) *grad.Value, shapes ...[]int) {
	t.Helper()
	for name, f := range functions {
		t.Run(name, func(t *testing.T) {
			gradtest.Check(t, draw, func(_ *grad.Tracer, in []*grad.Value) *grad.Value { return f(in) }, shapes...)
		})
	}
}

func softmax(logits []float64) []float64 {
	sum, result := 0.0, make([]float64, len(logits))
	for i, l := range logits {
		result[i] = math.Exp(l)
		sum += result[i]
	}
	for i := range result {
		result[i] /= sum
	}
	return result
}
