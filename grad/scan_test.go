package grad_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

const steps = 5

// body is one step of a recurrent model.
type body func(carry, elements []*grad.Value) (next, outputs []*grad.Value)

// model makes a body from values outside of the loop.
type model struct {
	outside, initial, arrays [][]int
	body                     func(t *grad.Tracer, outside []*grad.Value) body
}

// models are bodies of all the kinds that a scan tells apart.
var models = map[string]model{
	"recurrent network": {
		outside: [][]int{{3, 4}, {4, 4}, {4}}, initial: [][]int{{2, 4}}, arrays: [][]int{{steps, 2, 3}},
		body: func(_ *grad.Tracer, w []*grad.Value) body {
			return func(c, x []*grad.Value) (next, outputs []*grad.Value) {
				h := x[0].MatMul(w[0]).Add(c[0].MatMul(w[1])).Add(w[2]).Tanh()
				return []*grad.Value{h}, []*grad.Value{h}
			}
		},
	},
	"gated, with heads before and after": {
		outside: [][]int{{3, 4}, {4, 4}, {4}, {4, 2}, {2, 3}}, initial: [][]int{{2, 4}, {2, 1}}, arrays: [][]int{{steps, 2, 3}, {steps, 2, 1}},
		body: func(_ *grad.Tracer, w []*grad.Value) body {
			return func(c, x []*grad.Value) (next, outputs []*grad.Value) {
				inner := x[0].Add(x[1]).MatMul(w[0]).Standardise(0.1).ELU()
				gate := c[0].MatMul(w[1]).Add(w[2]).Sigmoid()
				h := gate.Mul(c[0]).Add(gate.Neg().Add(one).Mul(inner))
				head := h.MatMul(w[3]).Tanh()
				sum := c[1].Mul(grad.Scalar(0.9)).Add(head.Sum(-1).KeepAxis(-1))
				late := head.MatMul(w[4]).Softplus().Concat(-1, x[0])
				return []*grad.Value{h, sum}, []*grad.Value{late, sum, x[1].Exp(), w[2].Tanh(), h.Reshape(8)}
			}
		},
	},
	"shift register": {
		initial: [][]int{{2}, {2}}, arrays: [][]int{{steps, 2}},
		body: func(*grad.Tracer, []*grad.Value) body {
			return func(c, x []*grad.Value) (next, outputs []*grad.Value) {
				return []*grad.Value{x[0], c[0]}, []*grad.Value{c[1], c[0].Mul(c[1]), x[0]}
			}
		},
	},
	"carries that swap": {
		outside: [][]int{{2}}, initial: [][]int{{2}, {2}},
		body: func(_ *grad.Tracer, w []*grad.Value) body {
			return func(c, _ []*grad.Value) (next, outputs []*grad.Value) {
				return []*grad.Value{c[1], c[0]}, []*grad.Value{c[0].Add(w[0].Mul(c[1]))}
			}
		},
	},
	"selected and gathered": {
		outside: [][]int{{4, 3}, {3}}, initial: [][]int{{2, 3}}, arrays: [][]int{{steps, 2, 3}, {steps, 2, 3, 3}},
		body: func(_ *grad.Tracer, w []*grad.Value) body {
			return func(c, x []*grad.Value) (next, outputs []*grad.Value) {
				best := x[0].ArgMax(1)
				row := w[0].Gather(best)
				mixed := x[1].BatchMatMul(x[1]).Sum(1)
				h := x[0].Greater(w[1]).Where(c[0].Mul(row), mixed.Add(c[0])).Tanh()
				return []*grad.Value{h}, []*grad.Value{h.Greater(w[1]).Where(row, w[1]), best.OneHot(3).Mul(h), w[0].Gather(h.ArgMax(1))}
			}
		},
	},
	"straight through, ranked and summed": {
		outside: [][]int{{3}}, initial: [][]int{{2, 3}}, arrays: [][]int{{steps, 2, 3}},
		body: func(_ *grad.Tracer, w []*grad.Value) body {
			return func(c, x []*grad.Value) (next, outputs []*grad.Value) {
				soft := x[0].Add(c[0]).Tanh()
				chosen := grad.StraightThrough(soft.Stop(), soft)
				_, ranks := x[0].TopK(3)
				h := chosen.CumulativeSum(1).Add(ranks.Mul(w[0])).SiLU()
				return []*grad.Value{h}, []*grad.Value{
					grad.StraightThrough(h.Stop(), h).Square(), x[0].BackwardRecurrence(w[0].Tanh()), chosen,
				}
			}
		},
	},
	"products that differ in each step": {
		outside: [][]int{{2, 3}}, initial: [][]int{{2, 3}}, arrays: [][]int{{steps, 3, 3}, {steps, 3, 2}},
		body: func(_ *grad.Tracer, w []*grad.Value) body {
			return func(c, x []*grad.Value) (next, outputs []*grad.Value) {
				h := c[0].MatMul(x[0]).Tanh().Add(w[0].Square())
				return []*grad.Value{h}, []*grad.Value{x[1].MatMul(w[0]), h.Transpose(1, 0).MatMul(h).Sum(0), w[0].MatMul(x[1])}
			}
		},
	},
	"affine maps that are carried and kept": {
		outside: [][]int{{3, 3}, {3}}, initial: [][]int{{2, 3}, {2, 3}},
		body: func(_ *grad.Tracer, w []*grad.Value) body {
			return func(c, _ []*grad.Value) (next, outputs []*grad.Value) {
				product := c[0].Tanh().MatMul(w[0])
				affine := product.Add(w[1])
				inner := affine.Tanh().MatMul(w[0]).Add(w[1])
				cube := c[1].Reshape(1, 2, 3).Tanh().MatMul(w[0]).Add(w[1])
				return []*grad.Value{affine, inner.Tanh().Add(cube.Tanh().Reshape(2, 3))}, []*grad.Value{product, inner.Square(), cube.Square()}
			}
		},
	},
	"no carry": {
		outside: [][]int{{3, 2}}, arrays: [][]int{{steps, 4, 3}},
		body: func(_ *grad.Tracer, w []*grad.Value) body {
			return func(_, x []*grad.Value) (next, outputs []*grad.Value) {
				return nil, []*grad.Value{x[0].MatMul(w[0]).Sum(0)}
			}
		},
	},
	"a scan in a scan": {
		outside: [][]int{{2, 2}, {2}}, initial: [][]int{{3, 2}}, arrays: [][]int{{steps, 3, 2}},
		body: func(t *grad.Tracer, w []*grad.Value) body {
			return func(c, x []*grad.Value) (next, outputs []*grad.Value) {
				inside, all := grad.Scan{Length: 3}.Run(t, []*grad.Value{c[0]}, nil, func(c, _ []*grad.Value) (next, outputs []*grad.Value) {
					h := c[0].MatMul(w[0]).Add(x[0].Mul(w[1])).Tanh()
					return []*grad.Value{h}, []*grad.Value{h.Mul(x[0])}
				})
				return inside, []*grad.Value{all[0].Sum(0), inside[0]}
			}
		},
	},
}

// unrolled is the literal version of a scan.
func unrolled(s grad.Scan, carry, arrays []*grad.Value, body body) (final, stacked []*grad.Value) {
	outputs := make([][]*grad.Value, s.Length)
	for turn := range s.Length {
		index := turn
		if s.Reverse {
			index = s.Length - 1 - turn
		}
		var elements []*grad.Value
		for _, array := range arrays {
			elements = append(elements, array.Slice(0, index, index+1).Reshape(array.Shape()[1:]...))
		}
		carry, outputs[index] = body(carry, elements)
	}
	for i := range outputs[0] {
		var all []*grad.Value
		for _, list := range outputs {
			all = append(all, list[i].KeepAxis(0))
		}
		rest := make([]grad.Operand, 0, len(all))
		for _, v := range all[1:] {
			rest = append(rest, v)
		}
		stacked = append(stacked, all[0].Concat(0, rest...))
	}
	return carry, stacked
}

// inputsOf declares all inputs of a model.
func (m model) inputs() [][]int {
	return append(append(append([][]int{}, m.outside...), m.initial...), m.arrays...)
}

type runner func(carry, arrays []*grad.Value, body body) (final, stacked []*grad.Value)

// apply runs the model and weighs everything that comes out of it into one number.
func (m model) apply(t *grad.Tracer, in []*grad.Value, run runner) (loss *grad.Value, results []*grad.Value) {
	outside, in := in[:len(m.outside)], in[len(m.outside):]
	carry, arrays := in[:len(m.initial)], in[len(m.initial):]
	final, stacked := run(carry, arrays, m.body(t, outside))
	for i, v := range append(append([]*grad.Value{}, final...), stacked...) {
		results = append(results, v)
		term := v.Mul(grad.Scalar(float64(i + 1))).Tanh().Square().Sum()
		if loss == nil {
			loss = term
		} else {
			loss = loss.Add(term)
		}
	}
	return loss, results
}

func variants() map[string]grad.Scan {
	return map[string]grad.Scan{
		"forward": {Length: steps}, "reverse": {Length: steps, Reverse: true},
		"recompute": {Length: steps, Recompute: true}, "reverse, recompute": {Length: steps, Reverse: true, Recompute: true},
	}
}

func TestScanEqualsTheUnrolledLoop(t *testing.T) {
	for name, m := range models {
		for variant, scan := range variants() {
			t.Run(name+", "+variant, func(t *testing.T) {
				outputs := func(run func(t *grad.Tracer) runner) *grad.Executable[float64] {
					return reference(t, func(t *grad.Tracer) {
						var in []*grad.Value
						var targets []grad.Operand
						for i, shape := range m.inputs() {
							in = append(in, t.Input(fmt.Sprint("in", i), shape...))
							targets = append(targets, in[i])
						}
						loss, results := m.apply(t, in, run(t))
						for i, v := range results {
							t.Output(fmt.Sprint("result", i), v)
						}
						for i, g := range grad.Gradient(loss, targets...) {
							t.Output(fmt.Sprint("gradient", i), g)
						}
					})
				}
				got := outputs(func(t *grad.Tracer) runner {
					return func(carry, arrays []*grad.Value, body body) ([]*grad.Value, []*grad.Value) {
						return scan.Run(t, carry, arrays, body)
					}
				})
				want := outputs(func(*grad.Tracer) runner {
					return func(carry, arrays []*grad.Value, body body) ([]*grad.Value, []*grad.Value) {
						return unrolled(scan, carry, arrays, body)
					}
				})
				compareRuns(t, m, got, want)
			})
		}
	}
}

func compareRuns(t *testing.T, m model, got, want *grad.Executable[float64]) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for range 2 {
		for i := range m.inputs() {
			name := fmt.Sprint("in", i)
			draw(got.Input(name), random)
			copy(want.Input(name), got.Input(name))
		}
		got.Run()
		want.Run()
		for _, name := range grad.OutputNames(got) {
			near(t, name, got.Output(name), want.Output(name), 1e-11)
		}
	}
}

func TestScanGradients(t *testing.T) {
	for name, m := range models {
		t.Run(name, func(t *testing.T) {
			gradtest.Check(t, gradtest.Normal, func(t *grad.Tracer, in []*grad.Value) *grad.Value {
				loss, _ := m.apply(t, in, func(carry, arrays []*grad.Value, body body) ([]*grad.Value, []*grad.Value) {
					return grad.Scan{Length: steps}.Run(t, carry, arrays, body)
				})
				return loss
			}, m.inputs()...)
		})
	}
}

// The gradient of a gradient goes through the scan that the first gradient is.
func TestScanSecondOrder(t *testing.T) {
	for _, name := range []string{"recurrent network", "shift register", "a scan in a scan"} {
		m := models[name]
		t.Run(name, func(t *testing.T) {
			gradtest.Check(t, gradtest.Normal, func(t *grad.Tracer, in []*grad.Value) *grad.Value {
				loss, _ := m.apply(t, in, func(carry, arrays []*grad.Value, body body) ([]*grad.Value, []*grad.Value) {
					return grad.Scan{Length: steps}.Run(t, carry, arrays, body)
				})
				penalty := loss
				for _, v := range in {
					penalty = penalty.Add(grad.Gradient(loss, v)[0].Square().Sum())
				}
				return penalty
			}, m.inputs()...)
		})
	}
}

// Sequences of different lengths in one batch end as they do alone, and no number of the steps that are
// left out reaches anything, not even a NaN.
func TestScanMask(t *testing.T) {
	lengths := []int{5, 2, 0, 3}
	executable := reference(t, func(t *grad.Tracer) {
		initial, x, weight := t.Input("initial", 4, 3), t.Input("x", steps, 4, 3), t.Input("weight", 3, 3)
		scan := grad.Scan{Length: steps, Mask: t.Input("mask", steps, 4)}
		final, stacked := scan.Run(t, []*grad.Value{initial}, []*grad.Value{x}, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
			h := carry[0].MatMul(weight).Add(elements[0]).Tanh()
			return []*grad.Value{h}, []*grad.Value{h.Sum(1)}
		})
		t.Output("final", final[0])
		t.Output("sums", stacked[0])
		t.Output("gradient", grad.Gradient(final[0].Square().Sum(), initial)[0])
	})
	random := rand.New(rand.NewPCG(1, 1))
	for _, name := range []string{"initial", "x", "weight"} {
		draw(executable.Input(name), random)
	}
	for step := range steps {
		for row, length := range lengths {
			if step < length {
				executable.Input("mask")[step*4+row] = 1
			} else {
				executable.Input("x")[(step*4+row)*3] = math.NaN()
			}
		}
	}
	executable.Run()
	for row, length := range lengths {
		h := slices.Clone(executable.Input("initial")[row*3:][:3])
		for step := range steps {
			sum := 0.0
			if step < length {
				h = literalStep(h, executable.Input("weight"), executable.Input("x")[(step*4+row)*3:])
				sum = h[0] + h[1] + h[2]
			}
			near(t, "sum", executable.Output("sums")[step*4+row:][:1], []float64{sum}, 1e-12)
		}
		near(t, "final", executable.Output("final")[row*3:][:3], h, 1e-12)
		for i, g := range executable.Output("gradient")[row*3:][:3] {
			if length == 0 && math.Abs(g-2*h[i]) > 1e-12 || math.IsNaN(g) {
				t.Errorf("row %d: gradient %v, want %v", row, g, 2*h[i])
			}
		}
	}
}

// literalStep is tanh(h · weight + x) for vectors of 3.
func literalStep(h, weight, x []float64) []float64 {
	next := make([]float64, 3)
	for i := range next {
		sum := x[i]
		for j := range h {
			sum += h[j] * weight[j*3+i]
		}
		next[i] = math.Tanh(sum)
	}
	return next
}

func TestScanRefusesAMaskThatDoesNotFit(t *testing.T) {
	_, err := grad.Trace(func(t *grad.Tracer) {
		grad.Scan{Length: 2, Mask: t.Input("mask", 2, 5)}.Run(t, []*grad.Value{t.Input("x", 4, 3)}, nil, func(carry, _ []*grad.Value) (next, outputs []*grad.Value) {
			return []*grad.Value{carry[0].Tanh()}, nil
		})
	})
	if err == nil || !strings.Contains(err.Error(), "a mask of shape [5] in each step for a value of shape [4 3]") {
		t.Errorf("got %v", err)
	}
}
