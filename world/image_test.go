package world

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

const pixels = 64 * 64

// By hand: kernels whose weights sum to ½ halve a picture of one colour in each of the four layers, and below 0
// nothing is left of it.
func TestImageEncoderByHand(t *testing.T) {
	encoder := NewImageEncoder(64, 2, 1, newRandom())
	for _, layer := range encoder.Network.Layers {
		layer.Kernel.Filled(0.5 / float32(layer.Kernel.Shape[0]))
	}
	e := run(t, func(t *grad.Tracer) {
		t.Output("embedding", encoder.Embed(constant(t, []int{2, 1, 1}, 0.5, -0.5).Broadcast(2, 1, 2*pixels)))
	}, nil)
	embedding := e.Output("embedding")
	if len(embedding) != 2*32 {
		t.Fatalf("the embeddings have %d numbers, want 2 · 32", len(embedding))
	}
	for i, x := range embedding {
		near(t, "the embedding", x, []float64{0.5 / 16, 0}[i/32])
	}
}

// By hand: with no weights the picture has the colour of the last bias, and the loss is half of the number of its
// elements times the squared distance.
func TestImageDecoderByHand(t *testing.T) {
	decoder := NewImageDecoder(3, 64, 2, 1, newRandom())
	for _, named := range grad.TreeOf(decoder) {
		named.Filled(0)
	}
	copy(decoder.Network.Layers[3].Bias.Data, []float32{0.25, -0.25})
	e := run(t, func(t *grad.Tracer) {
		features := constant(t, []int{2, 1, 3}, 1, 2, 3, 4, 5, 6)
		t.Output("mean", decoder.Mean(features))
		t.Output("loss", decoder.Loss(features, constant(t, []int{2, 1, 1}, 0, 0.25).Broadcast(2, 1, 2*pixels)))
	}, nil)
	if mean := e.Output("mean"); len(mean) != 2*2*pixels || mean[0] != 0.25 || mean[1] != -0.25 {
		t.Errorf("%d pixels begin with %v, %v", len(mean), mean[0], mean[1])
	}
	near(t, "the loss of grey", e.Output("loss")[0], pixels*0.0625)
	near(t, "the loss of a colour", e.Output("loss")[1], pixels*0.25/2)
}

func TestImageGradients(t *testing.T) {
	encoder, decoder := shaken(NewImageEncoder(64, 1, 1, newRandom())), shaken(NewImageDecoder(3, 64, 1, 1, newRandom()))
	pattern, random := grad.NewParameter(2, pixels), newRandom()
	for i := range pattern.Data {
		pattern.Data[i] = float32(random.NormFloat64())
	}
	picture := func(brightness *grad.Value) *grad.Value { return brightness.MatMul(pattern) }
	gradtest.Check(t, gradtest.Positive, func(_ *grad.Tracer, in []*grad.Value) *grad.Value {
		return encoder.Embed(picture(in[0])).Mean(-1)
	}, []int{2, 2})
	gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value {
		return decoder.Loss(in[0], picture(in[1])).Mul(grad.Scalar(1.0 / pixels))
	}, []int{2, 3}, []int{2, 2})
}

// A pair is its parts, each of which sees its own.
func TestPairs(t *testing.T) {
	random, numbers := newRandom(), 4
	vectors := VectorEncoder{NewNetwork([]int{numbers, 5}, 1, random), true}
	images := NewImageEncoder(64, 1, 1, random)
	vector := VectorDecoder{NewNetwork([]int{3, 4}, 1, random), true}
	image := NewImageDecoder(3, 64, 1, 1, random)
	e := run(t, func(t *grad.Tracer) {
		features, row, picture := t.Input("features", 2, batch, 3), t.Input("row", 2, batch, numbers), t.Input("picture", 2, batch, pixels)
		both := row.Concat(-1, picture)
		t.Output("embedding", PairEncoder{numbers, vectors, images}.Embed(both))
		t.Output("parts' embedding", vectors.Embed(row).Concat(-1, images.Embed(picture)))
		pair := PairDecoder{numbers, vector, image}
		t.Output("mean", pair.Mean(features))
		t.Output("parts' mean", vector.Mean(features).Concat(-1, image.Mean(features)))
		t.Output("loss", pair.Loss(features, both))
		t.Output("parts' loss", vector.Loss(features, row).Add(image.Loss(features, picture)))
	}, []string{"features", "row", "picture"})
	for _, name := range []string{"embedding", "mean", "loss"} {
		same(t, e, name, "parts' "+name)
	}
}
