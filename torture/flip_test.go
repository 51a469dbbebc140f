package torture

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// TestFlippedBits changes bits at random places of all files of a log (C4).
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	s := newSample(t, "one", "two")
	ways := rounds(24, 1500)
	seeds := make([]uint64, ways)
	for i := range seeds {
		seeds[i] = random.Uint64()
	}
	results := s.damageCopies(t, ways, func(way int, folder string) (string, error) {
		return flipBits(t, folder, rand.New(rand.NewPCG(seeds[way], 0)))
	})
	var sum aftermath
	for way, after := range results {
		if after.refused != nil {
			t.Logf("way %d: %v", way, after.refused)
		}
		sum.lost, sum.damaged = sum.lost+after.lost, sum.damaged+after.damaged
	}
	measured.add("rows lost to flipped bits, all reported", sum.lost)
}

// Bits of the newest segment, to which more is added.
func TestFlippedBitsOfTheNewestSegment(t *testing.T) {
	t.Parallel()
	random := newRandom(t)
	s := newTornSample(t)
	ways := rounds(8, 300)
	seeds := make([]uint64, ways)
	for i := range seeds {
		seeds[i] = random.Uint64()
	}
	s.damageCopies(t, ways, func(way int, folder string) (string, error) {
		all := segments(t, folder)
		bit, err := flipBit(all[len(all)-1], rand.New(rand.NewPCG(seeds[way], 0)))
		return fmt.Sprintf("bit %d of byte %d of the newest segment", bit%8, bit/8), err
	})
	measured.add("bits flipped in files of a log", int64(ways))
}

// One bit of the sequence of a message, anywhere but in the first of a segment, loses nothing.
func TestFlippedBitsOfSequences(t *testing.T) {
	t.Parallel()
	s := newSample(t, "one", "two")
	second := nextRecord(t, segments(t, s.folder)[0])
	const lowest, highest = 24, 61 // a lower one is as if messages were missing, and a higher one is a flag
	step := 1 + rounds(4, 0)
	for way, after := range s.damageCopies(t, (highest-lowest)/step+1, func(way int, folder string) (string, error) {
		path := segments(t, folder)[0]
		data, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		bit := lowest + way*step
		data[second+4+bit/8] ^= 1 << (bit % 8)
		return fmt.Sprintf("bit %d of a sequence", bit), os.WriteFile(path, data, 0o644)
	}) {
		if after.lost > 0 || after.damaged > 0 || after.refused != nil {
			t.Errorf("bit %d: %+v", lowest+way*step, after)
		}
	}
}

// nextRecord is where the second record of a segment begins: a record begins with its length and a flag.
func nextRecord(t *testing.T, path string) int {
	t.Helper()
	data, err := os.ReadFile(path)
	noError(t, err)
	return int(binary.LittleEndian.Uint32(data) &^ (1 << 31))
}

// flipBits flips one bit in half of the cases, and up to eight in the others. Each place of all files is as
// likely as any other in half of the cases, and each file in the others.
func flipBits(t testing.TB, folder string, random *rand.Rand) (what string, err error) {
	bits := 1
	if random.IntN(2) == 0 {
		bits += random.IntN(8)
	}
	all := files(t, folder)
	for range bits {
		path := all[random.IntN(len(all))]
		if random.IntN(2) == 0 {
			path = byPlace(all, random)
		}
		bit, err := flipBit(path, random)
		if err != nil {
			return what, err
		}
		what += fmt.Sprintf("bit %d of byte %d of %s, ", bit%8, bit/8, filepath.Base(path))
	}
	measured.add("bits flipped in files of a log", int64(bits))
	return what, nil
}

// byPlace returns the file of a random byte of all.
func byPlace(all []string, random *rand.Rand) string {
	var total int64
	sizes := make([]int64, len(all))
	for i, path := range all {
		if info, err := os.Stat(path); err == nil {
			sizes[i] = info.Size()
		}
		total += sizes[i]
	}
	place := random.Int64N(total)
	for i, size := range sizes {
		if place -= size; place < 0 {
			return all[i]
		}
	}
	return all[len(all)-1]
}

// flipBit flips a bit of a file and tells which.
func flipBit(path string, random *rand.Rand) (bit int, err error) {
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		return 0, fmt.Errorf("%s has %d bytes: %w", path, len(data), err)
	}
	bit = random.IntN(8 * len(data))
	data[bit/8] ^= 1 << (bit % 8)
	return bit, os.WriteFile(path, data, 0o644)
}
