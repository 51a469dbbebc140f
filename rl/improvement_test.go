package rl_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
	"github.com/reverie-rl/reverie/rl"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.9g, want %.9g", what, got, want)
	}
}

// run evaluates build in float64 and returns its outputs by name.
func run(t *testing.T, build func(t *grad.Tracer)) *grad.Executable[float64] {
	t.Helper()
	program, err := grad.Trace(build)
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	executable.Run()
	return executable
}

// literal traces the given numbers as an array.
func literal(t *grad.Tracer, shape []int, numbers ...float64) *grad.Value {
	return t.Call("literal", shape, func(out []float64, _ [][]float64) { copy(out, numbers) })
}

// Computed by hand with the closed forms: Q = 1, 2, 3, 4 for four actions in one state.
func TestTemperatureByHand(t *testing.T) {
	values := []float64{1, 2, 3, 4}
	near(t, "KL at 1", rl.Divergence(values, 4, 1, 1), 0.438757, 1e-6)
	executable := run(t, func(t *grad.Tracer) {
		q := literal(t, []int{4, 1}, values...)
		for name, eta := range map[string]float64{"one": 1, "best": 2.413506} {
			temperature := literal(t, []int{1}, eta)
			t.Output("weights "+name, rl.Weights(q, temperature))
			loss := rl.TemperatureLoss(q, temperature, 0.1)
			t.Output("loss "+name, loss)
			t.Output("gradient "+name, grad.Gradient(loss, temperature)[0])
		}
	})
	near(t, "g(1)", executable.Output("loss one")[0], 3.153895, 1e-6)
	near(t, "g'(1)", executable.Output("gradient one")[0], -0.338757, 1e-6)
	near(t, "g(best)", executable.Output("loss best")[0], 2.994274, 1e-6)
	near(t, "g'(best)", executable.Output("gradient best")[0], 0, 1e-6)
	for name, want := range map[string][]float64{
		"weights one":  {.032059, .087144, .236883, .643914},
		"weights best": {.120924, .183002, .276949, .419125},
	} {
		for i, w := range want {
			near(t, name, executable.Output(name)[i], w, 1e-6)
		}
	}
	// The search ends within one percent of the bound, which is half a percent of the temperature.
	near(t, "best temperature", rl.SolveTemperature(values, 4, 1, 0.1, 1), 2.413506, 0.015)
	near(t, "best temperature", rl.SolveTemperature([]float64{0, 0, 0, 10}, 4, 1, 0.1, 0.01), 10.81238, 0.06)
}

// At the best temperature the dual equals the improved policy's expected value: strong duality.
func TestTemperatureSolvesTheConstraint(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		samples, batch := 2+random.IntN(20), 1+random.IntN(8)
		values := make([]float64, samples*batch)
		scale := math.Exp(3 * random.NormFloat64())
		for i := range values {
			values[i] = scale * random.NormFloat64()
		}
		eta := rl.SolveTemperature(values, samples, batch, 0.05, math.Exp(3*random.NormFloat64()))
		near(t, "KL over bound", rl.Divergence(values, samples, batch, eta)/0.05, 1, 0.0101)
	}
}

func TestTemperatureOfEqualValues(t *testing.T) {
	eta := rl.SolveTemperature(make([]float64, 12), 4, 3, 0.1, 1)
	if !(eta > 0 && eta < 1e-7) {
		t.Errorf("temperature %g for equal values, want the coldest", eta)
	}
}

func TestTemperatureDoesNotAllocate(t *testing.T) {
	values := []float64{1, 2, 3, 4}
	if n := testing.AllocsPerRun(10, func() { rl.SolveTemperature(values, 4, 1, 0.1, 1) }); n > 0 {
		t.Errorf("allocates %v times", n)
	}
}

func TestBoundPenaltyByHand(t *testing.T) {
	executable := run(t, func(t *grad.Tracer) {
		t.Output("penalty", rl.BoundPenalty(literal(t, []int{2, 2}, 1.2, -1.5, 0.3, -1)))
	})
	near(t, "outside", executable.Output("penalty")[0], -0.538516, 1e-6)
	near(t, "inside", executable.Output("penalty")[1], 0, 0)
}

// The M-step's gradient goes to the online mean and deviation alone, and equals the finite
// difference of the literal formula.
func TestMStepGradient(t *testing.T) {
	gradtest.Check(t, gradtest.Positive, func(t *grad.Tracer, in []*grad.Value) *grad.Value {
		online := dist.Gaussian{Mean: in[0], Deviation: in[1]}
		target := dist.Gaussian{Mean: literal(t, []int{2, 1}, 0.4, 1.2), Deviation: literal(t, []int{2, 1}, 0.9, 0.6)}
		actions := literal(t, []int{3, 2, 1}, 1, 2, 0.5, -1, 0.2, 0.3)
		weights := literal(t, []int{3, 2}, 0.2, 0.3, 0.3, 0.3, 0.5, 0.4)
		mean, deviation := rl.DecoupledKL(online, target)
		return rl.MStep(weights, actions, online, target).Add(mean.Sum()).Add(deviation.Sum())
	}, []int{2, 1}, []int{2, 1})
}

// The gradient of a trust region pushes a multiplier up where the divergence exceeds the bound.
func TestTrustRegionSigns(t *testing.T) {
	executable := run(t, func(t *grad.Tracer) {
		divergence, multiplier := literal(t, []int{2}, 0.5, 0.01), literal(t, []int{2}, 2, 3)
		policy, dual := rl.TrustRegion(divergence, multiplier, 0.1)
		t.Output("policy", policy)
		t.Output("dual gradient", grad.Gradient(dual, multiplier)[0])
		t.Output("policy gradient", grad.Gradient(policy, divergence)[0])
	})
	near(t, "penalty", executable.Output("policy")[0], 2*0.5+3*0.01, 1e-12)
	near(t, "violated", executable.Output("dual gradient")[0], -0.4, 1e-12)
	near(t, "satisfied", executable.Output("dual gradient")[1], 0.09, 1e-12)
	near(t, "multiplier", executable.Output("policy gradient")[1], 3, 1e-12)
}
