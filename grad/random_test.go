package grad

import (
	"fmt"
	"math/rand/v2"

	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/tensor"
)

// recipe is a random program, as numbers that are interpreted while it is traced, so that the same
// recipe can be traced twice.
type recipe struct {
	shapes  [][]int  // of the inputs
	choices [][3]int // operation and two operands
	derive  bool     // the gradients, too
}

var recipeGenerator = rapid.Custom(func(t *rapid.T) recipe {
	shape := rapid.SliceOfN(rapid.SampledFrom([]int{1, 2, 3, 5, 33}), 0, 3)
	number := rapid.IntRange(0, 1<<20)
	r := recipe{derive: rapid.Bool().Draw(t, "derive")}
	r.shapes = rapid.SliceOfN(shape, 1, 3).Draw(t, "shapes")
	for range rapid.IntRange(1, 30).Draw(t, "length") {
		r.choices = append(r.choices, [3]int{number.Draw(t, "operation"), number.Draw(t, "first"), number.Draw(t, "second")})
	}
	return r
})

// trace traces the recipe and returns its inputs and every value it makes. All stay bounded.
func (r recipe) trace(t *Tracer) (inputs, values []*Value) {
	for i, shape := range r.shapes {
		inputs = append(inputs, t.Input(fmt.Sprint("input", i), shape...))
	}
	values = append(values, inputs...)
	for _, choice := range r.choices {
		a, b := values[choice[1]%len(values)], values[choice[2]%len(values)]
		if made := steps[choice[0]%len(steps)](a, b); made.shape.Size() <= 1<<14 {
			values = append(values, made)
		}
	}
	return inputs, values
}

// steps are the operations of random programs. Those that do not fit their operands do something
// else instead.
var steps = []func(a, b *Value) *Value{
	func(a, _ *Value) *Value { return a.Neg() },
	func(a, _ *Value) *Value { return a.Abs() },
	func(a, _ *Value) *Value { return a.Tanh() },
	func(a, _ *Value) *Value { return a.Sigmoid() },
	func(a, _ *Value) *Value { return a.Softplus().Tanh() },
	func(a, _ *Value) *Value { return a.ELU() },
	func(a, _ *Value) *Value { return a.ReLU() },
	func(a, _ *Value) *Value { return a.SiLU().Tanh() },
	func(a, _ *Value) *Value { return a.GELU().Erf() },
	func(a, b *Value) *Value { return a.Sin().Add(b.Cos().Mean()) },
	func(a, _ *Value) *Value { return a.Clip(-0.5, 0.7) },
	func(a, _ *Value) *Value { return a.Tanh().Square() },
	func(a, _ *Value) *Value { return a.Square().Add(Scalar(1)).Sqrt().Log() },
	func(a, _ *Value) *Value { return a.Tanh().Exp() },
	func(a, _ *Value) *Value { return a.Stop() },
	func(a, _ *Value) *Value { return a.Reshape(a.shape.Size()) },
	func(a, _ *Value) *Value { return a.KeepAxis(0) },
	func(a, _ *Value) *Value { return a.Broadcast(append(tensor.Shape{2}, a.shape...)...) },
	func(a, _ *Value) *Value { return lastAxis(a, func(axis int) *Value { return a.Mean(axis) }) },
	func(a, _ *Value) *Value { return lastAxis(a, func(int) *Value { return a.Mean(0) }) },
	func(a, _ *Value) *Value { return lastAxis(a, func(axis int) *Value { return a.Maximum(axis) }) },
	func(a, _ *Value) *Value { return lastAxis(a, func(axis int) *Value { return a.Softmax(axis) }) },
	func(a, _ *Value) *Value { return lastAxis(a, func(int) *Value { return a.LogSumExp(0).Tanh() }) },
	func(a, _ *Value) *Value { return lastAxis(a, func(int) *Value { return a.Standardise(1) }) },
	func(a, _ *Value) *Value {
		return lastAxis(a, func(axis int) *Value { return a.Slice(axis, 0, (a.shape[axis]+1)/2) })
	},
	func(a, _ *Value) *Value { return lastAxis(a, func(axis int) *Value { return a.Concat(axis, a.Neg()) }) },
	func(a, _ *Value) *Value { return matrix(a).Transpose(1, 0) },
	func(a, b *Value) *Value { return fitting(a, b, (*Value).Add).Mul(Scalar(0.5)) },
	func(a, b *Value) *Value { return fitting(a, b, (*Value).Sub).Mul(Scalar(0.5)) },
	func(a, b *Value) *Value { return fitting(a, b, (*Value).Mul).Tanh() },
	func(a, b *Value) *Value { return fitting(a, b, (*Value).Max) },
	func(a, b *Value) *Value { return fitting(a, b, (*Value).Min) },
	func(a, b *Value) *Value {
		return fitting(a, b, func(a *Value, b Operand) *Value { return a.Div(b.in(a.tracer).Square().Add(Scalar(1))) })
	},
	func(a, b *Value) *Value { return matrix(a).matMul(matrix(a), false, true).Tanh() },
	func(a, b *Value) *Value { return matrix(a).matMul(matrix(a), true, false).Mul(Scalar(0.1)).Tanh() },
	func(a, _ *Value) *Value {
		return lastAxis(a, func(int) *Value { return a.Gather(first(a, 3).Mul(Scalar(a.shape[0] - 1))) })
	},
	func(a, b *Value) *Value {
		return fitting(a, b, func(a *Value, b Operand) *Value {
			return lastAxis(a, func(axis int) *Value { return first(a, a.shape[axis]).Where(b, a.Neg()) })
		})
	},
	func(a, _ *Value) *Value { return lastAxis(a, func(axis int) *Value { return a.Pad(axis, 1, 2) }) },
	func(a, _ *Value) *Value { return Stack(-1, a, a.Neg()) },
	func(a, _ *Value) *Value { return StraightThrough(a.Tanh(), a) },
	func(a, _ *Value) *Value {
		return lastAxis(a, func(axis int) *Value { return a.CumulativeSum(axis).Tanh() })
	},
	func(a, b *Value) *Value {
		return lastAxis(a, func(int) *Value { return a.BackwardRecurrence(b.Mean().Tanh()).ForwardRecurrence(Scalar(0.5)).Tanh() })
	},
	func(a, _ *Value) *Value {
		return lastAxis(a, func(axis int) *Value {
			values, _ := a.TopK((a.shape[axis] + 1) / 2)
			return values
		})
	},
	looped(Scan{}, func(final, _ []*Value) *Value { return final[0] }),
	looped(Scan{Reverse: true}, func(final, stacked []*Value) *Value { return stacked[0].Mean(0).Add(final[1].Mean()) }),
	looped(Scan{Recompute: true}, func(_, stacked []*Value) *Value { return stacked[1].Mul(stacked[1]).Sum(0) }),
	looped(Scan{Reverse: true, Recompute: true}, func(_, stacked []*Value) *Value { return stacked[2] }),
	func(a, _ *Value) *Value {
		m := matrix(a).KeepAxis(0).Broadcast(append(tensor.Shape{2}, matrix(a).shape...)...)
		return m.BatchMatMul(m.Transpose(0, 2, 1)).Tanh()
	},
	func(a, b *Value) *Value {
		if m, n := matrix(a), matrix(b); m.shape[1] == n.shape[0] {
			return m.MatMul(n).Add(n.Mean(0)).Tanh()
		}
		return a.Sub(Scalar(0.25))
	},
}

// looped are the steps of random programs that run a scan over a few steps: a decides what is carried
// and b what is read from outside and, step by step, from an array.
func looped(s Scan, pick func(final, stacked []*Value) *Value) func(a, b *Value) *Value {
	return func(a, b *Value) *Value {
		s.Length = 3
		array := Stack(0, b, b.Neg(), b.Mul(Scalar(0.5)))
		return pick(s.Run(a.tracer, []*Value{a, b}, []*Value{array}, func(carry, elements []*Value) (next, outputs []*Value) {
			h := fitting(carry[0], b, (*Value).Mul).Add(elements[0].Mean()).Tanh()
			if !h.shape.Equal(a.shape) {
				h = carry[0].Tanh()
			}
			product := matrix(h).matMul(matrix(a), false, true).Tanh()
			return []*Value{h, elements[0]}, []*Value{product.Add(elements[0].Sum()).Softplus(), carry[1], h}
		}))
	}
}

// first is 1 followed by zeros.
func first(a *Value, size int) *Value { return Scalar(0).in(a.tracer).OneHot(size) }

// lastAxis applies make to the last axis, if there is one.
func lastAxis(a *Value, make func(axis int) *Value) *Value {
	if len(a.shape) == 0 {
		return a.Neg()
	}
	return make(len(a.shape) - 1)
}

// matrix is a with two axes.
func matrix(a *Value) *Value {
	rows := 1
	if len(a.shape) > 0 {
		rows = a.shape[0]
	}
	return a.Reshape(rows, a.shape.Size()/rows)
}

// fitting applies make to a and b, or to a and its mean if b does not broadcast.
func fitting(a, b *Value, make func(a *Value, b Operand) *Value) *Value {
	if _, ok := tensor.Broadcast(a.shape, b.shape); ok {
		return make(a, b)
	}
	return make(a, a.Mean())
}

// program traces the recipe. If pin is set every value is an output, which keeps its memory from
// being shared.
func (r recipe) program(pin bool) (*Program, error) {
	return Trace(func(t *Tracer) { r.build(t, pin) })
}

// build traces the recipe and its outputs.
func (r recipe) build(t *Tracer, pin bool) {
	inputs, values := r.trace(t)
	last := values[len(values)-1]
	t.Output("result", last)
	if r.derive {
		for i, input := range inputs {
			t.Output(fmt.Sprint("gradient", i), Gradient(last.Sum(), input)[0])
		}
	}
	if !pin {
		return
	}
	for i, v := range t.values {
		if v.loop == nil && v.op != opScan {
			t.Output(fmt.Sprint("pinned", i), v)
		}
	}
}

// fill gives every input the same numbers in any precision.
func (r recipe) fill(input func(name string, i int, value float64), random *rand.Rand) {
	for i, shape := range r.shapes {
		for j := range tensor.Shape(shape).Size() {
			input(fmt.Sprint("input", i), j, random.NormFloat64())
		}
	}
}

// results are the outputs that every program of the recipe has.
func (r recipe) results() []string {
	names := []string{"result"}
	for i := 0; r.derive && i < len(r.shapes); i++ {
		names = append(names, fmt.Sprint("gradient", i))
	}
	return names
}
