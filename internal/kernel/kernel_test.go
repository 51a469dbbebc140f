package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The compliance suite: every Set against Reference[float64], on every length that exercises a
// tail and on the values where functions go wrong.

// Relative tolerances against float64. One unit in the last place is 6e-8 to 1.2e-7.
const (
	exact    = 1.2e-7 // single operations
	accurate = 4e-7   // functions
	summed   = 2e-6   // reductions and what is computed from them
)

// everySet runs a test for each Set this CPU can run.
func everySet(t *testing.T, test func(t *testing.T, s *Set[float32])) {
	for _, s := range Sets() {
		t.Run(s.Name, func(t *testing.T) { test(t, s) })
	}
}

// lengths covers all tails of all vector widths and unrollings, and some long slices.
func lengths() []int {
	all := []int{127, 128, 129, 255, 1000, 4099}
	for n := range 101 {
		all = append(all, n)
	}
	return all
}

// extremes are the values where functions have limits, change branch, or lose accuracy.
func extremes() []float32 {
	inf := float32(math.Inf(1))
	positive := []float32{0, 1e-45, 1e-40, 0x1p-126, 1e-30, 1e-10, 1e-6, 1e-3, 0.1, 0.3466, 0.5, 0.7499, 0.75,
		1, 0.99999994, 1.0000001, 1.4999, 1.5, 2, 9, 15, 20, 80, 87, 88, 88.7, 89, 100, 103, 105, 1e5, 1e30,
		math.MaxFloat32, inf}
	var all []float32
	for _, x := range positive {
		all = append(all, x, -x)
	}
	return append(all, float32(math.NaN()))
}

// sample draws numbers of all magnitudes, after the extremes where they fit.
func sample(source *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(source.NormFloat64() * math.Exp(4*source.NormFloat64()))
	}
	if n > 100 {
		copy(x, extremes())
	}
	return x
}

func normal(source *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(source.NormFloat64())
	}
	return x
}

func generator() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// near tells whether got is what rounding may make of want; slack is an absolute allowance.
func near(got float32, want, tolerance, slack float64) bool {
	rounded := float64(float32(want))
	switch {
	case math.IsNaN(want):
		return got != got
	case math.IsInf(rounded, 0):
		return float64(got) == rounded || math.Abs(float64(got)) > (1-tolerance)*math.MaxFloat32 && !math.IsInf(want, 0)
	case math.IsInf(float64(got), 0):
		return math.Abs(want) > (1-tolerance)*math.MaxFloat32
	}
	return math.Abs(float64(got)-want) <= tolerance*math.Abs(want)+slack+2*math.SmallestNonzeroFloat32
}

func compare(t *testing.T, name string, got []float32, want []float64, tolerance, slack float64, inputs ...[]float32) {
	t.Helper()
	for i := range got {
		if near(got[i], want[i], tolerance, slack) {
			continue
		}
		at := ""
		for _, x := range inputs {
			at += fmt.Sprintf(" %g", x[i])
		}
		t.Fatalf("%s of%s (element %d of %d): got %g, want %g", name, at, i, len(got), got[i], want[i])
	}
}

type unaryKernel[T Float] = func(dst, x []T)

func unaryKernels[T Float](s *Set[T]) map[string]unaryKernel[T] {
	return map[string]unaryKernel[T]{
		"Neg": s.Neg, "Abs": s.Abs, "Sign": s.Sign, "Square": s.Square, "Sqrt": s.Sqrt, "Exp": s.Exp, "Log": s.Log,
		"Erf": s.Erf, "SiLU": s.SiLU,
		"Tanh": s.Tanh, "Sigmoid": s.Sigmoid, "Softplus": s.Softplus, "ELU": s.ELU, "ReLU": s.ReLU,
	}
}

type pairKernel[T Float] = func(dst, a, b []T)

func pairKernels[T Float](s *Set[T]) map[string]pairKernel[T] {
	return map[string]pairKernel[T]{
		"Add": s.Add, "Sub": s.Sub, "Mul": s.Mul, "Div": s.Div, "Max": s.Max, "Min": s.Min, "Greater": s.Greater,
	}
}

func gradientKernels[T Float](s *Set[T]) map[string]pairKernel[T] {
	return map[string]pairKernel[T]{
		"TanhGradient": s.TanhGradient, "SigmoidGradient": s.SigmoidGradient, "ELUGradient": s.ELUGradient,
		"SoftplusGradient": s.SoftplusGradient, "SiLUGradient": s.SiLUGradient,
	}
}

type scalarKernel[T Float] = func(dst, a []T, b T)

func scalarKernels[T Float](s *Set[T]) map[string]scalarKernel[T] {
	return map[string]scalarKernel[T]{
		"AddScalar": s.AddScalar, "MulScalar": s.MulScalar, "DivScalar": s.DivScalar, "MaxScalar": s.MaxScalar,
		"MinScalar": s.MinScalar, "GreaterScalar": s.GreaterScalar, "SubFromScalar": s.SubFromScalar,
		"DivIntoScalar": s.DivIntoScalar, "LessScalar": s.LessScalar,
	}
}

func TestUnary(t *testing.T) {
	reference := unaryKernels(Reference[float64]())
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		for name, kernel := range unaryKernels(s) {
			for _, n := range lengths() {
				x := sample(source, n)
				got, want := make([]float32, n), make([]float64, n)
				kernel(got, x)
				reference[name](want, wide(x))
				compare(t, name, got, want, accurate, 0, x)
				kernel(x, x)
				checkSame(t, name+" in place", x, got)
			}
		}
	})
}

// TestFunctionsEverywhere walks through the whole range of float32, a few thousand steps a binade
// around the places where the functions bend.
func TestFunctionsEverywhere(t *testing.T) {
	const stride = 40009
	var x []float32
	for bits := uint64(0); bits < 1<<32; bits += stride {
		x = append(x, math.Float32frombits(uint32(bits)))
	}
	for v := float32(-110); v < 95; v += 0.003 {
		x = append(x, v)
	}
	reference := unaryKernels(Reference[float64]())
	everySet(t, func(t *testing.T, s *Set[float32]) {
		if s.Name == "go" {
			t.Skip("the same functions")
		}
		got, want := make([]float32, len(x)), make([]float64, len(x))
		for name, kernel := range unaryKernels(s) {
			kernel(got, x)
			reference[name](want, wide(x))
			compare(t, name, got, want, accurate, 0, x)
		}
	})
}

func TestPairs(t *testing.T) {
	reference := pairKernels(Reference[float64]())
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		for name, kernel := range pairKernels(s) {
			for _, n := range lengths() {
				a, b := sample(source, n), sample(source, n)
				source.Shuffle(n, func(i, j int) { b[i], b[j] = b[j], b[i] })
				got, want := make([]float32, n), make([]float64, n)
				kernel(got, a, b)
				reference[name](want, wide(a), wide(b))
				compare(t, name, got, want, exact, 0, a, b)
				checkPairInPlace(t, name, kernel, a, b, got)
			}
		}
	})
}

func checkPairInPlace(t *testing.T, name string, kernel pairKernel[float32], a, b, want []float32) {
	t.Helper()
	into := append([]float32{}, a...)
	kernel(into, into, b)
	checkSame(t, name+" onto a", into, want)
	into = append([]float32{}, b...)
	kernel(into, a, into)
	checkSame(t, name+" onto b", into, want)
}

func TestScalars(t *testing.T) {
	reference := scalarKernels(Reference[float64]())
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		for name, kernel := range scalarKernels(s) {
			for _, b := range []float32{0, 1.5, -3e20, float32(math.Inf(-1)), float32(math.NaN())} {
				for _, n := range lengths() {
					a := sample(source, n)
					got, want := make([]float32, n), make([]float64, n)
					kernel(got, a, b)
					reference[name](want, wide(a), float64(b))
					compare(t, fmt.Sprintf("%s %g", name, b), got, want, exact, 0, a)
					kernel(a, a, b)
					checkSame(t, name+" in place", a, got)
				}
			}
		}
	})
}

// Gradients from an output y cancel near saturation, so their tolerance is absolute there.
func TestGradients(t *testing.T) {
	reference := gradientKernels(Reference[float64]())
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		for name, kernel := range gradientKernels(s) {
			for _, n := range lengths() {
				y, g := normal(source, n), normal(source, n)
				got, want := make([]float32, n), make([]float64, n)
				kernel(got, y, g)
				reference[name](want, wide(y), wide(g))
				compare(t, name, got, want, accurate, 1e-6, y, g)
				checkPairInPlace(t, name, kernel, y, g, got)
			}
		}
	})
}

func TestAccumulation(t *testing.T) {
	reference := Reference[float64]()
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		for _, n := range lengths() {
			d, a, b := normal(source, n), normal(source, n), normal(source, n)
			got, want := append([]float32{}, d...), wide(d)
			s.MulAdd(got, a, b)
			reference.MulAdd(want, wide(a), wide(b))
			compare(t, "MulAdd", got, want, exact, 1e-6, d, a, b)
			got, want = append([]float32{}, d...), wide(d)
			s.AddScaled(got, a, 0.75)
			reference.AddScaled(want, wide(a), 0.75)
			compare(t, "AddScaled", got, want, exact, 1e-6, d, a)
		}
	})
}

func TestWhere(t *testing.T) {
	reference := Reference[float64]()
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		for _, n := range lengths() {
			mask, a, b := sample(source, n), sample(source, n), sample(source, n)
			for i := range mask {
				mask[i] *= float32(source.IntN(2)) // NaN and infinities stay what is not 0
			}
			source.Shuffle(n, func(i, j int) { a[i], a[j] = a[j], a[i] })
			got, want := make([]float32, n), make([]float64, n)
			s.Where(got, mask, a, b)
			reference.Where(want, wide(mask), wide(a), wide(b))
			compare(t, "Where", got, want, 0, 0, mask, a, b)
			s.Where(b, mask, a, b)
			checkSame(t, "Where in place", b, got)
		}
	})
}

func TestFromBytes(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		for _, n := range lengths() {
			x, want := make([]uint8, n), make([]float64, n)
			for i := range x {
				x[i] = uint8(source.IntN(256))
				want[i] = float64(x[i])
			}
			got := make([]float32, n)
			s.FromBytes(got, x)
			compare(t, "FromBytes", got, want, 0, 0)
		}
	})
}

func TestReductions(t *testing.T) {
	reference := Reference[float64]()
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		for _, n := range lengths() {
			a, b := normal(source, n), normal(source, n)
			magnitude := 1e-7 * float64(n+1)
			compare(t, "Sum", []float32{s.Sum(a)}, []float64{reference.Sum(wide(a))}, summed, magnitude)
			compare(t, "SumSquares", []float32{s.SumSquares(a)}, []float64{reference.SumSquares(wide(a))}, summed, 0)
			compare(t, "Dot", []float32{s.Dot(a, b)}, []float64{reference.Dot(wide(a), wide(b))}, summed, magnitude)
			compare(t, "Maximum", []float32{s.Maximum(a)}, []float64{reference.Maximum(wide(a))}, 0, 0)
			checkNaN(t, s, a)
		}
	})
}

// checkNaN places a NaN at every kind of position and expects all reductions to show it.
func checkNaN(t *testing.T, s *Set[float32], x []float32) {
	t.Helper()
	for _, i := range []int{0, len(x) / 2, len(x) - 1} {
		if len(x) == 0 {
			return
		}
		y := append([]float32{}, x...)
		y[i] = float32(math.NaN())
		for _, r := range []float32{s.Sum(y), s.SumSquares(y), s.Dot(y, y), s.Maximum(y)} {
			if r == r {
				t.Fatalf("a NaN at %d of %d is lost", i, len(y))
			}
		}
	}
}

func TestStandardise(t *testing.T) {
	reference := Reference[float64]()
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		for _, n := range lengths()[1:] {
			if n == 0 {
				continue
			}
			x, g := normal(source, n), normal(source, n)
			y, want := make([]float32, n), make([]float64, n)
			inverse := s.Standardise(y, x, 1e-3)
			wantInverse := reference.Standardise(want, wide(x), 1e-3)
			compare(t, "Standardise", y, want, summed, 1e-5, x)
			compare(t, "inverse", []float32{inverse}, []float64{wantInverse}, summed, 0)
			dst := make([]float32, n)
			s.StandardiseGradient(dst, y, g, inverse)
			reference.StandardiseGradient(want, wide(y), wide(g), float64(inverse))
			compare(t, "StandardiseGradient", dst, want, summed, 2e-6*float64(inverse), y, g)
			s.StandardiseGradient(g, y, g, inverse)
			checkSame(t, "StandardiseGradient in place", g, dst)
			s.Standardise(x, x, 1e-3)
			checkSame(t, "Standardise in place", x, y)
		}
	})
}

func TestAdam(t *testing.T) {
	step := AdamStep[float32]{Scale: 0.5, Rate: 3e-4, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Correction1: 0.19, Correction2: 0.002}
	wideStep := AdamStep[float64]{
		Scale: float64(step.Scale), Rate: float64(step.Rate), Beta1: float64(step.Beta1), Beta2: float64(step.Beta2),
		Epsilon: float64(step.Epsilon), Correction1: float64(step.Correction1), Correction2: float64(step.Correction2),
	}
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		for _, n := range lengths() {
			p, m, v, g := normal(source, n), normal(source, n), normal(source, n), normal(source, n)
			s.Square(v, v)
			wp, wm, wv := wide(p), wide(m), wide(v)
			s.Adam(p, m, v, g, step)
			Reference[float64]().Adam(wp, wm, wv, wide(g), wideStep)
			compare(t, "first moment", m, wm, accurate, 1e-7, g)
			compare(t, "second moment", v, wv, accurate, 1e-9, g)
			compare(t, "parameter", p, wp, exact, 1e-8, g)
		}
	})
}

// TestPositions checks that the value of an element does not depend on where in a slice it lies.
func TestPositions(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		source := generator()
		x, g := append(extremes(), normal(source, 61)...), normal(source, len(extremes())+61)
		one := make([]float32, 1)
		whole := make([]float32, len(x))
		for name, kernel := range unaryKernels(s) {
			kernel(whole, x)
			for i := range x {
				kernel(one, x[i:i+1])
				checkSame(t, name, one, whole[i:i+1])
			}
		}
		for name, kernel := range gradientKernels(s) {
			kernel(whole, x, g)
			for i := range x {
				kernel(one, x[i:i+1], g[i:i+1])
				checkSame(t, name, one, whole[i:i+1])
			}
		}
	})
}

// TestNothingBeyondTheEnd checks that masked stores leave what follows a slice alone.
func TestNothingBeyondTheEnd(t *testing.T) {
	everySet(t, func(t *testing.T, s *Set[float32]) {
		for n := range 70 {
			buffer := make([]float32, n+64)
			for i := range buffer {
				buffer[i] = 7
			}
			s.Exp(buffer[:n], make([]float32, n))
			for i, v := range buffer[n:] {
				if v != 7 {
					t.Fatalf("length %d: element %d was overwritten", n, n+i)
				}
			}
		}
	})
}

func checkSame(t *testing.T, name string, got, want []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) && (got[i] == got[i] || want[i] == want[i]) {
			t.Fatalf("%s: element %d of %d: got %g, want %g", name, i, len(want), got[i], want[i])
		}
	}
}
