package grad_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/tensor"
)

// array is the slow literal version of a value.
type array struct {
	shape tensor.Shape
	data  []float64
}

// each calls visit with every index of shape, in row-major order.
func each(shape tensor.Shape, visit func(index []int)) {
	index := make([]int, len(shape))
	for range shape.Size() {
		visit(index)
		for axis := len(shape) - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
}

// at is the element at index, which may have more axes in front, and axes that a repeats.
func (a array) at(index []int) float64 {
	offset := 0
	index = index[len(index)-len(a.shape):]
	for axis, size := range a.shape {
		offset = offset*size + index[axis]%size
	}
	return a.data[offset]
}

var binaryOperations = map[string]struct {
	trace func(a *grad.Value, b grad.Operand) *grad.Value
	naive func(a, b float64) float64
}{
	"add":     {(*grad.Value).Add, func(a, b float64) float64 { return a + b }},
	"sub":     {(*grad.Value).Sub, func(a, b float64) float64 { return a - b }},
	"mul":     {(*grad.Value).Mul, func(a, b float64) float64 { return a * b }},
	"div":     {(*grad.Value).Div, func(a, b float64) float64 { return a / b }},
	"max":     {(*grad.Value).Max, math.Max},
	"min":     {(*grad.Value).Min, math.Min},
	"greater": {(*grad.Value).Greater, func(a, b float64) float64 { return step(a - b) }},
}

func step(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}

// shapeGenerator draws shapes of up to four axes.
var shapeGenerator = rapid.SliceOfN(rapid.SampledFrom([]int{1, 2, 3, 3, 4, 5, 17}), 0, 4)

// operandShape draws a shape that broadcasts to shape.
func operandShape(t *rapid.T, shape []int, label string) []int {
	kept := append([]int{}, shape[rapid.IntRange(0, len(shape)).Draw(t, label+" missing"):]...)
	for axis := range kept {
		if rapid.Bool().Draw(t, label+" repeated") {
			kept[axis] = 1
		}
	}
	return kept
}

// filled is the array filled with small whole numbers, of which many are equal and
// none is 0.
func (a array) filled(random *rand.Rand) array {
	a.data = make([]float64, a.shape.Size())
	for i := range a.data {
		a.data[i] = float64(1+random.IntN(4)) * float64(2*random.IntN(2)-1)
	}
	return a
}

func TestBinaryOperationsBroadcast(t *testing.T) {
	for name, operation := range binaryOperations {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				whole := shapeGenerator.Draw(r, "shape")
				random := rand.New(rand.NewPCG(uint64(len(whole)), 1))
				a := array{shape: operandShape(r, whole, "a")}.filled(random)
				b := array{shape: operandShape(r, whole, "b")}.filled(random)
				shape, _ := tensor.Broadcast(a.shape, b.shape)
				executable := compileBoth(r, a, b, operation.trace)
				executable.Run()
				i, got := 0, executable.Output("result")
				each(shape, func(index []int) {
					if want := operation.naive(a.at(index), b.at(index)); got[i] != want {
						r.Fatalf("%v %s %v at %v is %v, want %v", a.shape, name, b.shape, index, got[i], want)
					}
					i++
				})
			})
		})
	}
}

func compileBoth(r *rapid.T, a, b array, operation func(a *grad.Value, b grad.Operand) *grad.Value) *grad.Executable[float64] {
	program, err := grad.Trace(func(t *grad.Tracer) {
		t.Output("result", operation(t.Input("a", a.shape...), t.Input("b", b.shape...)))
	})
	if err != nil {
		r.Fatal(err)
	}
	executable, err := grad.CompileReference(program)
	if err != nil {
		r.Fatal(err)
	}
	copy(executable.Input("a"), a.data)
	copy(executable.Input("b"), b.data)
	return executable
}

// An explicit Broadcast gives what the implied one does, whether or not it is folded away.
func TestExplicitBroadcasts(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		whole := shapeGenerator.Draw(r, "shape")
		a := array{shape: operandShape(r, whole, "a")}.filled(rand.New(rand.NewPCG(1, 1)))
		b := array{shape: operandShape(r, whole, "b")}.filled(rand.New(rand.NewPCG(2, 2)))
		implied, _ := tensor.Broadcast(a.shape, b.shape)
		pinned := rapid.Bool().Draw(r, "keep the broadcast")
		program, err := grad.Trace(func(t *grad.Tracer) {
			x, y := t.Input("a", a.shape...), t.Input("b", b.shape...)
			wide := x.Broadcast(implied...)
			if pinned {
				t.Output("wide", wide)
			}
			t.Output("explicit", wide.Sub(y.Broadcast(implied...)))
			t.Output("implied", x.Sub(y))
		})
		if err != nil {
			r.Fatal(err)
		}
		executable, _ := grad.CompileReference(program)
		copy(executable.Input("a"), a.data)
		copy(executable.Input("b"), b.data)
		executable.Run()
		for i, want := range executable.Output("implied") {
			if got := executable.Output("explicit")[i]; got != want {
				r.Fatalf("element %d is %v, want %v", i, got, want)
			}
		}
	})
}

// subsets lists every choice of axes.
func subsets(rank int) [][]int {
	lists := [][]int{nil}
	for axis := range rank {
		for _, list := range lists {
			lists = append(lists, append(append([]int{}, list...), axis))
		}
	}
	return lists
}

// reduceNaively combines all elements that agree in the axes that are kept.
func (a array) reduceNaively(axes []int, start float64, combine func(x, y float64) float64) []float64 {
	shape := append(tensor.Shape{}, a.shape...)
	for _, axis := range axes {
		shape[axis] = 1
	}
	result := array{shape: shape, data: make([]float64, shape.Size())}
	for i := range result.data {
		result.data[i] = start
	}
	i := 0
	each(a.shape, func(index []int) {
		offset := 0
		for axis, size := range shape {
			offset = offset*size + index[axis]%size
		}
		result.data[offset] = combine(result.data[offset], a.data[i])
		i++
	})
	return result.data
}

func TestReductionsOverAllChoicesOfAxes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	add := func(x, y float64) float64 { return x + y }
	for _, shape := range []tensor.Shape{{5}, {4, 3}, {2, 3, 4}, {1, 3, 1, 2}, {3, 2, 2, 3}, {2, 0}, {0, 2}, {3, 0, 2}, {40000}, {3, 20000}, {20000, 3}, {2, 1000, 3, 5}, {700, 3, 300}} {
		a := array{shape: shape}.filled(random)
		for _, axes := range subsets(len(shape))[1:] {
			executable := reference(t, func(t *grad.Tracer) {
				x := t.Input("x", shape...)
				t.Output("sum", x.Sum(axes...))
				t.Output("maximum", x.Maximum(axes...))
				t.Output("mean", x.Mean(axes...).Mul(grad.Scalar(1)))
			})
			copy(executable.Input("x"), a.data)
			executable.Run()
			executable.Run() // the second run finds the memory dirty
			sums := a.reduceNaively(axes, 0, add)
			equal(t, fmt.Sprint("sum of ", shape, axes), executable.Output("sum"), sums)
			equal(t, fmt.Sprint("maximum of ", shape, axes), executable.Output("maximum"), a.reduceNaively(axes, math.Inf(-1), math.Max))
			if shape.Size() > 0 {
				for i := range sums {
					sums[i] *= float64(len(sums)) / float64(shape.Size())
				}
				near(t, fmt.Sprint("mean of ", shape, axes), executable.Output("mean"), sums, 1e-15)
			}
		}
	}
}

// Repeated and negative axes name the same axes.
func TestAxesMayCountFromTheEnd(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		x := t.Normal(1, 2, 3, 4)
		t.Output("got", x.Sum(-1, 2, 0))
		t.Output("want", x.Sum(0, 2))
		t.Output("kept", x.Sum(1).KeepAxis(-1).Concat(-1, x.Sum(1).KeepAxis(2)))
	})
	executable.Run()
	near(t, "sum", executable.Output("got"), executable.Output("want"), 1e-14)
	equal(t, "size", []int{len(executable.Output("kept"))}, []int{2 * 4 * 2})
}

func TestRearrangements(t *testing.T) {
	x := array{shape: tensor.Shape{2, 3, 4}}.filled(rand.New(rand.NewPCG(3, 3)))
	y := array{shape: tensor.Shape{2, 2, 4}}.filled(rand.New(rand.NewPCG(4, 4)))
	executable := reference(t, func(t *grad.Tracer) {
		a, b := t.Input("a", x.shape...), t.Input("b", y.shape...)
		t.Output("transpose", a.Transpose(2, 0, 1))
		t.Output("concat", a.Concat(1, b, a))
		t.Output("slice", a.Slice(1, 1, 3))
		t.Output("empty", a.Slice(1, 2, 2).Concat(1, b))
	})
	copy(executable.Input("a"), x.data)
	copy(executable.Input("b"), y.data)
	executable.Run()
	expect := func(name string, shape tensor.Shape, source func(index []int) float64) {
		var want []float64
		each(shape, func(index []int) { want = append(want, source(index)) })
		equal(t, name, executable.Output(name), want)
	}
	expect("transpose", tensor.Shape{4, 2, 3}, func(i []int) float64 { return x.at([]int{i[1], i[2], i[0]}) })
	expect("slice", tensor.Shape{2, 2, 4}, func(i []int) float64 { return x.at([]int{i[0], i[1] + 1, i[2]}) })
	expect("empty", y.shape, y.at)
	expect("concat", tensor.Shape{2, 8, 4}, func(i []int) float64 {
		if i[1] >= 3 && i[1] < 5 {
			return y.at([]int{i[0], i[1] - 3, i[2]})
		}
		return x.at([]int{i[0], i[1] % 5, i[2]})
	})
}

// The sum over an empty axis is 0 even where its memory held something else before.
func TestSumsOfNothingAreZero(t *testing.T) {
	executable := reference(t, func(t *grad.Tracer) {
		t.Output("dirt", t.Normal(1, 3).Exp().Maximum())
		x := t.Input("x", 3, 0, 2)
		t.Output("last", x.Sum(-1, 1))
		t.Output("dirt again", t.Normal(2, 3).Exp().Maximum())
		t.Output("middle", t.Input("y", 3, 0).Sum(1))
	})
	executable.Run()
	equal(t, "last", executable.Output("last"), make([]float64, 3))
	equal(t, "middle", executable.Output("middle"), make([]float64, 3))
}
