package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/reverie-rl/reverie/grad"
)

// The networks of Ha and Schmidhuber (World Models, 2018, appendix A.1), which PlaNet (Hafner et al.,
// 2019) and Dreamer (Hafner et al., 2020) use, for images of 64 by 64 pixels.

// ConvEncoder maps images to vectors.
type ConvEncoder struct{ Layers []Conv }

// ConvSides are the heights, which are the widths, of the images that there are convolutions for.
var ConvSides = []int{32, 64}

// convLayers is how many layers halve an image of side by side pixels to 2 by 2. A side that is not one of ConvSides is
// a mistake of the caller.
func convLayers(side int) int {
	switch side {
	case 32:
		return 3
	case 64:
		return 4
	}
	panic(fmt.Sprintf("nn: there are no convolutions for images of %d by %d pixels, but for %v", side, side, ConvSides))
}

// ConvEmbedding is how many numbers an encoder of images of side by side pixels puts out: those of 2 by 2 pixels of its
// last layer, 32 depth of 64 by 64 pixels and 16 depth of 32 by 32.
func ConvEmbedding(side, depth int) int { return 2 * depth << convLayers(side) }

// NewConvEncoder returns an encoder of images of side by side pixels, one of ConvSides, and so many channels. Its layers
// have depth, 2 depth, 4 depth and, of larger images, 8 depth channels.
func NewConvEncoder(side, channels, depth int, random *rand.Rand) ConvEncoder {
	var encoder ConvEncoder
	for i := range convLayers(side) {
		outputs := depth << i
		encoder.Layers = append(encoder.Layers, NewConv(channels, outputs, square(4), GlorotUniform, random))
		channels = outputs
	}
	return encoder
}

// Apply maps x [..., side, side, channels] to [..., ConvEmbedding].
func (n ConvEncoder) Apply(x *grad.Value) *grad.Value {
	for _, layer := range n.Layers {
		x = layer.Apply(x).ReLU()
	}
	leading := len(x.Shape()) - 3
	return x.Reshape(append(slices.Clone(x.Shape()[:leading]), x.Shape()[leading:].Size())...)
}

// ConvDecoder maps vectors to images.
type ConvDecoder struct {
	First  Linear
	Layers []ConvTranspose
}

// NewConvDecoder returns a decoder of vectors of so many inputs to images of side by side pixels, one of ConvSides, and
// so many channels. Its layers have as many channels as ConvEmbedding says, then those of the encoder from the last but
// one to the first, and channels.
func NewConvDecoder(inputs, side, channels, depth int, random *rand.Rand) ConvDecoder {
	before, count := ConvEmbedding(side, depth), convLayers(side)
	decoder := ConvDecoder{First: NewLinear(inputs, before, GlorotUniform, random)}
	sizes := map[int][]int{32: {5, 6, 6}, 64: {5, 5, 6, 6}}[side] // from 1 by 1 pixel to side by side
	for i, size := range sizes {
		outputs := channels
		if i < count-1 {
			outputs = depth << (count - 2 - i)
		}
		decoder.Layers = append(decoder.Layers, NewConvTranspose(before, outputs, square(size), GlorotUniform, random))
		before = outputs
	}
	return decoder
}

// Apply maps x [..., inputs] to [..., side, side, channels]. The last layer has no activation.
func (n ConvDecoder) Apply(x *grad.Value) *grad.Value {
	x = n.First.Apply(x).KeepAxis(-2).KeepAxis(-2)
	for i, layer := range n.Layers {
		if i > 0 {
			x = x.ReLU()
		}
		x = layer.Apply(x)
	}
	return x
}

// square is a window that moves by two pixels.
func square(size int) grad.Window { return grad.Window{Height: size, Width: size, Stride: 2} }
