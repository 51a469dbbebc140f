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
		"attention":          attentionOverMemory(),
		"convolution":        convolution(),
		"distributions":      manyDistributions(),
	}
}

// attentionOverMemory writes each input into a memory that a transformer block transforms.
func attentionOverMemory() recurrent {
	const slots, size = 3, 4
	type network struct {
		Write nn.Linear
		Block nn.TransformerBlock
	}
	net := network{nn.NewLinear(scanInputs, size, nn.NormalFanIn(1), source()), nn.NewTransformerBlock(size, 2, source())}
	return recurrent{net, [][]int{{scanBatch, slots, size}}, func(carry, x []*grad.Value) (next, outputs []*grad.Value) {
		written := carry[0].Slice(1, 1, slots).Concat(1, net.Write.Apply(x[0]).KeepAxis(1))
		memory := net.Block.Apply(written, nn.CausalMask(slots)).Tanh()
		return []*grad.Value{memory}, []*grad.Value{memory.Sum(1)}
	}}
}

// convolution carries an image.
func convolution() recurrent {
	type network struct {
		Down nn.Conv
		Up   nn.ConvTranspose
	}
	window := grad.Window{Height: 2, Width: 2, Stride: 2}
	net := network{nn.NewConv(1, 3, window, nn.NormalFanIn(1), source()), nn.NewConvTranspose(3, 1, window, nn.NormalFanIn(1), source())}
	return recurrent{net, [][]int{{scanBatch, 4, 4, 1}}, func(carry, x []*grad.Value) (next, outputs []*grad.Value) {
		small := net.Down.Apply(carry[0]).Add(x[0].Reshape(scanBatch, 1, 1, scanInputs)).ReLU()
		image := net.Up.Apply(small).Tanh()
		return []*grad.Value{image}, []*grad.Value{small}
	}}
}

// manyDistributions samples from one distribution after another, each of which depends on the last.
func manyDistributions() recurrent {
	head := nn.NewLinear(scanInputs, scanInputs, nn.NormalFanIn(1), source())
	return recurrent{head, [][]int{{scanBatch, scanInputs}}, func(carry, x []*grad.Value) (next, outputs []*grad.Value) {
		noise, mean := x[0], head.Apply(carry[0])
		uniform, deviation := noise.Sigmoid(), mean.Square().Add(grad.Scalar(0.5))
		tanh, tanhLogProb := dist.DreamerTanhGaussian(mean, deviation).SampleWithLogProb(noise)
		truncated := dist.TruncatedGaussian{Mean: tanh, Deviation: deviation}
		action := truncated.Sample(uniform)
		bits := dist.Bernoulli{Logits: action}
		value := dist.ValueDistribution{Support: dist.LinearSupport(-1, 1, scanInputs), Logits: action}
		quantiles := dist.Quantiles{Values: action}
		mixture := dist.MixtureOfGaussians{Logits: action, Components: dist.Gaussian{Mean: mean.KeepAxis(-1), Deviation: deviation.KeepAxis(-1)}}
		sum := tanhLogProb.Add(truncated.LogProb(action)).Add(bits.Entropy()).Add(value.LogProb(mean.Sum(-1))).
			Add(quantiles.Loss(noise, 1)).Add(mixture.LogProb(uniform.Slice(-1, 0, 1)))
		return []*grad.Value{action.Add(bits.Sample(uniform).Mul(grad.Scalar(0.1)))}, []*grad.Value{sum}
	}}
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
			plain := sequence(t, model, nil)
			compareSequences(t, sequence(t, model, &grad.Scan{Length: scanTime}), plain)
			compareSequences(t, sequence(t, model, &grad.Scan{Length: scanTime, Recompute: true}), plain)
		})
	}
}

func compareSequences(t *testing.T, scanned, plain map[string][]float64) {
	t.Helper()
	for output, want := range plain {
		for i, got := range scanned[output] {
			if !(math.Abs(got-want[i]) <= 1e-10*(1+math.Abs(want[i]))) {
				t.Fatalf("%s, element %d is %g in a scan, %g unrolled", output, i, got, want[i])
			}
		}
	}
}

// sequence runs the model over a sequence, in the scan or, if it is nil, unrolled. It returns outputs
// and gradients by name.
func sequence(t *testing.T, model recurrent, scan *grad.Scan) map[string][]float64 {
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
		if scan != nil {
			_, stacked := scan.Run(t, initial, []*grad.Value{x}, model.step)
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
	fill := func(name string) {
		for i := range executable.Input(name) {
			executable.Input(name)[i] = random.NormFloat64()
		}
	}
	fill("x")
	for i := range model.carry {
		fill(fmt.Sprint("initial", i))
	}
	executable.Run()
	result := map[string][]float64{"output": executable.Output("output")}
	for i := range 1 + len(model.carry) + len(tree) {
		name := fmt.Sprint("gradient ", i)
		result[name] = executable.Output(name)
	}
	return result
}
