package grad_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/kernel"
)

// traceConvolutions traces a convolution, a transposed one and their gradients. between stands
// between patches and products.
func traceConvolutions(t *grad.Tracer, w windowed, features int, between func(*grad.Value) *grad.Value) {
	grid := w.grid()
	images, kernel, bias := t.Input("images", w.image...), t.Input("kernel", grid[3], features), t.Input("bias", features)
	features4 := append(grid[:3:3], features)
	forward := between(images.Patches(w.window)).MatMul(kernel).Add(bias)
	small, turned, channel := t.Input("grid", features4...), t.Input("transposed kernel", features, grid[3]), t.Input("channel bias", w.image[3])
	backward := between(small.MatMul(turned)).OverlapAdd(w.window, w.image[1], w.image[2]).Add(channel)
	loss := forward.Mul(small).Sum().Add(backward.Mul(images).Sum())
	t.Output("forward", forward)
	t.Output("backward", backward)
	for i, gradient := range grad.Gradient(loss, images, kernel, bias, small, turned, channel) {
		t.Output(fmt.Sprint("gradient", i), gradient)
	}
}

var convolutionInputs = []string{"images", "kernel", "bias", "grid", "transposed kernel", "channel bias"}

// What is folded computes what it stands for.
func TestConvolutionsAreProductsWithPatches(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := windows.Draw(r, "windows")
		w.image[0] = rapid.SampledFrom([]int{1, 2, 3, 40}).Draw(r, "images")
		w.image[2] *= rapid.SampledFrom([]int{1, 5}).Draw(r, "wider")
		features := rapid.IntRange(1, 20).Draw(r, "features")
		folded := trace(t, func(t *grad.Tracer) {
			traceConvolutions(t, w, features, func(v *grad.Value) *grad.Value { return v })
		})
		literal := reference(t, func(t *grad.Tracer) {
			one := t.Input("one")
			traceConvolutions(t, w, features, func(v *grad.Value) *grad.Value { return v.Mul(one) })
		})
		literal.Input("one")[0] = 1
		for _, set := range kernel.Sets() {
			quick, err := grad.CompileWith(folded, set, nil)
			if err != nil {
				t.Fatal(err)
			}
			compareConvolutions(t, fmt.Sprintf("%s: %+v, %d features", set.Name, w, features), quick, literal)
		}
	})
}

func compareConvolutions(t *testing.T, what string, quick *grad.Executable[float32], literal *grad.Executable[float64]) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	names := []string{"forward", "backward"}
	for i, name := range convolutionInputs {
		draw(quick.Input(name), random)
		for i, x := range quick.Input(name) {
			literal.Input(name)[i] = float64(x)
		}
		names = append(names, fmt.Sprint("gradient", i))
	}
	for range 2 { // the second run finds the memory dirty
		quick.Run()
		literal.Run()
	}
	for _, name := range names {
		near(t, what+", "+name, quick.Output(name), literal.Output(name), 1e-3)
	}
}

// Neither patches nor products with them are kept, and biases are part of the convolutions; but what
// else is needed stays.
func TestConvolutionsAreFolded(t *testing.T) {
	w := windowed{[]int{2, 4, 5, 2}, window}
	program := trace(t, func(t *grad.Tracer) {
		traceConvolutions(t, w, 3, func(v *grad.Value) *grad.Value { return v })
	})
	for operation, want := range map[string]int{
		"patches": 0, "overlap_add": 0, "matmul": 0, "add": 2, "convolve": 2, "convolve_transposed": 2, "convolve_kernel": 2,
	} {
		equal(t, operation, []int{count(program, operation)}, []int{want})
	}
	needed := trace(t, func(t *grad.Tracer) {
		patches, kernel := t.Input("images", w.image...).Patches(w.window), t.Input("kernel", 12, 3)
		product := patches.MatMul(kernel).MatMul(kernel.Transpose(1, 0))
		t.Output("patches", patches)
		t.Output("product", product)
		t.Output("sum", product.OverlapAdd(w.window, 4, 5))
	})
	for operation, want := range map[string]int{"patches": 1, "overlap_add": 1, "matmul": 1, "convolve": 1} {
		equal(t, operation+" that is needed", []int{count(needed, operation)}, []int{want})
	}
}

// A patch that is a whole image or a single pixel needs no operation at all.
func TestPlainPatches(t *testing.T) {
	for _, plain := range []grad.Window{{Height: 4, Width: 5, Stride: 3}, {Height: 1, Width: 1, Stride: 1}} {
		program := trace(t, func(t *grad.Tracer) {
			traceConvolutions(t, windowed{[]int{2, 4, 5, 2}, plain}, 3, func(v *grad.Value) *grad.Value { return v })
		})
		for _, operation := range []string{"patches", "overlap_add", "convolve", "convolve_transposed", "convolve_kernel"} {
			equal(t, operation, []int{count(program, operation)}, []int{0})
		}
	}
}

// The result for an image does not depend on the images computed with it.
func TestConvolutionOfOneImage(t *testing.T) {
	w := windowed{[]int{40, 9, 9, 3}, grad.Window{Height: 5, Width: 5, Stride: 2, Padding: 1}}
	build := func(w windowed) *grad.Executable[float32] {
		return fast(t, nil, func(t *grad.Tracer) {
			traceConvolutions(t, w, 30, func(v *grad.Value) *grad.Value { return v })
		})
	}
	all := build(w)
	w.image = append([]int{1}, w.image[1:]...)
	one := build(w)
	for _, name := range convolutionInputs {
		draw(all.Input(name), rand.New(rand.NewPCG(1, 1)))
		copy(one.Input(name), all.Input(name))
	}
	all.Run()
	one.Run()
	for _, name := range []string{"forward", "backward"} {
		equal(t, name, one.Output(name), all.Output(name)[:len(one.Output(name))])
	}
}

// In the body of a scan a convolution does what it does outside, and images that do not depend on the
// carry are convolved for all steps at once.
func TestConvolutionInScan(t *testing.T) {
	kernel, turned := grad.NewParameter(12, 3), grad.NewParameter(3, 12)
	random := rand.New(rand.NewPCG(1, 1))
	draw(kernel.Data, random)
	draw(turned.Data, random)
	apply := func(x *grad.Value) *grad.Value {
		return x.Patches(window).MatMul(kernel).MatMul(turned).OverlapAdd(window, 4, 5)
	}
	step := func(carry, image *grad.Value) *grad.Value { return apply(carry).Tanh().Add(apply(image)) }
	const length = 6
	build := func(t *grad.Tracer) {
		images, start := t.Input("images", length, 2, 4, 5, 2), t.Input("start", 2, 4, 5, 2)
		final, _ := grad.Scan{Length: length}.Run(t, []*grad.Value{start}, []*grad.Value{images},
			func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
				return []*grad.Value{step(carry[0], elements[0])}, nil
			})
		unrolled := start
		for i := range length {
			unrolled = step(unrolled, images.Slice(0, i, i+1).Reshape(2, 4, 5, 2))
		}
		for name, result := range map[string]*grad.Value{"scan": final[0], "unrolled": unrolled} {
			gradients := grad.Gradient(result.Sum(), kernel, turned, images)
			t.Output(name, result.Reshape(result.Shape().Size()).Concat(0, gradients[0].Reshape(36), gradients[1].Reshape(36), gradients[2].Reshape(480)))
		}
	}
	executable := fast(t, nil, build)
	draw(executable.Input("images"), random)
	draw(executable.Input("start"), random)
	executable.Run()
	near(t, "result and gradients", executable.Output("scan"), executable.Output("unrolled"), 1e-3)

	program := trace(t, func(t *grad.Tracer) {
		images := t.Input("images", length, 2, 4, 5, 2)
		_, stacked := grad.Scan{Length: length}.Run(t, nil, []*grad.Value{images}, func(_, elements []*grad.Value) (next, outputs []*grad.Value) {
			return nil, []*grad.Value{apply(elements[0])}
		})
		t.Output("stacked", stacked[0])
	})
	equal(t, "scans and convolutions", []int{count(program, "scan"), count(program, "convolve"), count(program, "convolve_transposed")}, []int{0, 1, 1})
}
