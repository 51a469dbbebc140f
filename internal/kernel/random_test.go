package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/internal/rng"
)

// Every Set draws the numbers of rng to the last bit, wherever a fill begins and ends.
func TestRandomNumbersAreThoseOfTheGenerator(t *testing.T) {
	source := generator()
	everySet(t, func(t *testing.T, s *Set[float32]) {
		for _, n := range append(lengths(), 100_000) {
			key := rng.Key{Seed: source.Uint64(), Stream: source.Uint64(), Step: source.Uint64()}
			for _, offset := range []int{0, source.IntN(100), 1<<34 - 40 + source.IntN(9), source.IntN(math.MaxInt - n)} {
				checkFill(t, fmt.Sprint("uniform from ", offset), s.Uniform, rng.Uniform[float32], n, key, offset)
				checkFill(t, fmt.Sprint("normal from ", offset), s.Normal, rng.Normal[float32], n, key, offset)
			}
		}
	})
}

func checkFill(t *testing.T, name string, fill, standard func(dst []float32, key rng.Key, offset int), n int, key rng.Key, offset int) {
	t.Helper()
	got, want := make([]float32, n+40), make([]float32, n)
	fill(got[:n], key, offset)
	standard(want, key, offset)
	checkSame(t, name, got[:n], want)
	checkSame(t, name+", behind the end", got[n:], make([]float32, 40))
}

func BenchmarkRandom(b *testing.B) {
	dst, key := make([]float32, 4096), rng.Key{Seed: rand.Uint64()}
	for _, s := range Sets() {
		for name, fill := range map[string]func(dst []float32, key rng.Key, offset int){"uniform": s.Uniform, "normal": s.Normal} {
			b.Run(name+"/"+s.Name, func(b *testing.B) {
				for b.Loop() {
					fill(dst, key, 0)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(dst)), "ns/element")
			})
		}
	}
}
