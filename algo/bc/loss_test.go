package bc

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*(1+math.Abs(want))) {
		t.Errorf("%s is %.9g, want %.9g", what, got, want)
	}
}

// rows is a Gaussian policy and recorded actions at some observations: [batch][action].
type rows struct{ mean, deviation, action [][]float64 }

// traced evaluates the loss's functions in float64.
func (r rows) traced(t *testing.T) (likelihood, distance float64) {
	t.Helper()
	program, err := grad.Trace(func(t *grad.Tracer) {
		array := func(x [][]float64) *grad.Value {
			return t.Call("literal", []int{len(x), len(x[0])}, func(out []float64, _ [][]float64) {
				for i, row := range x {
					copy(out[i*len(row):], row)
				}
			})
		}
		policy, actions := dist.Gaussian{Mean: array(r.mean), Deviation: array(r.deviation)}, array(r.action)
		t.Output("likelihood", logLikelihood(policy, actions))
		t.Output("distance", modeError(policy, actions))
	})
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	executable.Run()
	return executable.Output("likelihood")[0], executable.Output("distance")[0]
}

// literal is the same, one number at a time.
func (r rows) literal() (likelihood, distance float64) {
	for i, row := range r.action {
		for d, a := range row {
			deed := math.Max(-1, math.Min(1, a))
			mean, deviation := r.mean[i][d], r.deviation[i][d]
			density := math.Exp(-math.Pow(deed-mean, 2)/(2*deviation*deviation)) / (deviation * math.Sqrt(2*math.Pi))
			likelihood += math.Log(density) / float64(len(r.action))
			distance += math.Abs(math.Max(-1, math.Min(1, mean))-deed) / float64(len(r.action)*len(row))
		}
	}
	return likelihood, distance
}

// By hand: log N(0.5; 0, 1) = -0.125 - 0.918939; log N(0; 1, 0.5) = -2 + 0.693147 - 0.918939;
// 3 counts as 1, so log N(1; 1, 0.5) = 0.693147 - 0.918939; log N(-1; 1.5, 1) = -3.125 - 0.918939.
func TestLossByHand(t *testing.T) {
	r := rows{
		mean:      [][]float64{{0, 1}, {1, 1.5}},
		deviation: [][]float64{{1, 0.5}, {0.5, 1}},
		action:    [][]float64{{0.5, 0}, {3, -1}},
	}
	likelihood, distance := r.traced(t)
	near(t, "log-likelihood", likelihood, (-0.125-2+0.693147+0.693147-3.125-4*0.918939)/2, 1e-6)
	near(t, "error", distance, (0.5+1+0+2)/4, 1e-12) // a mean of 1.5 does 1
}

func randomRows(random *rand.Rand, batch, width int) rows {
	draw := func(number func() float64) [][]float64 {
		x := make([][]float64, batch)
		for i := range x {
			for range width {
				x[i] = append(x[i], number())
			}
		}
		return x
	}
	return rows{
		mean: draw(random.NormFloat64), action: draw(func() float64 { return 2 * random.NormFloat64() }),
		deviation: draw(func() float64 { return 0.3 + random.Float64() }),
	}
}

func TestLossAgreesWithTheLiteralVersion(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		r := randomRows(random, 1+random.IntN(5), 1+random.IntN(3))
		likelihood, distance := r.traced(t)
		wantLikelihood, wantDistance := r.literal()
		near(t, "log-likelihood", likelihood, wantLikelihood, 1e-9)
		near(t, "error", distance, wantDistance, 1e-9)
	}
}

// No policy of the same deviation is likelier than the one whose mode is what was done.
func TestTheDeedsAreTheBestMode(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		r := randomRows(random, 4, 2)
		likelihood, _ := r.traced(t)
		best := rows{deviation: r.deviation, action: r.action}
		for _, row := range r.action {
			best.mean = append(best.mean, []float64{min(max(row[0], -1), 1), min(max(row[1], -1), 1)})
		}
		bound, distance := best.traced(t)
		if likelihood > bound || distance != 0 {
			t.Errorf("log-likelihood %g of any policy, %g of the best; its error is %g", likelihood, bound, distance)
		}
	}
}

// The gradient with respect to the mean and the deviation equals the finite difference.
func TestLossGradient(t *testing.T) {
	gradtest.Check(t, gradtest.Positive, func(t *grad.Tracer, in []*grad.Value) *grad.Value {
		actions := t.Call("literal", []int{2, 2}, func(out []float64, _ [][]float64) { copy(out, []float64{0.5, 0, 3, -1}) })
		return logLikelihood(dist.Gaussian{Mean: in[0], Deviation: in[1]}, actions)
	}, []int{2, 2}, []int{2, 2})
}
