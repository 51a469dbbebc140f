package nn

import (
	"math/rand/v2"
	"slices"

	"github.com/reverie-rl/reverie/grad"
)

// The networks of Ha and Schmidhuber (World Models, 2018, appendix A.1), which PlaNet (Hafner et al.,
// 2019) and Dreamer (Hafner et al., 2020) use, for images of 64 by 64 pixels.

// ConvEncoder maps images to vectors.
type ConvEncoder struct{ Layers []Conv }

// NewConvEncoder returns an encoder of images of 64 by 64 pixels and so many channels. Its layers have
// depth, 2 depth, 4 depth and 8 depth channels.
func NewConvEncoder(channels, depth int, random *rand.Rand) ConvEncoder {
	var encoder ConvEncoder
	for _, outputs := range []int{depth, 2 * depth, 4 * depth, 8 * depth} {
		encoder.Layers = append(encoder.Layers, NewConv(channels, outputs, square(4), GlorotUniform, random))
		channels = outputs
	}
	return encoder
}

// Apply maps x [..., 64, 64, channels] to [..., 32 depth].
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

// NewConvDecoder returns a decoder of vectors of so many inputs to images of 64 by 64 pixels and so
// many channels. Its layers have 32 depth, 4 depth, 2 depth, depth and channels channels.
func NewConvDecoder(inputs, channels, depth int, random *rand.Rand) ConvDecoder {
	decoder := ConvDecoder{First: NewLinear(inputs, 32*depth, GlorotUniform, random)}
	before := 32 * depth
	for i, outputs := range []int{4 * depth, 2 * depth, depth, channels} {
		decoder.Layers = append(decoder.Layers, NewConvTranspose(before, outputs, square([]int{5, 5, 6, 6}[i]), GlorotUniform, random))
		before = outputs
	}
	return decoder
}

// Apply maps x [..., inputs] to [..., 64, 64, channels]. The last layer has no activation.
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
