package grad_test

import (
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

type ruleCase struct {
	draw     gradtest.Draw
	function func(in []*grad.Value) *grad.Value
	shapes   [][]int
}

func shapes(s ...[]int) [][]int { return s }

// gradientOf is the gradient of f at in[0], so that its own gradient can be checked.
func gradientOf(f func(x *grad.Value) *grad.Value) func(in []*grad.Value) *grad.Value {
	return func(in []*grad.Value) *grad.Value {
		return grad.Gradient(f(in[0]).Mul(in[1]).Sum(), in[0])[0]
	}
}

// whole is whole numbers in [0, n) made of x.
func whole(x *grad.Value, n int) *grad.Value {
	index := grad.Scalar(-1)
	sum := x.Mul(grad.Scalar(0))
	for range n {
		sum = sum.Add(x.Greater(index))
		index += 0.7
	}
	return sum.Min(grad.Scalar(n - 1))
}

// window moves so that it overlaps itself and reaches over the edges.
var window = grad.Window{Height: 3, Width: 2, Stride: 2, Padding: 1}

// ruleCases has an entry for every operation with a gradient: TestEveryRuleHasACase insists. Those of
// element-wise functions of one value are made by init.
var ruleCases = map[string]ruleCase{

	"tanh_gradient":     {gradtest.Normal, gradientOf((*grad.Value).Tanh), shapes([]int{5}, []int{5})},
	"sigmoid_gradient":  {gradtest.Normal, gradientOf((*grad.Value).Sigmoid), shapes([]int{5}, []int{5})},
	"elu_gradient":      {gradtest.Normal, gradientOf((*grad.Value).ELU), shapes([]int{5}, []int{5})},
	"silu_gradient":     {gradtest.Normal, gradientOf((*grad.Value).SiLU), shapes([]int{5}, []int{5})},
	"softplus_gradient": {gradtest.Normal, gradientOf((*grad.Value).Softplus), shapes([]int{5}, []int{5})},

	"standardise_gradient": {gradtest.Normal, gradientOf(func(x *grad.Value) *grad.Value { return x.Standardise(0.1) }), shapes([]int{3, 5}, []int{3, 5})},

	"add": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Add(in[1]) }, shapes([]int{4, 3}, []int{3})},
	"sub": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Sub(in[1]) }, shapes([]int{3}, []int{4, 3})},
	"mul": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Mul(in[1]) }, shapes([]int{2, 4, 3}, []int{4, 1})},
	"div": {gradtest.Positive, func(in []*grad.Value) *grad.Value { return in[0].Div(in[1]) }, shapes([]int{2, 1, 3}, []int{4, 1})},
	"max": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Max(in[1]) }, shapes([]int{4, 3}, []int{3})},
	"min": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Min(in[1]) }, shapes([]int{4, 3}, []int{4, 1})},

	"matmul":       {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].MatMul(in[1]).Add(in[2]) }, shapes([]int{2, 3, 4}, []int{4, 5}, []int{5})},
	"batch_matmul": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].BatchMatMul(in[1]) }, shapes([]int{2, 2, 3, 4}, []int{2, 2, 4, 5})},

	"sum":         {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Sum(0, -1) }, shapes([]int{2, 3, 4})},
	"standardise": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Standardise(1e-3) }, shapes([]int{3, 5})},
	"reshape":     {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Reshape(6).Square() }, shapes([]int{2, 3})},
	"broadcast":   {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Broadcast(2, 3, 4).Reshape(24) }, shapes([]int{3, 1})},
	"transpose":   {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Transpose(2, 0, 1).Square() }, shapes([]int{2, 3, 4})},
	"concat":      {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Concat(1, in[1]).Square() }, shapes([]int{2, 3, 2}, []int{2, 1, 2})},
	"slice":       {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Slice(1, 1, 3).Square() }, shapes([]int{2, 4, 2})},
	"embed":       {gradtest.Normal, gradientOf(func(x *grad.Value) *grad.Value { return x.Slice(0, 1, 3).Square() }), shapes([]int{5}, []int{2})},
	"gather":      {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Gather(whole(in[1], 4)).Square() }, shapes([]int{4, 3}, []int{2, 5})},
	"scatter":     {gradtest.Normal, gradientOf(func(x *grad.Value) *grad.Value { return x.Square().Gather(whole(x.Sum(1), 5)) }), shapes([]int{5, 2}, []int{5, 2})},
	"patches":     {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Patches(window).Square() }, shapes([]int{2, 4, 5, 2})},
	"overlap_add": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].OverlapAdd(window, 4, 5).Square() }, shapes([]int{2, 2, 3, 6})},
	"recurrence":  {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].BackwardRecurrence(in[1]) }, shapes([]int{4, 3}, []int{4, 1})},
	"custom": {gradtest.Normal, func(in []*grad.Value) *grad.Value {
		square := func(_, g *grad.Value, in []*grad.Value) []*grad.Value {
			return []*grad.Value{g.Mul(in[0]).Mul(grad.Scalar(2)), g}
		}
		return in[0].Square().Add(in[1]).WithGradient(square, in[0], in[1]).Tanh()
	}, shapes([]int{3}, []int{3})},
	"straight_through": {gradtest.Normal, func(in []*grad.Value) *grad.Value {
		return grad.StraightThrough(in[0].Tanh(), in[1].Tanh()).Add(grad.StraightThrough(in[1].Broadcast(2, 3).Tanh(), in[0].Tanh())) // the sum is smooth
	}, shapes([]int{2, 3}, []int{3})},
	"where": {gradtest.Normal, func(in []*grad.Value) *grad.Value {
		return in[0].Greater(grad.Scalar(0)).Where(in[1], in[2]).Square()
	}, shapes([]int{2, 4, 1}, []int{3}, []int{2, 1, 3})},
	"scan": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return runningProduct(in)[0] }, shapes([]int{3}, []int{4, 3})},
	"part": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return runningProduct(in)[1] }, shapes([]int{3}, []int{4, 3})},
	"copy": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Copy().Square() }, shapes([]int{5})},
}

// positive are the functions that are tried at positive numbers alone.
var positive = []string{"sqrt", "log"}

func init() {
	for name, function := range grad.Functions() {
		draw := gradtest.Normal
		if slices.Contains(positive, name) {
			draw = gradtest.Positive
		}
		ruleCases[name] = ruleCase{draw, func(in []*grad.Value) *grad.Value { return function(in[0]) }, shapes([]int{3, 2})}
	}
}

func TestEveryFunctionIsAMethodOfItsName(t *testing.T) {
	for name, function := range grad.Functions() {
		if function == nil {
			t.Errorf("no method of Value is called like the operation %q", name)
			continue
		}
		program := trace(t, func(t *grad.Tracer) { t.Output("y", function(t.Input("x", 3))) })
		if count(program, name) != 1 {
			t.Errorf("the method does not do %q:\n%v", name, program)
		}
	}
}

// runningProduct returns the product of the rows of in[1] and in[0], and all products on the way.
func runningProduct(in []*grad.Value) []*grad.Value {
	final, all := grad.Scan{Length: in[1].Shape()[0]}.Run(in[0].Tracer(), in[:1], in[1:], func(carry, rows []*grad.Value) (next, outputs []*grad.Value) {
		product := carry[0].Mul(rows[0])
		return []*grad.Value{product}, []*grad.Value{product}
	})
	return []*grad.Value{final[0], all[0]}
}

func TestEveryRuleHasACase(t *testing.T) {
	for _, name := range grad.OperationsWithRules() {
		if _, ok := ruleCases[name]; !ok {
			t.Errorf("the gradient of %q is not tested", name)
		}
	}
}

func TestRulesAgreeWithFiniteDifferences(t *testing.T) {
	for name, c := range ruleCases {
		t.Run(name, func(t *testing.T) {
			gradtest.Check(t, c.draw, func(_ *grad.Tracer, in []*grad.Value) *grad.Value { return c.function(in) }, c.shapes...)
		})
	}
}

// Functions made of several operations, in the forms in which losses use them.
func TestCompositions(t *testing.T) {
	cases := map[string]ruleCase{
		"softmax":       {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Softmax(0) }, shapes([]int{4, 3})},
		"log-sum-exp":   {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].LogSumExp(-1) }, shapes([]int{4, 3})},
		"mean":          {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Square().Mean(1) }, shapes([]int{4, 3})},
		"clip":          {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Clip(-0.5, 0.5).Mul(in[0]) }, shapes([]int{20})},
		"reused":        {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Mul(in[0]).Add(in[0].Tanh()) }, shapes([]int{6})},
		"outer product": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].MatMul(in[1]) }, shapes([]int{5, 1}, []int{1, 4})},
		"deep": {gradtest.Normal, func(in []*grad.Value) *grad.Value {
			return in[0].MatMul(in[1]).Standardise(1e-2).Tanh().MatMul(in[1]).ELU()
		}, shapes([]int{5, 4}, []int{4, 4})},
		"gelu":       {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].GELU() }, shapes([]int{7})},
		"gelu twice": {gradtest.Normal, gradientOf((*grad.Value).GELU), shapes([]int{5}, []int{5})},
		"long sum":   {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Broadcast(9000, 2).Sum().Mul(grad.Scalar(1e-4)) }, shapes([]int{2})},
		"convolution": {gradtest.Normal, func(in []*grad.Value) *grad.Value {
			return in[0].Patches(window).MatMul(in[1]).Add(in[2]).Square()
		}, shapes([]int{2, 4, 5, 2}, []int{12, 3}, []int{3})},
		"transposed convolution": {gradtest.Normal, func(in []*grad.Value) *grad.Value {
			return in[0].MatMul(in[1]).OverlapAdd(window, 4, 5).Add(in[2]).Square()
		}, shapes([]int{2, 2, 3, 3}, []int{3, 12}, []int{2})},
		"gradient of convolution": {gradtest.Normal, func(in []*grad.Value) *grad.Value {
			loss := in[0].Patches(window).MatMul(in[1]).Tanh().Sum()
			gradients := grad.Gradient(loss, in[0], in[1])
			return gradients[0].Square().Sum().Add(gradients[1].Square().Sum())
		}, shapes([]int{2, 3, 3, 2}, []int{12, 2})},
		"square of mean": {gradtest.Normal, func(in []*grad.Value) *grad.Value { return in[0].Mean().Square().Add(in[0].Mean(0).Sum()) }, shapes([]int{3, 4})},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			gradtest.Check(t, c.draw, func(_ *grad.Tracer, in []*grad.Value) *grad.Value { return c.function(in) }, c.shapes...)
		})
	}
}
