package kernel

import "github.com/reverie-rl/reverie/internal/rng"

// fillKernel fills whole pairs of vectors from a block of 4 numbers on.
type fillKernel func(dst []float32, cipher, block, step uint64)

// filling makes what does not begin or end with whole pairs of vectors in plain Go.
func filling(plain fill, lanes int, vectors fillKernel) fill {
	return func(dst []float32, key rng.Key, offset int) {
		head := min(-offset&3, len(dst))
		tail := head + (len(dst)-head)/(2*lanes)*(2*lanes)
		plain(dst[:head], key, offset)
		vectors(dst[head:tail], key.Cipher(), uint64(offset+head)/4, key.Step)
		plain(dst[tail:], key, offset+tail)
	}
}

type fill = func(dst []float32, key rng.Key, offset int)
