package grad_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/reverie-rl/reverie/grad"
)

// windows draws images of shape [images, height, width, channels] and a window that fits them.
var windows = rapid.Custom(func(t *rapid.T) windowed {
	length := rapid.IntRange(1, 7)
	w := windowed{
		image:  []int{rapid.IntRange(1, 3).Draw(t, "images"), length.Draw(t, "height"), length.Draw(t, "width"), rapid.IntRange(1, 3).Draw(t, "channels")},
		window: grad.Window{Stride: rapid.IntRange(1, 4).Draw(t, "stride"), Padding: rapid.IntRange(0, 3).Draw(t, "padding")},
	}
	w.window.Height = rapid.IntRange(1, w.image[1]+2*w.window.Padding).Draw(t, "window height")
	w.window.Width = rapid.IntRange(1, w.image[2]+2*w.window.Padding).Draw(t, "window width")
	return w
})

type windowed struct {
	image  []int
	window grad.Window
}

// grid is the shape of the patches.
func (w windowed) grid() []int {
	count := func(size, window int) int { return (size+2*w.window.Padding-window)/w.window.Stride + 1 }
	area := w.window.Height * w.window.Width
	return []int{w.image[0], count(w.image[1], w.window.Height), count(w.image[2], w.window.Width), area * w.image[3]}
}

// pixels calls visit for every element of every patch that lies inside an image, with its place in
// the patches and in the images.
func (w windowed) pixels(visit func(patch, pixel int)) {
	patch := 0
	each(append(w.grid()[:3], w.window.Height, w.window.Width, w.image[3]), func(index []int) {
		y := index[1]*w.window.Stride + index[3] - w.window.Padding
		x := index[2]*w.window.Stride + index[4] - w.window.Padding
		if y >= 0 && y < w.image[1] && x >= 0 && x < w.image[2] {
			visit(patch, ((index[0]*w.image[1]+y)*w.image[2]+x)*w.image[3]+index[5])
		}
		patch++
	})
}

func TestPatchesAndOverlapAdd(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := windows.Draw(r, "windows")
		executable := reference(t, func(t *grad.Tracer) {
			t.Output("cut", t.Input("image", w.image...).Patches(w.window))
			t.Output("added", t.Input("patches", w.grid()...).OverlapAdd(w.window, w.image[1], w.image[2]))
		})
		image, patches := executable.Input("image"), executable.Input("patches")
		draw(image, rand.New(rand.NewPCG(1, 1)))
		draw(patches, rand.New(rand.NewPCG(2, 2)))
		cut, added := make([]float64, len(patches)), make([]float64, len(image))
		w.pixels(func(patch, pixel int) {
			cut[patch] = image[pixel]
			added[pixel] += patches[patch]
		})
		executable.Run()
		near(t, fmt.Sprintf("patches of %+v", w), executable.Output("cut"), cut, 0)
		near(t, fmt.Sprintf("sum of overlapping patches of %+v", w), executable.Output("added"), added, 1e-12)
	})
}

// Leading axes are images, however many there are.
func TestPatchesOfSequences(t *testing.T) {
	flat := []int{6, 4, 5, 2}
	shapes := map[string][]int{"sequence": {2, 3, 4, 5, 2}, "flat": flat}
	executable := fast(t, nil, func(t *grad.Tracer) {
		image := t.Input("image", flat...)
		for name, shape := range shapes {
			patches := image.Reshape(shape...).Patches(window)
			t.Output(name, patches)
			t.Output(name+" added", patches.OverlapAdd(window, 4, 5))
		}
		single := image.Slice(0, 0, 1).Reshape(4, 5, 2).Patches(window)
		t.Output("single", single)
		t.Output("single shape", t.Value(grad.Scalar(len(single.Shape()))).Add(grad.Scalar(0)))
	})
	draw(executable.Input("image"), rand.New(rand.NewPCG(1, 1)))
	executable.Run()
	equal(t, "patches", executable.Output("sequence"), executable.Output("flat"))
	equal(t, "sum", executable.Output("sequence added"), executable.Output("flat added"))
	single := executable.Output("single")
	equal(t, "patches of a single image", single, slices.Clone(executable.Output("flat")[:len(single)]))
	equal(t, "axes of its patches", executable.Output("single shape"), []float32{3})
}
