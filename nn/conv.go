package nn

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
)

// Conv is a convolution of images: every window on them is mapped by the same affine function.
type Conv struct {
	Kernel *grad.Parameter // [window height · window width · inputs, outputs]
	Bias   *grad.Parameter // [outputs], starts at 0
	Window grad.Window
}

// NewConv returns a layer from images of so many input channels to images of so many output
// channels, with a kernel drawn by initialise.
func NewConv(inputs, outputs int, window grad.Window, initialise Initialiser, random *rand.Rand) Conv {
	area := window.Height * window.Width
	layer := Conv{Kernel: grad.NewParameter(area*inputs, outputs), Bias: grad.NewParameter(outputs), Window: window}
	initialise(layer.Kernel.Data, area*inputs, area*outputs, random)
	return layer
}

// Apply maps x [..., height, width, inputs] to [..., rows, columns, outputs]: a pixel for each window
// on the image. Without padding there are (height - window height) / stride + 1 rows, rounded down.
func (l Conv) Apply(x *grad.Value) *grad.Value {
	return x.Patches(l.Window).MatMul(l.Kernel).Add(l.Bias)
}

// ConvTranspose is a transposed convolution: every pixel paints a window of the result, and where
// windows overlap they add up. It is the gradient of Conv with respect to its input, and so goes
// from small images to large ones.
type ConvTranspose struct {
	Kernel *grad.Parameter // [inputs, window height · window width · outputs]
	Bias   *grad.Parameter // [outputs], starts at 0
	Window grad.Window
}

// NewConvTranspose returns a layer from images of so many input channels to images of so many output
// channels, with a kernel drawn by initialise.
func NewConvTranspose(inputs, outputs int, window grad.Window, initialise Initialiser, random *rand.Rand) ConvTranspose {
	area := window.Height * window.Width
	layer := ConvTranspose{Kernel: grad.NewParameter(inputs, area*outputs), Bias: grad.NewParameter(outputs), Window: window}
	initialise(layer.Kernel.Data, area*inputs, area*outputs, random)
	return layer
}

// Apply maps x [..., rows, columns, inputs] to [..., height, width, outputs], where without padding
// height = (rows - 1) · stride + window height; padding is cut off on either side.
func (l ConvTranspose) Apply(x *grad.Value) *grad.Value {
	rank := len(x.Shape())
	length := func(count, window int) int { return (count-1)*l.Window.Stride + window - 2*l.Window.Padding }
	height, width := length(x.Shape()[rank-3], l.Window.Height), length(x.Shape()[rank-2], l.Window.Width)
	return x.MatMul(l.Kernel).OverlapAdd(l.Window, height, width).Add(l.Bias)
}
