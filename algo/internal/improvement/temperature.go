package improvement

import (
	"github.com/reverie-rl/reverie/algo/internal/settings"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/rl"
)

// The ways to find the temperature of the E-step.
const (
	TemperatureExact = "exact" // the dual function is minimised for each batch
	TemperatureAdam  = "adam"  // one step of Adam on the dual function
)

// RequireTemperature notes a problem if the setting temperature is none of these ways.
func RequireTemperature(problems *settings.Problems, way string) {
	problems.Require(way == TemperatureExact || way == TemperatureAdam, "temperature", way, "exact or adam")
}

// Temperature is the temperature of one softmax of the E-step. One of its parameters is in use.
type Temperature struct {
	Dual   optim.Dual      // descended by Adam
	Solved *grad.Parameter // [1]: the solution for the last batch, where the next search starts
}

func newTemperature(s Settings) Temperature {
	dual := optim.NewDual(1, float32(s.InitialTemperature))
	if s.Temperature == TemperatureAdam {
		return Temperature{Dual: dual}
	}
	return Temperature{Solved: grad.NewParameter(1).Filled(float32(dual.Multiplier(0)))}
}

// trace returns the temperature for values [samples, states] and its loss, which is nil if the
// temperature is solved for.
func (e Temperature) trace(t *grad.Tracer, values *grad.Value, epsilon float64) (eta, loss *grad.Value) {
	if e.Solved == nil {
		eta = e.Dual.Value(t)
		return eta.Stop(), rl.TemperatureLoss(values, eta, epsilon)
	}
	samples, states := values.Shape()[0], values.Shape()[1]
	solve := func(out []float64, in [][]float64) {
		out[0] = rl.SolveTemperature(in[0], samples, states, epsilon, in[1][0])
	}
	eta = t.Call("temperature", []int{1}, solve, values, e.Solved)
	t.Assign(e.Solved, eta)
	return eta, nil
}

// traceChoices returns the temperature for the values of all choices under a policy with these probabilities, both
// [choices, states].
func (e Temperature) traceChoices(t *grad.Tracer, values, probabilities *grad.Value, epsilon float64) *grad.Value {
	choices, states := values.Shape()[0], values.Shape()[1]
	solve := func(out []float64, in [][]float64) {
		out[0] = rl.SolveChoiceTemperature(in[0], in[1], choices, states, epsilon, in[2][0])
	}
	eta := t.Call("temperature", []int{1}, solve, values, probabilities, e.Solved)
	t.Assign(e.Solved, eta)
	return eta
}
