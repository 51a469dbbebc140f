package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
	"github.com/reverie-rl/reverie/nn"
)

// layer is a convolution of images of the given shape, with the pairs of pixels that it connects.
type layer struct {
	window grad.Window
	large  []int // [images, height, width, channels]: what Conv maps to small
	small  []int
}

// layers cover batches and single images, wide and narrow ones, with and without edges, and kernels
// that leave pixels out.
var layers = []layer{
	{grad.Window{Height: 4, Width: 4, Stride: 2}, []int{2, 10, 10, 3}, []int{2, 4, 4, 5}},
	{grad.Window{Height: 3, Width: 3, Stride: 1, Padding: 1}, []int{3, 6, 20, 2}, []int{3, 6, 20, 17}},
	{grad.Window{Height: 5, Width: 3, Stride: 2, Padding: 2}, []int{70, 7, 5, 4}, []int{70, 4, 4, 40}},
	{grad.Window{Height: 2, Width: 2, Stride: 3}, []int{5, 5, 5, 1}, []int{5, 2, 2, 2}},
	{grad.Window{Height: 5, Width: 5, Stride: 2}, []int{33, 5, 5, 6}, []int{33, 1, 1, 30}},
	{grad.Window{Height: 6, Width: 6, Stride: 2}, []int{2, 64, 64, 3}, []int{2, 30, 30, 16}},
	{grad.Window{Height: 1, Width: 1, Stride: 1}, []int{4, 3, 3, 7}, []int{4, 3, 3, 9}},
	{grad.Window{Height: 1, Width: 1, Stride: 1, Padding: 2}, []int{2, 3, 20, 2}, []int{2, 7, 24, 3}},
}

func (l layer) String() string { return fmt.Sprintf("%v %v %+v", l.large, l.small, l.window) }

// connections calls visit for every product of a convolution: with the place of an element in the
// large images, in the small ones and in a kernel [window height, window width, large, small].
func (l layer) connections(visit func(large, small, kernel int)) {
	w, rows, columns := l.window, l.small[1], l.small[2]
	height, width, inputs, outputs := l.large[1], l.large[2], l.large[3], l.small[3]
	for pixel := range l.small[0] * rows * columns {
		image, row, column := pixel/(rows*columns), pixel/columns%rows, pixel%columns
		for dy := range w.Height {
			for dx := range w.Width {
				y, x := row*w.Stride+dy-w.Padding, column*w.Stride+dx-w.Padding
				if y < 0 || y >= height || x < 0 || x >= width {
					continue
				}
				for in := range inputs {
					for out := range outputs {
						visit(((image*height+y)*width+x)*inputs+in, pixel*outputs+out, ((dy*w.Width+dx)*inputs+in)*outputs+out)
					}
				}
			}
		}
	}
}

// trained is a layer's result for x, and the gradients of the result's product with weights.
type trained struct{ y, toX, toKernel, toBias []float64 }

func train(t *testing.T, apply func(x *grad.Value) *grad.Value, kernel, bias *grad.Parameter, x []float64, shape []int, weights []float64) trained {
	t.Helper()
	program, err := grad.Trace(func(t *grad.Tracer) {
		in := t.Input("x", shape...)
		y := apply(in)
		gradients := grad.Gradient(y.Mul(t.Input("weights", y.Shape()...)).Sum(), in, kernel, bias)
		for i, name := range []string{"x", "kernel", "bias"} {
			t.Output("to "+name, gradients[i])
		}
		t.Output("y", y)
	})
	if err != nil {
		t.Fatal(err)
	}
	quick, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	fill(quick.Input("x"), x)
	fill(quick.Input("weights"), weights)
	quick.Run()
	output := func(name string) []float64 {
		wide := make([]float64, len(quick.Output(name)))
		fill(wide, quick.Output(name))
		return wide
	}
	return trained{output("y"), output("to x"), output("to kernel"), output("to bias")}
}

func fill[T, U grad.Float](dst []T, src []U) {
	if len(dst) != len(src) {
		panic("unequal lengths")
	}
	for i, x := range src {
		dst[i] = T(x)
	}
}

func normals(shape []int, seed uint64) []float64 {
	random, size := rand.New(rand.NewPCG(seed, 1)), 1
	for _, dimension := range shape {
		size *= dimension
	}
	numbers := make([]float64, size)
	for i := range numbers {
		numbers[i] = float64(float32(random.NormFloat64()))
	}
	return numbers
}

func allNear(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d elements, want %d", what, len(got), len(want))
	}
	_, variance, largest := moments(want)
	for i := range got {
		if d := got[i] - want[i]; !(d*d <= 1e-9*(variance+largest)) {
			t.Fatalf("%s: element %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

// sums adds up numbers by channel.
func sums(numbers []float64, channels int) []float64 {
	total := make([]float64, channels)
	for i, x := range numbers {
		total[i%channels] += x
	}
	return total
}

func TestConvAgreesWithLoops(t *testing.T) {
	for _, l := range layers {
		t.Run(l.String(), func(t *testing.T) {
			conv := nn.NewConv(l.large[3], l.small[3], l.window, nn.GlorotUniform, source())
			fill(conv.Bias.Data, normals(l.small[3:], 3))
			x, weights := normals(l.large, 1), normals(l.small, 2)
			got := train(t, conv.Apply, conv.Kernel, conv.Bias, x, l.large, weights)
			want := trained{make([]float64, len(weights)), make([]float64, len(x)), make([]float64, len(conv.Kernel.Data)), sums(weights, l.small[3])}
			for i := range want.y {
				want.y[i] = float64(conv.Bias.Data[i%l.small[3]])
			}
			l.connections(func(large, small, kernel int) {
				k := float64(conv.Kernel.Data[kernel])
				want.y[small] += k * x[large]
				want.toX[large] += k * weights[small]
				want.toKernel[kernel] += x[large] * weights[small]
			})
			compareTrained(t, got, want)
		})
	}
}

// The kernel of ConvTranspose has the inputs, which are the small images, in front.
func TestConvTransposeAgreesWithLoops(t *testing.T) {
	for _, l := range layers {
		t.Run(l.String(), func(t *testing.T) {
			conv := nn.NewConvTranspose(l.small[3], l.large[3], l.window, nn.GlorotUniform, source())
			fill(conv.Bias.Data, normals(l.large[3:], 3))
			height := (l.small[1]-1)*l.window.Stride + l.window.Height - 2*l.window.Padding
			width := (l.small[2]-1)*l.window.Stride + l.window.Width - 2*l.window.Padding
			l.large = []int{l.large[0], height, width, l.large[3]}
			x, weights := normals(l.small, 1), normals(l.large, 2)
			got := train(t, conv.Apply, conv.Kernel, conv.Bias, x, l.small, weights)
			want := trained{make([]float64, len(weights)), make([]float64, len(x)), make([]float64, len(conv.Kernel.Data)), sums(weights, l.large[3])}
			for i := range want.y {
				want.y[i] = float64(conv.Bias.Data[i%l.large[3]])
			}
			inputs := l.small[3]
			l.connections(func(large, small, kernel int) {
				kernel = kernel%inputs*(len(want.toKernel)/inputs) + kernel/inputs
				k := float64(conv.Kernel.Data[kernel])
				want.y[large] += k * x[small]
				want.toX[small] += k * weights[large]
				want.toKernel[kernel] += x[small] * weights[large]
			})
			compareTrained(t, got, want)
		})
	}
}

func compareTrained(t *testing.T, got, want trained) {
	t.Helper()
	allNear(t, "result", got.y, want.y)
	allNear(t, "gradient of the input", got.toX, want.toX)
	allNear(t, "gradient of the kernel", got.toKernel, want.toKernel)
	allNear(t, "gradient of the bias", got.toBias, want.toBias)
}

func TestGradientsThroughConvolutions(t *testing.T) {
	window := grad.Window{Height: 3, Width: 2, Stride: 2, Padding: 1}
	conv := nn.NewConv(2, 3, window, nn.GlorotUniform, source())
	transpose := nn.NewConvTranspose(3, 2, window, nn.GlorotUniform, source())
	gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value {
		return transpose.Apply(conv.Apply(in[0]).Tanh()).Square()
	}, []int{2, 2, 3, 4, 2})
}

// Images are not what is learned: the gradient ends at the first layer's kernel.
func TestImagesNeedNoGradient(t *testing.T) {
	encoder := nn.NewConvEncoder(64, 3, 2, source())
	program, err := grad.Trace(func(t *grad.Tracer) {
		loss := encoder.Apply(t.Input("images", 2, 64, 64, 3)).Square().Sum()
		for _, named := range grad.TreeOf(encoder) {
			t.Output(named.Name, grad.Gradient(loss, named.Parameter)[0])
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for operation, want := range map[string]int{"convolve": 4, "convolve_kernel": 4, "convolve_transposed": 3} {
		if got := strings.Count(program.String(), "= "+operation+" "); got != want {
			t.Errorf("%d operations %s, want %d", got, operation, want)
		}
	}
}

func TestPixelNetworks(t *testing.T) {
	encoder, decoder := nn.NewConvEncoder(64, 3, 4, source()), nn.NewConvDecoder(7, 64, 3, 4, source())
	if _, shape := evaluate(t, encoder.Apply, 2, 1, 64, 64, 3); !slices.Equal(shape, []int{2, 1, 128}) {
		t.Errorf("the encoder's result has shape %v", shape)
	}
	if _, shape := evaluate(t, decoder.Apply, 2, 1, 7); !slices.Equal(shape, []int{2, 1, 64, 64, 3}) {
		t.Errorf("the decoder's result has shape %v", shape)
	}
	window := func(size, inputs, outputs int) int { return (size*size*inputs + 1) * outputs }
	if size, want := grad.TreeOf(encoder).Size(), window(4, 3, 4)+window(4, 4, 8)+window(4, 8, 16)+window(4, 16, 32); size != want {
		t.Errorf("the encoder has %d parameters, want %d", size, want)
	}
	want := 8*128 + window(5, 128, 16) + window(5, 16, 8) + window(6, 8, 4) + window(6, 4, 3)
	if size := grad.TreeOf(decoder).Size(); size != want {
		t.Errorf("the decoder has %d parameters, want %d", size, want)
	}
	if names := names(decoder); names[2] != "layers/0/kernel" || len(names) != 10 {
		t.Errorf("the decoder's parameters are %v", names)
	}
}

func TestGlorotUniform(t *testing.T) {
	layer := nn.NewConv(30, 40, grad.Window{Height: 5, Width: 3, Stride: 1}, nn.GlorotUniform, source())
	mean, variance, largest := moments(layer.Kernel.Data)
	want := 2.0 / (15*30 + 15*40)
	near(t, "mean", mean, 0, 0.02*math.Sqrt(want))
	near(t, "variance", variance, want, 0.02*want)
	near(t, "largest", largest*largest, 3*want, 0.01*want)
}
