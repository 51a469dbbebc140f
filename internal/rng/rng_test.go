package rng

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The known answers are those published with the Random123 library.
func TestPhiloxKnownAnswers(t *testing.T) {
	const ones = 0xFFFFFFFF
	for _, test := range []struct{ in, want []uint32 }{
		{[]uint32{0, 0, 0, 0, 0, 0}, []uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[]uint32{ones, ones, ones, ones, ones, ones}, []uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{
			[]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0},
			[]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	} {
		keys := newSchedule(test.in[4], test.in[5])
		r0, r1, r2, r3 := philox(test.in[0], test.in[1], test.in[2], test.in[3], &keys)
		if got := []uint32{r0, r1, r2, r3}; !slices.Equal(got, test.want) {
			t.Errorf("philox(%x) = %x, want %x", test.in, got, test.want)
		}
	}
}

func TestFillsDoNotDependOnDivision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkDivision(t, "Uniform float32", Uniform[float32])
		checkDivision(t, "Uniform float64", Uniform[float64])
		checkDivision(t, "Normal float32", Normal[float32])
		checkDivision(t, "Normal float64", Normal[float64])
	})
}

// checkDivision compares one fill with the same range filled in two parts.
func checkDivision[T float32 | float64](t *rapid.T, name string, fill func([]T, Key, int)) {
	key := Key{rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "stream"), rapid.Uint64().Draw(t, "step")}
	length := rapid.IntRange(0, 300).Draw(t, "length")
	start := rapid.IntRange(0, length).Draw(t, "start")
	cut := rapid.IntRange(start, length).Draw(t, "cut")
	whole, parts := make([]T, length), make([]T, length)
	fill(whole, key, 0)
	fill(parts[:start], key, 0)
	fill(parts[start:cut], key, start)
	fill(parts[cut:], key, cut)
	if !slices.Equal(whole, parts) {
		t.Fatalf("%s: %d elements cut at %d and %d differ from one fill", name, length, start, cut)
	}
}

// The bytes of a released sequence never change: stored runs depend on them.
func TestSequencesAreFixed(t *testing.T) {
	var got [4]float32
	Normal(got[:], Key{Seed: 1, Stream: 2, Step: 3}, 0)
	want := [4]uint32{0x3f6908f6, 0xbebcbd07, 0xc02b8481, 0xbe8ee2a5}
	for i := range got {
		if math.Float32bits(got[i]) != want[i] {
			t.Errorf("element %d is %#x, want %#x", i, math.Float32bits(got[i]), want[i])
		}
	}
}

func TestKeysGiveDifferentSequences(t *testing.T) {
	seen := map[float64]Key{}
	for _, key := range []Key{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 1 << 32}, {1 << 32, 0, 0}, {0, 1 << 32, 0}, {1, 1, 0}} {
		var value [1]float64
		Uniform(value[:], key, 0)
		if other, found := seen[value[0]]; found {
			t.Errorf("keys %v and %v begin alike", key, other)
		}
		seen[value[0]] = key
	}
}

func TestSequencesDoNotRepeat(t *testing.T) {
	var near, far [4]float32
	Uniform(near[:], Key{}, 0)
	Uniform(far[:], Key{}, 1<<34)
	if near == far {
		t.Errorf("the sequence repeats after 2^34 elements: %v", near)
	}
}

func TestUniformMoments(t *testing.T) {
	checkUniform[float32](t)
	checkUniform[float64](t)
}

func checkUniform[T float32 | float64](t *testing.T) {
	t.Helper()
	values := make([]T, 1<<20)
	Uniform(values, Key{Seed: 5}, 0)
	slices.Sort(values)
	if values[0] < 0 || values[len(values)-1] >= 1 {
		t.Errorf("values from %v to %v are not in [0, 1)", values[0], values[len(values)-1])
	}
	checkKolmogorov(t, values, func(x float64) float64 { return x })
}

func TestNormalMoments(t *testing.T) {
	checkNormal[float32](t)
	checkNormal[float64](t)
}

// checkNormal allows five standard errors in each moment.
func checkNormal[T float32 | float64](t *testing.T) {
	t.Helper()
	values := make([]T, 1<<20)
	Normal(values, Key{Seed: 7}, 0)
	var moments [5]float64
	var lagged float64
	for i, value := range values {
		x := float64(value)
		for power := range moments {
			moments[power] += math.Pow(x, float64(power)) / float64(len(values))
		}
		lagged += x * float64(values[i^1]) / float64(len(values))
	}
	scale := 5 / math.Sqrt(float64(len(values)))
	for _, test := range []struct {
		name                string
		got, want, variance float64
	}{
		{"mean", moments[1], 0, 1}, {"variance", moments[2], 1, 2}, {"skew", moments[3], 0, 15},
		{"kurtosis", moments[4], 3, 96}, {"correlation in a pair", lagged, 0, 2},
	} {
		if math.Abs(test.got-test.want) > scale*math.Sqrt(test.variance) {
			t.Errorf("%T: %s is %v, want %v", values, test.name, test.got, test.want)
		}
	}
	slices.Sort(values)
	checkKolmogorov(t, values, func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 })
}

// checkKolmogorov compares sorted values with a distribution at the level of about 1e-6.
func checkKolmogorov[T float32 | float64](t *testing.T, sorted []T, distribution func(float64) float64) {
	t.Helper()
	var distance float64
	for i, value := range sorted {
		expected := distribution(float64(value))
		distance = max(distance, math.Abs(expected-float64(i)/float64(len(sorted))), math.Abs(expected-float64(i+1)/float64(len(sorted))))
	}
	if limit := 2.7 / math.Sqrt(float64(len(sorted))); distance > limit {
		t.Errorf("%T: Kolmogorov distance %v exceeds %v", sorted, distance, limit)
	}
}

func TestNormalTails(t *testing.T) {
	x, y := boxMuller32(0, 0)
	if want := math.Sqrt(66 * math.Ln2); math.Abs(math.Hypot(float64(x), float64(y))-want) > 1e-5 {
		t.Errorf("the largest radius is %v, want %v", math.Hypot(float64(x), float64(y)), want)
	}
	if x, y := boxMuller32(math.MaxUint32, 0); x != 0 || y != 0 {
		t.Errorf("the smallest radius gives %v, %v, want 0, 0", x, y)
	}
}

func TestLog32Accuracy(t *testing.T) {
	for bits := math.Float32bits(0x1p-33); bits <= math.Float32bits(1); bits += 997 {
		x := math.Float32frombits(bits)
		want := math.Log(float64(x))
		if math.Abs(float64(log32(x))-want) > 1e-6*max(1, -want) {
			t.Fatalf("log32(%v) = %v, want %v", x, log32(x), want)
		}
	}
}

// Every quarter is met with every angle, and the point turns with the angle of its quarter.
func TestCircle32Accuracy(t *testing.T) {
	for word := uint64(0); word < 1<<32; word += 4001 {
		angle := float64(int32(word)>>2) * (math.Pi / 4 * 0x1p-29)
		large, small := math.Copysign(math.Cos(angle), 0.5-float64(word&1)), math.Sin(angle)
		if word>>1&1 == 1 {
			large, small = small, large
		}
		cosine, sine := circle32(uint32(word))
		if math.Abs(float64(cosine)-large) > 1e-6 || math.Abs(float64(sine)-small) > 1e-6 {
			t.Fatalf("circle32(%#x) = %v, %v, want %v, %v", word, cosine, sine, large, small)
		}
	}
}

func TestSourceState(t *testing.T) {
	var source rand.Source = &Source{Key: Key{Seed: 3}}
	generator := rand.New(source)
	for range 10 {
		generator.NormFloat64()
	}
	saved := *source.(*Source)
	if got, want := rand.New(&saved).Float64(), generator.Float64(); got != want {
		t.Errorf("a copied source gives %v, the original %v", got, want)
	}
}

func TestIntNIsUniform(t *testing.T) {
	const n, draws = 7, 70_000
	source := Source{Key: Key{Seed: 11}}
	var counts [n]int
	for range draws {
		counts[source.IntN(n)]++
	}
	var chiSquare float64
	for _, count := range counts {
		chiSquare += math.Pow(float64(count)-draws/n, 2) / (draws / n)
	}
	if chiSquare > 40 { // probability about 5e-7 with 6 degrees of freedom
		t.Errorf("counts %v: chi-square %v", counts, chiSquare)
	}
}

// Without the rejection of some draws, two thirds of so large a range would be drawn more often.
func TestIntNHasNoBias(t *testing.T) {
	source := Source{Key: Key{Seed: 13}}
	var counts [3]int
	for range 30_000 {
		counts[source.IntN(3<<61)%3]++
	}
	for _, count := range counts {
		if count < 9_600 || count > 10_400 { // 5 deviations
			t.Errorf("counts %v, want 10000 each", counts)
		}
	}
}

func TestIntNRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, math.MaxInt).Draw(t, "n")
		source := Source{Key: Key{Seed: rapid.Uint64().Draw(t, "seed")}}
		if got := source.IntN(n); got < 0 || got >= n {
			t.Fatalf("IntN(%d) = %d", n, got)
		}
	})
}

func TestIntNRefusesEmptyRange(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("IntN(0) returned")
		}
	}()
	(&Source{}).IntN(0)
}

func TestMixDependsOnEveryPart(t *testing.T) {
	seen := map[uint64]bool{}
	for _, parts := range [][]uint64{{}, {0}, {0, 0}, {0, 1}, {1, 0}, {1}, {1, 1}, {2}} {
		if mixed := Mix(parts...); seen[mixed] {
			t.Errorf("Mix(%v) = %#x is taken", parts, mixed)
		} else {
			seen[mixed] = true
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	single, double := make([]float32, 1000), make([]float64, 1000)
	source := &Source{}
	if count := testing.AllocsPerRun(10, func() {
		Uniform(single, Key{}, 1)
		Normal(single, Key{}, 2)
		Uniform(double, Key{}, 3)
		Normal(double, Key{}, 4)
		source.IntN(10)
	}); count != 0 {
		t.Errorf("%v allocations", count)
	}
}

func BenchmarkNormal32(b *testing.B)  { benchmark(b, Normal[float32]) }
func BenchmarkNormal64(b *testing.B)  { benchmark(b, Normal[float64]) }
func BenchmarkUniform32(b *testing.B) { benchmark(b, Uniform[float32]) }

func benchmark[T float32 | float64](b *testing.B, fill func([]T, Key, int)) {
	values := make([]T, 4096)
	for b.Loop() {
		fill(values, Key{Seed: 1}, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(values)), "ns/number")
}

func BenchmarkIntN(b *testing.B) {
	source := &Source{}
	for b.Loop() {
		source.IntN(1000)
	}
}
