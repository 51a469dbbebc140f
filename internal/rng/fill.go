package rng

import "math"

// chunk is the number of elements made at a time, in memory on the stack.
const chunk = 64

// shape is the distribution that random words are turned into.
type shape int

const (
	uniform shape = iota
	normal
)

// Uniform fills dst with the elements offset, offset+1, ... of the uniform sequence of key, in
// [0, 1). Any division of a sequence into fills gives the same numbers; divisions at multiples of 4
// waste no work.
func Uniform[T float32 | float64](dst []T, key Key, offset int) { fill(dst, key, offset, uniform) }

// Normal fills dst with the elements offset, offset+1, ... of the standard normal sequence of key.
// Any division of a sequence into fills gives the same numbers; divisions at multiples of 4 waste
// no work. The float32 sequence has the same bytes on every processor; it reaches 6.7 standard
// deviations, the float64 sequence 8.6.
func Normal[T float32 | float64](dst []T, key Key, offset int) { fill(dst, key, offset, normal) }

// fill makes whole groups of 4 elements and copies the part that was asked for.
func fill[T float32 | float64](dst []T, key Key, offset int, form shape) {
	var values [chunk]T
	for len(dst) > 0 {
		skip := offset % 4
		count := min(chunk, (skip+len(dst)+3)&^3)
		switch values := any(&values).(type) {
		case *[chunk]float32:
			fill32(values[:count], key, uint64(offset/4), form)
		case *[chunk]float64:
			fill64(values[:count], key, uint64(offset/4), form)
		}
		copied := copy(dst, values[skip:count])
		dst, offset = dst[copied:], offset+copied
	}
}

// fill32 makes the groups of 4 from number group on. A number takes one word.
func fill32(dst []float32, key Key, group uint64, form shape) {
	var memory [chunk]uint32
	words := memory[:len(dst)]
	key.words(words, group)
	if form == normal {
		for i := 0; i+1 < len(dst); i += 2 {
			dst[i], dst[i+1] = boxMuller32(words[i], words[i+1])
		}
		return
	}
	for i, word := range words {
		dst[i] = float32(word>>8) * 0x1p-24
	}
}

// fill64 makes the groups of 4 from number group on. A number takes two words.
func fill64(dst []float64, key Key, group uint64, form shape) {
	var memory [2 * chunk]uint32
	words := memory[:2*len(dst)]
	key.words(words, 2*group)
	for i := range dst {
		word := uint64(words[2*i])<<32 | uint64(words[2*i+1])
		dst[i] = float64(word>>11) * 0x1p-53
	}
	if form == normal {
		for i := 0; i+1 < len(dst); i += 2 {
			dst[i], dst[i+1] = boxMuller64(dst[i], dst[i+1])
		}
	}
}

// boxMuller64 turns two uniforms in [0, 1) into two independent normals.
func boxMuller64(first, second float64) (x, y float64) {
	radius := math.Sqrt(-2 * math.Log(1-first))
	sine, cosine := math.Sincos(2 * math.Pi * second)
	return radius * cosine, radius * sine
}

// boxMuller32 turns two random words into two independent normals: the first word gives the
// radius, the second a point on the unit circle.
func boxMuller32(first, second uint32) (x, y float32) {
	probability := float32(first)*0x1p-32 + 0x1p-33 // the product is exact: fused or not, the same
	radius := float32(math.Sqrt(float64(-2 * log32(probability))))
	cosine, sine := circle32(second)
	return radius * cosine, radius * sine
}

// log32 is the natural logarithm of x in (0, 1], to 1e-6 relative to max(1, |log x|). With
// x = m 2^e and m between sqrt(1/2) and sqrt(2), log m = 2 atanh(s) = 2 (s + s^3/3 + s^5/5 + ...),
// where s = (m-1)/(m+1) is at most 0.172.
//
// Products are converted to float32 before they are added, which forbids the compiler to fuse them
// on processors that can: the bytes are then the same everywhere.
func log32(x float32) float32 {
	const mantissa, sqrtHalf = 1<<23 - 1, 0x3F3504F3
	bits := math.Float32bits(x) - sqrtHalf
	exponent := float32(int32(bits) >> 23)
	m := math.Float32frombits(bits&mantissa + sqrtHalf)
	s := (m - 1) / (m + 1)
	z := s * s
	series := float32(z*(1./7)) + 1./5
	series = float32(z*series) + 1./3
	series = float32(z*series) + 1
	return float32(exponent*math.Ln2) + float32(2*s*series)
}

// circle32 returns a uniform point of the unit circle. Two bits of word choose a quarter (which
// component is the large one, and its sign), the other 30 the angle from its middle, at most pi/4,
// where the series of sine and cosine are short. The error is below 1e-6.
func circle32(word uint32) (cosine, sine float32) {
	angle := float32(int32(word)>>2) * (math.Pi / 4 * 0x1p-29)
	z := angle * angle
	s := float32(z*(1./362880)) - 1./5040
	s = float32(z*s) + 1./120
	s = float32(z*s) - 1./6
	s = float32(z*s) + 1
	c := float32(z*(1./40320)) - 1./720
	c = float32(z*c) + 1./24
	c = float32(z*c) - 1./2
	c = float32(z*c) + 1
	large := math.Float32bits(c) ^ word<<31
	small := math.Float32bits(angle * s)
	swap := (large ^ small) & -(word >> 1 & 1)
	return math.Float32frombits(large ^ swap), math.Float32frombits(small ^ swap)
}
