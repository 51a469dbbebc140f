package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/reverie-rl/reverie/dist"
	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
)

// recurrent is a network with one step of a recurrent model, as Scan wants it.
type recurrent struct {
	network any
	carry   [][]int
	step    func(carry, elements []*grad.Value) (next, outputs []*grad.Value)
}

const (
	scanTime, scanBatch = 4, 2
	scanInputs          = 3
	scanState           = 6
)

func recurrentModels() map[string]recurrent {
	gru, normGRU, lstm := nn.NewGRU(scanInputs, scanState, source()), nn.NewNormGRU(scanInputs, scanState, source()), nn.NewLSTM(scanInputs, scanState, source())
	state := []int{scanBatch, scanState}
	one := func(step func(x, state *grad.Value) *grad.Value) func(carry, x []*grad.Value) (next, outputs []*grad.Value) {
		return func(carry, x []*grad.Value) (next, outputs []*grad.Value) {
			h := step(x[0], carry[0])
			return []*grad.Value{h}, []*grad.Value{h}
		}
	}
	return map[string]recurrent{
		"GRU":     {gru, [][]int{state}, one(gru.Step)},
		"NormGRU": {normGRU, [][]int{state}, one(normGRU.Step)},
		"LSTM": {lstm, [][]int{state, state}, func(carry, x []*grad.Value) (next, outputs []*grad.Value) {
			s := lstm.Step(x[0], nn.LSTMState{Hidden: carry[0], Cell: carry[1]})
			return []*grad.Value{s.Hidden, s.Cell}, []*grad.Value{s.Hidden}
		}},
		"latent state space": latentStateSpace(),
	}
}

// latentStateSpace has the parts of a Dreamer world model: a normalised GRU, and categorical latents
// with straight-through samples that go into the next step.
func latentStateSpace() recurrent {
	const groups, classes = 2, 3
	type network struct {
		Cell  nn.NormGRU
		Prior nn.ResidualMLP
	}
	net := network{nn.NewNormGRU(scanInputs+groups*classes, scanState, source()), nn.NewResidualMLP(scanState, source())}
	return recurrent{
		network: net,
		carry:   [][]int{{scanBatch, scanState}, {scanBatch, groups * classes}},
		step: func(carry, x []*grad.Value) (next, outputs []*grad.Value) {
			h := net.Cell.Step(x[0].Concat(-1, carry[1]), carry[0])
			logits := net.Prior.Apply(h).Reshape(scanBatch, groups, classes)
			latent := dist.MultiCategorical{Categorical: dist.Categorical{Logits: logits}}.Unimix(0.01)
			noise := x[0].Sigmoid().KeepAxis(1).Broadcast(scanBatch, groups, classes)
			sample := latent.Sample(noise).Reshape(scanBatch, groups*classes)
			return []*grad.Value{h, sample}, []*grad.Value{h.Concat(-1, sample, latent.Entropy().KeepAxis(-1))}
		},
	}
}

// unrolled is what Scan does, one step after another.
func unrolled(initial []*grad.Value, x *grad.Value, step func(carry, elements []*grad.Value) (next, outputs []*grad.Value)) *grad.Value {
	var outputs []grad.Operand
	for i, carry := 0, initial; i < scanTime; i++ {
		next, output := step(carry, []*grad.Value{x.Slice(0, i, i+1).Reshape(scanBatch, scanInputs)})
		carry, outputs = next, append(outputs, output[0].KeepAxis(0))
	}
	return outputs[0].(*grad.Value).Concat(0, outputs[1:]...)
}

// In a Scan every cell gives the outputs and gradients that it gives unrolled.
func TestCellsInScanAgreeWithUnrolled(t *testing.T) {
	for name, model := range recurrentModels() {
		t.Run(name, func(t *testing.T) {
			scanned, plain := sequence(t, model, true), sequence(t, model, false)
			for output, want := range plain {
				got := scanned[output]
				for i := range want {
					if !(math.Abs(got[i]-want[i]) <= 1e-12) {
						t.Fatalf("%s, element %d is %g in a scan, %g unrolled", output, i, got[i], want[i])
					}
				}
			}
		})
	}
}

// sequence runs the model over a sequence and returns its outputs and gradients by name.
func sequence(t *testing.T, model recurrent, scan bool) map[string][]float64 {
	t.Helper()
	tree := grad.TreeOf(model.network)
	program, err := grad.Trace(func(t *grad.Tracer) {
		x := t.Input("x", scanTime, scanBatch, scanInputs)
		targets := []grad.Operand{x}
		var initial []*grad.Value
		for i, shape := range model.carry {
			initial = append(initial, t.Input(fmt.Sprint("initial", i), shape...))
			targets = append(targets, initial[i])
		}
		for _, named := range tree {
			targets = append(targets, named.Parameter)
		}
		var y *grad.Value
		if scan {
			_, stacked := grad.Scan{Length: scanTime}.Run(t, initial, []*grad.Value{x}, model.step)
			y = stacked[0]
		} else {
			y = unrolled(initial, x, model.step)
		}
		t.Output("output", y)
		for i, gradient := range grad.Gradient(y.Square().Mean(), targets...) {
			t.Output(fmt.Sprint("gradient ", i), gradient)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	executable, err := grad.CompileReference(program)
	if err != nil {
		t.Fatal(err)
	}
	random := source()
	for i := range executable.Input("x") {
		executable.Input("x")[i] = random.NormFloat64()
	}
	executable.Run()
	result := map[string][]float64{"output": executable.Output("output")}
	for i := range 1 + len(model.carry) + len(tree) {
		name := fmt.Sprint("gradient ", i)
		result[name] = executable.Output(name)
	}
	return result
}
