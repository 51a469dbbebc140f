package world

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/grad"
)

const (
	batch, observations, actions = 3, 4, 2
	embedding                    = 5
)

// kinds are all ways to put an RSSM together.
var kinds = map[string]func(random *rand.Rand) RSSM{
	"gaussian, GRU":         kind(Gaussian{Numbers: 3, MinimumDeviation: 0.1}, false),
	"gaussian, norm GRU":    kind(Gaussian{Numbers: 3, MinimumDeviation: 0.1}, true),
	"deterministic, GRU":    kind(Deterministic{Numbers: 3, Unit: 0.5}, false),
	"categorical, norm GRU": kind(Categorical{Variables: 2, Classes: 3, Unimix: 0.01}, true),
}

func kind(latent Latent, normalised bool) func(random *rand.Rand) RSSM {
	return func(random *rand.Rand) RSSM {
		return NewRSSM(RSSMSizes{Action: actions, Embedding: embedding, Deterministic: 6, Hidden: 7}, latent, normalised, random)
	}
}

// newRandom returns the random numbers of a test.
func newRandom() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }

// shaken moves all parameters of a network away from where they start.
func shaken[N any](network N) N {
	random := rand.New(rand.NewPCG(2, 2))
	for _, named := range grad.TreeOf(network) {
		for i := range named.Data {
			named.Data[i] += float32(0.3 * random.NormFloat64())
		}
	}
	return network
}

// run compiles a program, fills its inputs with normal numbers, lets further change them, and runs it.
func run(t *testing.T, build func(t *grad.Tracer), inputs []string, further ...func(e *grad.Executable[float32])) *grad.Executable[float32] {
	t.Helper()
	program, err := grad.Trace(build)
	if err != nil {
		t.Fatal(err)
	}
	e, err := grad.Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	random := newRandom()
	for _, name := range inputs {
		for i := range e.Input(name) {
			e.Input(name)[i] = float32(random.NormFloat64())
		}
	}
	for _, change := range further {
		change(e)
	}
	e.Seed(1, 1)
	e.Run()
	return e
}

// same fails the test unless two outputs are equal up to rounding, and not all zero.
func same(t *testing.T, e *grad.Executable[float32], one, other string) {
	t.Helper()
	a, b, size := e.Output(one), e.Output(other), 0.0
	if len(a) != len(b) {
		t.Fatalf("%s has %d elements, %s has %d", one, len(a), other, len(b))
	}
	for i := range a {
		size += math.Abs(float64(a[i]))
		if !(math.Abs(float64(a[i]-b[i])) <= 1e-5) {
			t.Errorf("element %d of %s is %g, of %s %g", i, one, a[i], other, b[i])
		}
	}
	if size == 0 {
		t.Errorf("%s is 0", one)
	}
}

// near fails the test unless got is want up to rounding.
func near(t *testing.T, what string, got float32, want float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= 1e-5*(1+math.Abs(want))) {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

// one is step i of x [time, ...].
func one(x *grad.Value, i int) *grad.Value { return x.Slice(0, i, i+1).Reshape(x.Shape()[1:]...) }

// constant is an array of numbers.
func constant(t *grad.Tracer, shape []int, numbers ...float64) *grad.Value {
	return t.Call("constant", shape, func(out []float64, _ [][]float64) { copy(out, numbers) })
}
