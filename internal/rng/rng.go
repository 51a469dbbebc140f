// Package rng makes random numbers that are a pure function of where they are used.
//
// The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
// easy as 1, 2, 3", SC 2011): ten rounds turn a 128-bit counter into 128 random bits. Nothing is
// carried from one number to the next, so that element i of a fill depends on its Key and on i
// alone: a fill can be cut between any number of workers, repeated, or resumed in the middle, and
// gives the same bytes.
package rng

// Key names a sequence of random numbers. Sequences of different keys are independent; two fills
// with the same key repeat the same bits, so give each use its own Stream or Step.
type Key struct {
	Seed   uint64 // of the whole run
	Stream uint64 // of the use: one constant or Mix for each component that needs numbers
	Step   uint64 // of the occasion: the update, draw or episode number
}

// Mix derives a seed from parts, such as a run's seed and the number of an actor. It depends on
// the order of the parts, and changing any one part always changes the result. The rounds are
// those of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func Mix(parts ...uint64) uint64 {
	state := uint64(len(parts))
	for _, part := range parts {
		state += part + 0x9E3779B97F4A7C15
		state = (state ^ state>>30) * 0xBF58476D1CE4E5B9
		state = (state ^ state>>27) * 0x94D049BB133111EB
		state ^= state >> 31
	}
	return state
}

// The multipliers of the Philox round and the increments of its key.
const (
	multiplier0 = 0xD2511F53
	multiplier1 = 0xCD9E8D57
	increment0  = 0x9E3779B9 // the golden ratio
	increment1  = 0xBB67AE85 // the square root of 3, less 1
	rounds      = 10
)

// schedule is the keys of the ten rounds.
type schedule [rounds]roundKey

// roundKey is the key of one round.
type roundKey struct{ k0, k1 uint32 }

// newSchedule expands the key (k0, k1).
func newSchedule(k0, k1 uint32) (keys schedule) {
	for i := range keys {
		keys[i] = roundKey{k0, k1}
		k0 += increment0
		k1 += increment1
	}
	return keys
}

// round is one round of Philox on the counter (c0, c1, c2, c3).
func round(c0, c1, c2, c3 uint32, key roundKey) (r0, r1, r2, r3 uint32) {
	product0 := uint64(c0) * multiplier0
	product1 := uint64(c2) * multiplier1
	return uint32(product1>>32) ^ c1 ^ key.k0, uint32(product1), uint32(product0>>32) ^ c3 ^ key.k1, uint32(product0)
}

// philox encrypts the counter (c0, c1, c2, c3). The rounds are written out because a loop around
// them takes a third longer.
func philox(c0, c1, c2, c3 uint32, keys *schedule) (r0, r1, r2, r3 uint32) {
	c0, c1, c2, c3 = round(c0, c1, c2, c3, keys[0])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, keys[1])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, keys[2])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, keys[3])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, keys[4])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, keys[5])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, keys[6])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, keys[7])
	c0, c1, c2, c3 = round(c0, c1, c2, c3, keys[8])
	return round(c0, c1, c2, c3, keys[9])
}

// Cipher is the key of Philox, its first word in the lower half.
func (k Key) Cipher() uint64 { return Mix(k.Seed, k.Stream) }

// words fills dst, whose length is a multiple of 4, with the blocks from number block on. Step is
// the upper half of the counter, so that sequences that differ in Step alone never overlap.
func (k Key) words(dst []uint32, block uint64) {
	cipher := k.Cipher()
	keys := newSchedule(uint32(cipher), uint32(cipher>>32))
	step0, step1 := uint32(k.Step), uint32(k.Step>>32)
	for ; len(dst) >= 4; dst = dst[4:] {
		dst[0], dst[1], dst[2], dst[3] = philox(uint32(block), uint32(block>>32), step0, step1, &keys)
		block++
	}
}
