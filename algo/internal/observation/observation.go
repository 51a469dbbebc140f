// Package observation traces what agents see as inputs of their programs.
package observation

import (
	"fmt"
	"slices"

	"github.com/reverie-rl/reverie/agent"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// The names of the inputs. A program has those of which there are any.
const (
	Numbers = "observation" // [..., numbers]
	Image   = "image"       // [..., height · width · channels], bytes
)

// Size is the width of an observation: its numbers, and behind them those of its picture.
func Size(sizes agent.Sizes) int { return sizes.Observation + sizes.Image.Bytes() }

// Input declares observations with these leading axes: [..., size], where the picture's bytes have become
// numbers from -½ to ½.
func Input(t *grad.Tracer, sizes agent.Sizes, leading ...int) *grad.Value {
	shape := func(width int) []int { return append(slices.Clone(leading), width) }
	var numbers *grad.Value
	if sizes.Observation > 0 {
		numbers = t.Input(Numbers, shape(sizes.Observation)...)
	}
	if sizes.Image.Bytes() == 0 {
		return numbers
	}
	pixels := t.Bytes(Image, shape(sizes.Image.Bytes())...).Mul(grad.Scalar(1.0 / 255)).Sub(grad.Scalar(0.5))
	if numbers == nil {
		return pixels
	}
	return numbers.Concat(-1, pixels)
}

// CheckImage returns an error unless there is no picture, or one that the convolutions of package nn read.
func CheckImage(algorithm string, size agent.ImageSize) error {
	if size.Bytes() > 0 && (size.Height != size.Width || !slices.Contains(nn.ConvSides, size.Height)) {
		return fmt.Errorf("%s: the picture has %d x %d pixels; its networks are for as high as wide, one of %v, as --pixels asks for",
			algorithm, size.Height, size.Width, nn.ConvSides)
	}
	return nil
}

// Memory is that of the inputs in a compiled program, to be filled before it runs.
func Memory(program *grad.Executable[float32], sizes agent.Sizes) agent.Observation {
	var memory agent.Observation
	if sizes.Observation > 0 {
		memory.Numbers = program.Input(Numbers)
	}
	if sizes.Image.Bytes() > 0 {
		memory.Image = program.Bytes(Image)
	}
	return memory
}
