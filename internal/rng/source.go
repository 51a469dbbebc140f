package rng

import "math/bits"

// Source is a sequential reading of a key's sequence. It is a math/rand/v2 Source. Its whole state
// is its two fields: copying or storing them saves it, and setting Position moves it.
type Source struct {
	Key      Key
	Position uint64 // of the next number
}

// Uint64 returns the next 64 random bits.
func (s *Source) Uint64() uint64 {
	var block [4]uint32
	s.Key.words(block[:], s.Position)
	s.Position++
	return uint64(block[0])<<32 | uint64(block[1])
}

// IntN returns a uniform whole number in [0, n). It panics when n is not positive. The method is
// Lemire's ("Fast random integer generation in an interval", 2019), which has no bias.
func (s *Source) IntN(n int) int {
	if n <= 0 {
		panic("rng: IntN of a limit that is not positive")
	}
	limit := uint64(n)
	high, low := bits.Mul64(s.Uint64(), limit)
	if low < limit {
		for threshold := -limit % limit; low < threshold; {
			high, low = bits.Mul64(s.Uint64(), limit)
		}
	}
	return int(high)
}
