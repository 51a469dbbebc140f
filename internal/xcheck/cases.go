package main

import (
	"fmt"

	"github.com/reverie-rl/reverie/internal/kernel"
)

// work is a product to time.
type work struct {
	kernel.Product // Reused: B is packed beforehand, as the weights of a recurrent model are for all its steps
}

// works are the shapes of this engine's programs, and cubes.
var works = []work{
	// Cubes, as the textbook has them.
	{Product: kernel.Product{M: 256, N: 256, K: 256}},
	{Product: kernel.Product{M: 512, N: 512, K: 512}},
	{Product: kernel.Product{M: 1024, N: 1024, K: 1024}},
	{Product: kernel.Product{M: 1024, N: 1024, K: 1024, TransposeA: true}},
	{Product: kernel.Product{M: 1024, N: 1024, K: 1024, TransposeB: true}},
	// Networks of model-free methods, forwards, and their gradients.
	{Product: kernel.Product{M: 256, K: 24, N: 256}},
	{Product: kernel.Product{M: 512, K: 80, N: 64}},
	{Product: kernel.Product{M: 5120, K: 256, N: 256}},
	{Product: kernel.Product{M: 16, K: 80, N: 64}},
	{Product: kernel.Product{M: 256, K: 256, N: 12}},
	{Product: kernel.Product{M: 256, K: 256, N: 256, TransposeB: true}},
	{Product: kernel.Product{M: 256, K: 256, N: 256, TransposeA: true}},
	{Product: kernel.Product{M: 256, K: 5120, N: 256, TransposeA: true}},
	{Product: kernel.Product{M: 5120, K: 256, N: 256, TransposeB: true}},
	{Product: kernel.Product{M: 24, K: 256, N: 256, TransposeA: true}},
	{Product: kernel.Product{M: 256, K: 12, N: 256, TransposeB: true}},
	// Recurrent models: one step, its gradient, and the gradients of weights over all steps.
	{Product: kernel.Product{M: 32, K: 200, N: 600}},
	{Product: kernel.Product{M: 32, K: 64, N: 600}},
	{Product: kernel.Product{M: 16, K: 64, N: 192}},
	{Product: kernel.Product{M: 32, K: 230, N: 200}},
	{Product: kernel.Product{M: 32, K: 600, N: 200, TransposeB: true}},
	{Product: kernel.Product{M: 32, K: 600, N: 200, TransposeB: true, Reused: true}},
	{Product: kernel.Product{M: 16, K: 192, N: 64, TransposeB: true}},
	{Product: kernel.Product{M: 16, K: 192, N: 64, TransposeB: true, Reused: true}},
	{Product: kernel.Product{M: 200, K: 32, N: 600, TransposeA: true}},
	{Product: kernel.Product{M: 200, K: 1600, N: 600, TransposeA: true}},
	{Product: kernel.Product{M: 64, K: 1600, N: 192, TransposeA: true}},
	{Product: kernel.Product{M: 1600, K: 600, N: 200, TransposeB: true}},
}

// String names the product as A · B with the sizes of op(A) and op(B).
func (w work) String() string {
	mark := map[bool]string{true: "ᵀ"}
	name := fmt.Sprintf("%dx%d%s · %dx%d%s", w.M, w.K, mark[w.TransposeA], w.K, w.N, mark[w.TransposeB])
	if w.Reused {
		name += " packed"
	}
	return name
}
