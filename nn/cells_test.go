package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
	"github.com/reverie-rl/reverie/nn"
)

// run computes f once in float64 from random numbers x and state of the given shapes.
func run(t *testing.T, f func(x, state *grad.Value) *grad.Value, x, state []int) []float64 {
	t.Helper()
	program, err := grad.Trace(func(t *grad.Tracer) { t.Output("y", f(t.Input("x", x...), t.Input("state", state...))) })
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	random := source()
	for _, name := range []string{"x", "state"} {
		for i := range executable.Input(name) {
			executable.Input(name)[i] = random.NormFloat64()
		}
	}
	executable.Run()
	return executable.Output("y")
}

// With the update gate shut by its bias a GRU keeps its state; with it open, and the candidate's
// weights 0, it forgets everything.
func TestGRUGates(t *testing.T) {
	cell := nn.NewGRU(3, 4, source())
	change := func(x, state *grad.Value) *grad.Value { return cell.Step(x, state).Sub(state) }
	for i := range 4 {
		cell.Input.Bias.Data[4+i] = 100
	}
	_, _, largest := moments(run(t, change, []int{2, 3}, []int{2, 4}))
	near(t, "change with update gate 1", largest, 0, 1e-12)

	cell.Input.Weight.Filled(0)
	cell.Recurrent.Weight.Filled(0)
	for i := range 4 {
		cell.Input.Bias.Data[4+i] = -100
	}
	_, _, largest = moments(run(t, cell.Step, []int{2, 3}, []int{2, 4}))
	near(t, "state with update gate 0", largest, 0, 1e-12)
}

// The candidate's recurrent bias is inside the reset gate, that of the input outside of it.
func TestGRUResetGateActsAfterTheProduct(t *testing.T) {
	cell := nn.NewGRU(1, 1, source())
	cell.Input.Weight.Filled(0)
	cell.Recurrent.Weight.Filled(0)
	copy(cell.Input.Bias.Data, []float32{0, -100, 0.25}) // reset 1/2, update 0
	copy(cell.Recurrent.Bias.Data, []float32{0, 0, 0.5}) // candidate's bias, halved
	y := run(t, cell.Step, []int{1, 1}, []int{1, 1})
	near(t, "state", y[0], math.Tanh(0.25+0.5*0.5), 1e-12)
}

// With all gates at 0 the update gate of NormGRU is sigmoid(-1), and the candidate 0.
func TestNormGRUStartsByKeepingItsState(t *testing.T) {
	cell := nn.NewNormGRU(3, 4, source())
	cell.Norm.Scale.Filled(0)
	difference := run(t, func(x, state *grad.Value) *grad.Value {
		return cell.Step(x, state).Sub(state.Mul(grad.Scalar(1 - 1/(1+math.E))))
	}, []int{2, 3}, []int{2, 4})
	_, _, largest := moments(difference)
	near(t, "difference", largest, 0, 1e-12)
}

// With the forget gate open and the input gate shut an LSTM keeps its memory.
func TestLSTMGates(t *testing.T) {
	cell := nn.NewLSTM(3, 4, source())
	if bias := cell.Input.Bias.Data; !slices.Equal(bias[:9], []float32{0, 0, 0, 0, 1, 1, 1, 1, 0}) {
		t.Errorf("the biases start at %v", bias)
	}
	for i := range 4 {
		cell.Input.Bias.Data[i], cell.Input.Bias.Data[4+i] = -100, 100
	}
	change := run(t, func(x, state *grad.Value) *grad.Value {
		return cell.Step(x, nn.LSTMState{Hidden: state.Tanh(), Cell: state}).Cell.Sub(state)
	}, []int{2, 3}, []int{2, 4})
	_, _, largest := moments(change)
	near(t, "change of the memory", largest, 0, 1e-12)
}

// All time steps projected at once give the same states as one step after another.
func TestProjectionOutsideOfTheLoop(t *testing.T) {
	const time, batch, inputs, size = 3, 2, 3, 4
	gru, normGRU, lstm := nn.NewGRU(inputs, size, source()), nn.NewNormGRU(inputs, size, source()), nn.NewLSTM(inputs, size, source())
	type projecting interface {
		Project(x *grad.Value) *grad.Value
	}
	for name, test := range map[string]struct {
		cell          projecting
		step          func(x, state *grad.Value) *grad.Value
		stepProjected func(projected, state *grad.Value) *grad.Value
	}{
		"GRU":     {gru, gru.Step, gru.StepProjected},
		"NormGRU": {normGRU, normGRU.Step, normGRU.StepProjected},
		"LSTM": {
			lstm,
			func(x, state *grad.Value) *grad.Value {
				return lstm.Step(x, nn.LSTMState{Hidden: state, Cell: state}).Cell
			},
			func(p, state *grad.Value) *grad.Value {
				return lstm.StepProjected(p, nn.LSTMState{Hidden: state, Cell: state}).Cell
			},
		},
	} {
		difference := run(t, func(x, state *grad.Value) *grad.Value {
			inside, outside, projected := state, state, test.cell.Project(x)
			for i := range time {
				inside = test.step(x.Slice(0, i, i+1).Reshape(batch, inputs), inside)
				wide := projected.Shape()[2]
				outside = test.stepProjected(projected.Slice(0, i, i+1).Reshape(batch, wide), outside)
			}
			return inside.Sub(outside)
		}, []int{time, batch, inputs}, []int{batch, size})
		_, _, largest := moments(difference)
		near(t, "difference of "+name, largest, 0, 1e-12)
	}
}

func TestGradientsThroughCells(t *testing.T) {
	gru, normGRU, lstm := nn.NewGRU(3, 4, source()), nn.NewNormGRU(3, 4, source()), nn.NewLSTM(3, 4, source())
	for name, step := range map[string]func(in []*grad.Value) *grad.Value{
		"GRU":     func(in []*grad.Value) *grad.Value { return gru.Step(in[0], gru.Step(in[0], in[1])) },
		"NormGRU": func(in []*grad.Value) *grad.Value { return normGRU.Step(in[0], normGRU.Step(in[0], in[1])) },
		"LSTM": func(in []*grad.Value) *grad.Value {
			return lstm.Step(in[0], lstm.Step(in[0], nn.LSTMState{Hidden: in[1], Cell: in[1]})).Hidden
		},
	} {
		t.Run(name, func(t *testing.T) {
			gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value { return step(in) }, []int{2, 3}, []int{2, 4})
		})
	}
}

func TestCellParameters(t *testing.T) {
	for _, test := range []struct {
		cell any
		want []string
	}{
		{nn.NewGRU(3, 4, source()), []string{"input/weight", "input/bias", "recurrent/weight", "recurrent/bias"}},
		{nn.NewNormGRU(3, 4, source()), []string{"input", "recurrent", "norm/scale", "norm/offset"}},
		{nn.NewLSTM(3, 4, source()), []string{"input/weight", "input/bias", "recurrent"}},
	} {
		if got := names(test.cell); !slices.Equal(got, test.want) {
			t.Errorf("%T has the parameters %v, want %v", test.cell, got, test.want)
		}
	}
}
