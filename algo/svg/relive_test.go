package svg

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/algo/internal/literal"
	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
)

// regulator is a scalar linear-quadratic problem, in which s' = s + gain a + 0.2 ξ and the reward is
// -(s² + 0.1 a²). Its gain is what a model may have wrong.
type regulator struct{ gain float64 }

const trueGain = 0.5

func (r regulator) change(state, action *grad.Value) dist.Gaussian {
	mean := action.Mul(grad.Scalar(r.gain)).Add(state)
	return dist.Gaussian{Mean: mean, Deviation: like(mean, 0.2)}
}

func (r regulator) next(state, action, noise *grad.Value) *grad.Value {
	return r.change(state, action).Sample(noise)
}

func (r regulator) noise(state, action, next *grad.Value) *grad.Value {
	return r.change(state, action).Noise(next).Stop()
}

func (r regulator) reward(state, action, _ *grad.Value) *grad.Value {
	return state.Square().Add(action.Square().Mul(grad.Scalar(0.1))).Neg().Sum(-1)
}

// feedback is the policy a = θ s + 0.3 η.
type feedback struct{ theta *grad.Value }

func (f feedback) Apply(state *grad.Value) dist.Gaussian {
	mean := state.Mul(f.theta)
	return dist.Gaussian{Mean: mean, Deviation: like(mean, 0.3)}
}

// slopes is a critic that is linear in the state: V(s) = slope · s, with a slope [batch, 1] of its own for
// each item.
type slopes struct{ slope *grad.Value }

func (s slopes) Value(state *grad.Value) *grad.Value { return s.slope.Mul(state).Sum(-1) }

// like is an array of one number, of the shape of x.
func like(x *grad.Value, number float64) *grad.Value {
	return x.Stop().Mul(grad.Scalar(0)).Add(grad.Scalar(number))
}

// numbers traces an array of constants.
func numbers(t *grad.Tracer, shape []int, values ...float64) *grad.Value {
	return t.Call("numbers", shape, func(out []float64, _ [][]float64) { copy(out, values) })
}

// exactly evaluates build in float64 and returns its outputs by name.
func exactly(t *testing.T, build func(t *grad.Tracer)) func(name string) float64 {
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
	return func(name string) float64 { return executable.Output(name)[0] }
}

const (
	feedbackGain = -0.8 // θ
	discount     = 0.95
	noiseSteps   = 3
)

// recorded is three steps of the regulator from state 1, with noise η = (.1, -.2, .05), ξ = (0, .1, -.1).
func recorded() (states, actions []float64) {
	eta, xi := []float64{.1, -.2, .05}, []float64{0, .1, -.1}
	states = []float64{1}
	for k := range noiseSteps {
		actions = append(actions, feedbackGain*states[k]+.3*eta[k])
		states = append(states, states[k]+trueGain*actions[k]+.2*xi[k])
	}
	return states, actions
}

// slopesBehind is the derivative of the rewards after each step by the state that it leads to, with the
// dynamics of this gain: the recursion of the paper (section 4.1) backwards through the recorded steps.
func slopesBehind(gain float64, states, actions []float64) []float64 {
	behind := make([]float64, noiseSteps)
	slope := 0.0
	for k := noiseSteps - 1; k >= 0; k-- {
		behind[k] = slope
		slope = -2*states[k] - .2*actions[k]*feedbackGain + discount*slope*(1+gain*feedbackGain)
	}
	return behind
}

// The gradients of SVG(∞) by the policy's parameter and by the first state, with the true gain and with a
// wrong one: numbers that were computed independently.
func TestWindowsHaveTheGradientsOfTheRegulator(t *testing.T) {
	states, actions := recorded()
	for _, c := range []struct{ gain, byTheta, byState float64 }{{trueGain, -.8075975392, -3.1220706448}, {.4, -.6208437283, math.NaN()}} {
		output := exactly(t, func(t *grad.Tracer) {
			parameter, lived := numbers(t, []int{1, 1}, feedbackGain), numbers(t, []int{noiseSteps + 1, 1, 1}, states...)
			weights := discounting(t, like(numbers(t, []int{noiseSteps, 1}), 1), discount)
			total := windowReturns(t, feedback{parameter}, regulator{c.gain}, lived, numbers(t, []int{noiseSteps, 1, 1}, actions...), weights).Sum()
			gradients := grad.Gradient(total, parameter, lived)
			t.Output("return", total)
			t.Output("theta", gradients[0])
			t.Output("state", gradients[1].Slice(0, 0, 1))
		})
		literal.Near(t, "return", output("return"), -1.570552611, 1e-8)
		literal.Near(t, "gradient by the policy", output("theta"), c.byTheta, 1e-8)
		if !math.IsNaN(c.byState) {
			literal.Near(t, "gradient by the state", output("state"), c.byState, 1e-8)
		}
	}
}

// With critics that are right about the slopes behind each step, the gradients of SVG(1) for the single
// steps add up to those same numbers.
func TestSingleStepsHaveTheGradientsOfTheRegulator(t *testing.T) {
	states, actions := recorded()
	for _, c := range []struct{ gain, byTheta float64 }{{trueGain, -.8075975392}, {.4, -.6208437283}} {
		output := exactly(t, func(t *grad.Tracer) {
			parameter := numbers(t, []int{1, 1}, feedbackGain)
			critic := slopes{numbers(t, []int{noiseSteps, 1}, slopesBehind(c.gain, states, actions)...)}
			steps := transitions{
				numbers(t, []int{noiseSteps, 1}, states[:noiseSteps]...), numbers(t, []int{noiseSteps, 1}, actions...),
				numbers(t, []int{noiseSteps, 1}, states[1:]...), like(numbers(t, []int{noiseSteps}), discount),
			}
			returns := oneStepReturns(t, feedback{parameter}, regulator{c.gain}, critic, steps)
			weights := discounting(t, like(numbers(t, []int{noiseSteps, 1}), 1), discount).Reshape(noiseSteps)
			t.Output("theta", grad.Gradient(returns.Mul(weights).Sum(), parameter)[0])
		})
		literal.Near(t, "gradient by the policy", output("theta"), c.byTheta, 1e-8)
	}
}

// heldReturn is the return of the policy θ from the recorded first state, with the noise held that a model
// of this gain infers from the recorded steps.
func heldReturn(theta, gain float64, states, actions []float64) float64 {
	total, weight, state := 0.0, 1.0, states[0]
	for k := range noiseSteps {
		eta := (actions[k] - feedbackGain*states[k]) / .3
		xi := (states[k+1] - states[k] - gain*actions[k]) / .2
		action := theta*state + .3*eta
		total -= weight * (state*state + .1*action*action)
		weight *= discount
		state += gain*action + .2*xi
	}
	return total
}

// The gradients are those of finite differences of that return.
func TestHeldNoiseByFiniteDifferences(t *testing.T) {
	const step = 1e-5
	states, actions := recorded()
	for gain, want := range map[float64]float64{trueGain: -.8075975392, .4: -.6208437283} {
		slope := (heldReturn(feedbackGain+step, gain, states, actions) - heldReturn(feedbackGain-step, gain, states, actions)) / (2 * step)
		literal.Near(t, "slope", slope, want, 1e-8)
	}
}

// A reward counts for less behind every step, and for nothing behind a termination.
func TestDiscountingByHand(t *testing.T) {
	output := exactly(t, func(t *grad.Tracer) {
		weights := discounting(t, numbers(t, []int{3, 2}, 1, .5, 0, 1, 1, 1), .5)
		for k, want := range []float64{1, 1, .5, .25, 0, .125} {
			difference := weights.Reshape(6).Slice(0, k, k+1).Sub(grad.Scalar(want)).Abs()
			t.Output(string(rune('a'+k)), difference)
		}
	})
	for k := range 6 {
		literal.Near(t, "difference", output(string(rune('a'+k))), 0, 1e-12)
	}
}

// Ratios of 0.5, 2 and 8 with a limit of 3.
func TestImportanceByHand(t *testing.T) {
	output := exactly(t, func(t *grad.Tracer) {
		mean := numbers(t, []int{3, 1}, 0, 1, -2)
		online := dist.Gaussian{Mean: mean, Deviation: like(mean, .5)}
		actions := numbers(t, []int{3, 1}, .1, .8, -2)
		then := online.LogProb(actions).Sub(numbers(t, []int{3}, math.Log(.5), math.Log(2), math.Log(8)))
		t.Output("sum", importance(online, actions, then, 3).Sum())
	})
	literal.Near(t, "sum of the weights", output("sum"), 5.5, 1e-12)
}
