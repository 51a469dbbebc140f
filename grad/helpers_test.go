package grad_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

func trace(t testing.TB, build func(t *grad.Tracer)) *grad.Program {
	t.Helper()
	program, err := grad.Trace(build)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// fast compiles what build traces to float32.
func fast(t testing.TB, workers *grad.Workers, build func(t *grad.Tracer)) *grad.Executable[float32] {
	t.Helper()
	executable, err := grad.Compile(trace(t, build), workers)
	if err != nil {
		t.Fatal(err)
	}
	return executable
}

// reference compiles what build traces to float64.
func reference(t testing.TB, build func(t *grad.Tracer)) *grad.Executable[float64] {
	t.Helper()
	executable, err := grad.CompileReference(trace(t, build))
	if err != nil {
		t.Fatal(err)
	}
	return executable
}

// draw fills data with standard normal numbers.
func draw[T grad.Float](data []T, random *rand.Rand) {
	for i := range data {
		data[i] = T(random.NormFloat64())
	}
}

func equal[T comparable](t testing.TB, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// near fails the test unless got and want agree within tolerance, relative to 1 + |want|.
func near[T, U grad.Float](t testing.TB, what string, got []T, want []U, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		x, y := float64(got[i]), float64(want[i])
		if x != y && !(math.Abs(x-y) <= tolerance*(1+math.Abs(y))) {
			t.Fatalf("%s: element %d is %.9g, want %.9g", what, i, x, y)
		}
	}
}
