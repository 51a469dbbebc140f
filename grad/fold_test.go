package grad_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

// fieldsOf is the words of a program's listing.
func fieldsOf(listing string) []string { return strings.Fields(listing) }

// count is how often the operation occurs in the program.
func count(program *grad.Program, operation string) int {
	return strings.Count(program.String(), "= "+operation+" ") + strings.Count(program.String(), "= "+operation+"\n")
}

// A bias becomes part of the product, whatever lies between, unless something else needs the bare
// product; the numbers are the same.
func TestBiasFolding(t *testing.T) {
	weight, bias := grad.NewParameter(4, 3), grad.NewParameter(3)
	random := rand.New(rand.NewPCG(1, 1))
	draw(weight.Data, random)
	draw(bias.Data, random)
	for name, c := range map[string]struct {
		adds  int
		build func(t *grad.Tracer, x *grad.Value) *grad.Value
	}{
		"parameter": {0, func(_ *grad.Tracer, x *grad.Value) *grad.Value { return x.MatMul(weight).Add(bias) }},
		"computed bias": {0, func(t *grad.Tracer, x *grad.Value) *grad.Value {
			b := t.Value(bias).Neg().Neg()
			return x.MatMul(weight).Add(b)
		}},
		"bias too late": {1, func(t *grad.Tracer, x *grad.Value) *grad.Value {
			product := x.MatMul(weight)
			return product.Add(t.Value(bias).Neg().Neg())
		}},
		"product needed": {1, func(t *grad.Tracer, x *grad.Value) *grad.Value {
			product := x.MatMul(weight)
			t.Output("product", product)
			return product.Add(bias)
		}},
		"matrix needed": {1, func(t *grad.Tracer, x *grad.Value) *grad.Value {
			product := x.Reshape(6, 4).MatMul(weight)
			t.Output("product", product)
			return product.Add(bias)
		}},
		"reshape needed": {2, func(_ *grad.Tracer, x *grad.Value) *grad.Value {
			product := x.MatMul(weight)
			return product.Add(bias).Add(product.Reshape(6, 3).Sum(0).Mul(grad.Scalar(0)))
		}},
		"twice": {1, func(_ *grad.Tracer, x *grad.Value) *grad.Value {
			return x.MatMul(weight).Add(bias).Add(grad.NewParameter(3))
		}},
		"column": {2, func(_ *grad.Tracer, x *grad.Value) *grad.Value {
			column := grad.NewParameter(3, 1)
			copy(column.Data, []float32{1, 2, 3})
			return x.MatMul(weight).Add(column).Add(bias).Sub(column)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			program := trace(t, func(t *grad.Tracer) { t.Output("y", c.build(t, t.Input("x", 2, 3, 4))) })
			equal(t, "number of additions", []int{count(program, "add")}, []int{c.adds})
			compareWithPlainSum(t, program, weight, bias)
		})
	}
}

func compareWithPlainSum(t *testing.T, program *grad.Program, weight, bias *grad.Parameter) {
	t.Helper()
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	x := executable.Input("x")
	draw(x, rand.New(rand.NewPCG(2, 2)))
	executable.Run()
	want := make([]float64, 6*3)
	for row := range 6 {
		for column := range 3 {
			sum := float64(bias.Data[column])
			for k := range 4 {
				sum += x[row*4+k] * float64(weight.Data[k*3+column])
			}
			want[row*3+column] = sum
		}
	}
	near(t, "product and bias", executable.Output("y"), want, 1e-12)
}

// An operand repeats itself: no memory is filled with copies of it.
func TestBroadcastsAreFolded(t *testing.T) {
	program := trace(t, func(t *grad.Tracer) {
		x, y := t.Input("x", 3), t.Input("y", 2, 3)
		t.Output("one", x.Broadcast(2, 3).Mul(y))
		t.Output("other", y.Sub(x.Broadcast(2, 3)))
	})
	equal(t, "broadcasts", []int{count(program, "broadcast")}, []int{0})
	needed := trace(t, func(t *grad.Tracer) {
		t.Output("both", t.Input("x", 3).Broadcast(2, 3).Mul(t.Input("y", 3).Broadcast(2, 3)))
	})
	equal(t, "broadcasts that give the shape", []int{count(needed, "broadcast")}, []int{1})
}

// What nothing depends on is not computed; an input stays, to be filled.
func TestDeadCodeIsDropped(t *testing.T) {
	program := trace(t, func(t *grad.Tracer) {
		x := t.Input("x", 3)
		t.Input("unused", 2)
		x.Exp().Sum()
		t.Output("y", x.Neg())
	})
	equal(t, "exponentials", []int{count(program, "exp")}, []int{0})
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	copy(executable.Input("unused"), []float64{1, 2})
	executable.Run()
	equal(t, "y", executable.Output("y"), []float64{0, 0, 0})
}

// The gradients of slices that make up the whole are put side by side, not added up, if they are taken
// in their order or in the inverse one.
func TestGradientsOfSlicesAreJoined(t *testing.T) {
	build := func(order ...int) func(t *grad.Tracer) {
		return func(t *grad.Tracer) {
			x := t.Input("x", 4, 6)
			loss := t.Value(grad.Scalar(0))
			for _, i := range order {
				loss = loss.Add(x.Slice(1, 2*i, 2*i+2).Square().Sum())
			}
			t.Output("gradient", grad.Gradient(loss, x)[0])
		}
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		program := trace(t, build(order...))
		if embeds, adds := count(program, "embed"), strings.Count(program.String(), "= add %"); order[0] != 1 && embeds+adds != 0 {
			t.Errorf("order %v: %d embeds, %d sums\n%v", order, embeds, adds, program)
		}
		executable, err := grad.CompileReference(program)
		if err != nil {
			t.Fatal(err)
		}
		x := executable.Input("x")
		draw(x, rand.New(rand.NewPCG(1, 1)))
		executable.Run()
		for i, g := range executable.Output("gradient") {
			if g != 2*x[i] {
				t.Fatalf("order %v: element %d is %v, want %v", order, i, g, 2*x[i])
			}
		}
	}
}
