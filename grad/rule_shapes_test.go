package grad_test

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
	"github.com/reverie-rl/reverie/tensor"
)

// Every rule agrees with finite differences at many shapes, which are generated from what the operation
// takes. The shapes are the same in each run of the test.
func TestRulesAtGeneratedShapes(t *testing.T) {
	const cases = 40
	for _, name := range grad.OperationsWithRules() {
		t.Run(name, func(t *testing.T) {
			generate := signatures[name]
			if grad.Functions()[name] != nil {
				generate = single
			}
			if generate == nil {
				t.Fatal("it has no signature")
			}
			seed := fnv.New64()
			seed.Write([]byte(name))
			random := rand.New(rand.NewPCG(seed.Sum64(), 1))
			for range cases {
				c := generate(random)
				if c.function == nil {
					c.function = ruleCases[name].function
				}
				gradtest.Check(t, ruleCases[name].draw, func(_ *grad.Tracer, in []*grad.Value) *grad.Value { return c.function(in) }, c.shapes...)
				if t.Failed() {
					t.Fatalf("shapes %v", c.shapes)
				}
			}
		})
	}
}

// signature generates a case; without a function it is that of ruleCases.
type signature func(r *rand.Rand) ruleCase

// signatures has an entry for every operation with a gradient, but for element-wise functions of one value.
var signatures = map[string]signature{
	"copy": single,

	"tanh_gradient": alike, "sigmoid_gradient": alike, "elu_gradient": alike, "silu_gradient": alike, "softplus_gradient": alike,
	"standardise_gradient": alike, "custom": alike,

	"add": broadcasting(2), "sub": broadcasting(2), "mul": broadcasting(2), "div": broadcasting(2), "max": broadcasting(2), "min": broadcasting(2),
	"where": broadcasting(3),

	"standardise": func(r *rand.Rand) ruleCase { return ruleCase{shapes: shapes(anyShape(r, 1))} },
	"straight_through": func(r *rand.Rand) ruleCase {
		c := alike(r)
		c.function = func(in []*grad.Value) *grad.Value { // the sum is smooth
			return grad.StraightThrough(in[0].Tanh(), in[1].Tanh()).Add(grad.StraightThrough(in[1].Tanh(), in[0].Tanh()))
		}
		return c
	},

	"matmul": func(r *rand.Rand) ruleCase {
		m, k, n, left, right := size(r), size(r), size(r), r.IntN(2) == 0, r.IntN(2) == 0
		return ruleCase{shapes: shapes(matrix(m, k, left), matrix(k, n, right), []int{n}), function: func(in []*grad.Value) *grad.Value {
			return in[0].MatMulTransposed(in[1], left, right).Add(in[2])
		}}
	},
	"batch_matmul": func(r *rand.Rand) ruleCase {
		batch, m, k, n, left, right := []int{}, size(r), size(r), size(r), r.IntN(2) == 0, r.IntN(2) == 0
		for range r.IntN(3) {
			batch = append(batch, 1+r.IntN(2))
		}
		a, b := slices.Concat(batch, matrix(m, k, left)), slices.Concat(batch, matrix(k, n, right))
		return ruleCase{shapes: shapes(a, b), function: func(in []*grad.Value) *grad.Value {
			return in[0].BatchMatMulTransposed(in[1], left, right)
		}}
	},
	"sum": func(r *rand.Rand) ruleCase {
		shape := anyShape(r, 1)
		axes := r.Perm(len(shape))[:1+r.IntN(len(shape))]
		return ruleCase{shapes: shapes(shape), function: func(in []*grad.Value) *grad.Value { return in[0].Sum(axes...).Square() }}
	},
	"reshape": func(r *rand.Rand) ruleCase {
		shape := anyShape(r, 0)
		return ruleCase{shapes: shapes(shape), function: func(in []*grad.Value) *grad.Value { return in[0].Reshape(tensor.Shape(shape).Size(), 1).Square() }}
	},
	"broadcast": func(r *rand.Rand) ruleCase {
		shape := anyShape(r, 0)
		return ruleCase{shapes: shapes(narrowed(r, shape)), function: func(in []*grad.Value) *grad.Value {
			return in[0].Broadcast(shape...).Reshape(tensor.Shape(shape).Size()).Square()
		}}
	},
	"transpose": func(r *rand.Rand) ruleCase {
		shape := anyShape(r, 0)
		order := r.Perm(len(shape))
		return ruleCase{shapes: shapes(shape), function: func(in []*grad.Value) *grad.Value { return in[0].Transpose(order...).Square() }}
	},
	"concat": func(r *rand.Rand) ruleCase {
		first := anyShape(r, 1)
		axis, second := r.IntN(len(first)), slices.Clone(first)
		second[axis] = size(r)
		return ruleCase{shapes: shapes(first, second), function: func(in []*grad.Value) *grad.Value { return in[0].Concat(axis, in[1], in[0]).Square() }}
	},
	"slice": func(r *rand.Rand) ruleCase {
		shape, _, slice := anySlice(r)
		return ruleCase{shapes: shapes(shape), function: func(in []*grad.Value) *grad.Value { return slice(in[0]).Square() }}
	},
	"embed": func(r *rand.Rand) ruleCase {
		shape, part, slice := anySlice(r)
		return ruleCase{shapes: shapes(shape, part), function: gradientOf(func(x *grad.Value) *grad.Value { return slice(x).Square() })}
	},
	"gather": func(r *rand.Rand) ruleCase {
		table := anyShape(r, 1)
		return ruleCase{shapes: shapes(table, anyShape(r, 0)), function: func(in []*grad.Value) *grad.Value { return in[0].Gather(whole(in[1], table[0])).Square() }}
	},
	"scatter": func(r *rand.Rand) ruleCase {
		shape := []int{size(r), size(r)}
		return ruleCase{shapes: shapes(shape, shape), function: gradientOf(func(x *grad.Value) *grad.Value { return x.Square().Gather(whole(x.Sum(1), shape[0])) })}
	},
	"patches": func(r *rand.Rand) ruleCase {
		image, window, _ := anyWindow(r)
		return ruleCase{shapes: shapes(image), function: func(in []*grad.Value) *grad.Value { return in[0].Patches(window).Square() }}
	},
	"overlap_add": func(r *rand.Rand) ruleCase {
		image, window, patches := anyWindow(r)
		return ruleCase{shapes: shapes(patches), function: func(in []*grad.Value) *grad.Value { return in[0].OverlapAdd(window, image[1], image[2]).Square() }}
	},
	"recurrence": func(r *rand.Rand) ruleCase {
		shape, direction := anyShape(r, 1), (*grad.Value).ForwardRecurrence
		if r.IntN(2) == 0 {
			direction = (*grad.Value).BackwardRecurrence
		}
		return ruleCase{shapes: shapes(shape, narrowed(r, shape)), function: func(in []*grad.Value) *grad.Value { return direction(in[0], in[1].Tanh()) }}
	},
	"scan": sequence, "part": sequence,
}

func single(r *rand.Rand) ruleCase { return ruleCase{shapes: shapes(anyShape(r, 0))} }

func alike(r *rand.Rand) ruleCase {
	shape := anyShape(r, 1)
	return ruleCase{shapes: shapes(shape, shape)}
}

// broadcasting is the signature of count operands of one shape, of which axes may be missing or repeated.
func broadcasting(count int) signature {
	return func(r *rand.Rand) (c ruleCase) {
		shape := anyShape(r, 0)
		for range count {
			c.shapes = append(c.shapes, narrowed(r, shape))
		}
		return c
	}
}

// sequence is an array and one more dimension of it in front, for runningProduct.
func sequence(r *rand.Rand) ruleCase {
	shape := anyShape(r, 0)
	return ruleCase{shapes: shapes(shape, append([]int{size(r)}, shape...))}
}

func size(r *rand.Rand) int { return 1 + r.IntN(5) }

// anyShape has up to four axes, and few elements.
func anyShape(r *rand.Rand, leastRank int) []int {
	shape := make([]int, leastRank+r.IntN(5-leastRank))
	for elements, i := 30, 0; i < len(shape); i++ {
		shape[i] = min(size(r), elements)
		elements /= shape[i]
	}
	r.Shuffle(len(shape), func(i, j int) { shape[i], shape[j] = shape[j], shape[i] })
	return shape
}

// narrowed is a shape that broadcasts to shape.
func narrowed(r *rand.Rand, shape []int) []int {
	narrow := slices.Clone(shape)
	if r.IntN(3) == 0 {
		narrow = narrow[r.IntN(len(shape)+1):]
	}
	for axis := range narrow {
		if r.IntN(3) == 0 {
			narrow[axis] = 1
		}
	}
	return narrow
}

// matrix is the shape of a matrix [rows, columns], or of its transpose.
func matrix(rows, columns int, transposed bool) []int {
	if transposed {
		return []int{columns, rows}
	}
	return []int{rows, columns}
}

// anySlice is a shape, the shape of a part of it, and the function that takes this part.
func anySlice(r *rand.Rand) (shape, part []int, slice func(x *grad.Value) *grad.Value) {
	shape = anyShape(r, 1)
	axis := r.IntN(len(shape))
	start := r.IntN(shape[axis])
	end := start + 1 + r.IntN(shape[axis]-start)
	part = slices.Clone(shape)
	part[axis] = end - start
	return shape, part, func(x *grad.Value) *grad.Value { return x.Slice(axis, start, end) }
}

// anyWindow is the shape of images, a window that fits on them, and the shape of the patches.
func anyWindow(r *rand.Rand) (image []int, window grad.Window, patches []int) {
	window = grad.Window{Height: 1 + r.IntN(3), Width: 1 + r.IntN(3), Stride: 1 + r.IntN(3), Padding: r.IntN(2)}
	image = []int{1 + r.IntN(2), window.Height + r.IntN(3), window.Width + r.IntN(3), 1 + r.IntN(2)}
	along := func(length, window, stride, padding int) int { return (length+2*padding-window)/stride + 1 }
	rows := along(image[1], window.Height, window.Stride, window.Padding)
	columns := along(image[2], window.Width, window.Stride, window.Padding)
	return image, window, []int{image[0], rows, columns, window.Height * window.Width * image[3]}
}
