package grad_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/internal/kernel"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/optim"
)

// largeProgram is cut into many tiles: an update of a network on a large batch, and long sums.
func largeProgram(seed uint64) (grad.Tree, func(t *grad.Tracer)) {
	random := rand.New(rand.NewPCG(seed, 1))
	network := nn.NewTorso(24, []int{128, 128, 6}, random)
	adam := optim.NewAdam(grad.TreeOf(network), 1e-3)
	return grad.TreeOf([]any{network, adam}), func(t *grad.Tracer) {
		noise := t.Normal(3, 512, 24)
		error := network.Apply(noise).Sub(t.Normal(8, 512, 6))
		loss := error.Square().Mean()
		t.Output("norm", adam.Minimise(t, loss, 1))
		wide := t.Normal(4, 3, 120_001)
		t.Output("sum", wide.Sum())
		t.Output("rows", wide.Sum(1))
		t.Output("columns", wide.Sum(0).Exp())
		t.Output("maximum", wide.Maximum(1))
		t.Output("softmax", wide.Mul(loss).Softmax(0))
		t.Output("transpose", wide.Transpose(1, 0).Standardise(1e-5))
		heads := wide.Slice(1, 0, 120_000).Reshape(40, 100, 90)
		t.Output("batch", heads.BatchMatMul(heads.Transpose(0, 2, 1)))
		t.Output("recurrence", wide.BackwardRecurrence(wide.Tanh()))
		t.Output("row", wide.Add(wide.Slice(0, 1, 2)))
		images := t.Normal(5, 40, 30, 30, 3)
		grid := images.Patches(window).MatMul(wide.Slice(1, 0, 18).Transpose(1, 0))
		t.Output("convolution", grid)
		t.Output("transposed convolution", grid.MatMul(wide.Slice(1, 0, 18)).OverlapAdd(window, 30, 30))
		t.Output("kernel", images.Patches(window).Reshape(40*15*16, 18).Transpose(1, 0).MatMul(grid.Reshape(40*15*16, 3)))
		t.Output("column", wide.Mul(wide.Slice(1, 0, 1)))
	}
}

// recurrentProgram learns from sequences of images: a convolution, a recurrent cell with noise and layer
// normalisation in a scan, attention over time, and Adam with clipped gradients.
func recurrentProgram(seed uint64) (grad.Tree, func(t *grad.Tracer)) {
	const length, batch, size = 12, 16, 48
	random := rand.New(rand.NewPCG(seed, 1))
	model := struct {
		Filter    nn.Conv
		Cell      nn.NormGRU
		Attention nn.Attention
		Head      nn.MLP
		Image     nn.ConvTranspose
	}{
		nn.NewConv(3, 4, window, nn.GlorotUniform, random), nn.NewNormGRU(5*5*4, size, random), nn.NewAttention(size, 4, random),
		nn.NewMLP([]int{size, 64, 4 * 5 * 5}, random), nn.NewConvTranspose(4, 3, window, nn.GlorotUniform, random),
	}
	adam := optim.NewAdam(grad.TreeOf(model), 1e-3)
	return grad.TreeOf([]any{model, adam}), func(t *grad.Tracer) {
		images := t.Normal(6, length*batch, 9, 8, 3)
		rows := model.Filter.Apply(images).SiLU().Reshape(length, batch, 5*5*4)
		zeros := t.Value(grad.Scalar(0)).Broadcast(batch, size)
		_, states := grad.Scan{Length: length}.Run(t, []*grad.Value{zeros}, []*grad.Value{rows}, func(carry, elements []*grad.Value) (next, outputs []*grad.Value) {
			h := model.Cell.Step(elements[0].Add(t.Normal(7, batch, 5*5*4)), carry[0])
			return []*grad.Value{h}, []*grad.Value{h}
		})
		attended := model.Attention.Apply(states[0].Transpose(1, 0, 2), nn.CausalMask(length))
		grid := model.Head.Apply(attended).Reshape(length*batch, 5, 5, 4)
		made := model.Image.Apply(grid).Sin()
		loss := made.Square().Mean()
		t.Output("loss", loss)
		t.Output("norm", adam.Minimise(t, loss, 0.1))
		t.Output("states", states[0])
		t.Output("made", made)
	}
}

// The same bytes for any number of workers, on each set of kernels: outputs of the last of three runs,
// parameters and the state of Adam.
func TestResultsDoNotDependOnWorkers(t *testing.T) {
	programs := map[string]func(seed uint64) (grad.Tree, func(t *grad.Tracer)){"large": largeProgram, "recurrent": recurrentProgram}
	for name, program := range programs {
		for _, set := range kernel.Sets() {
			t.Run(name+" "+set.Name, func(t *testing.T) {
				alone := runWith(t, set, 1, program)
				for _, count := range []int{2, 8} {
					for name, data := range runWith(t, set, count, program) {
						if !slices.Equal(data, alone[name]) {
							t.Errorf("%q differs with %d workers", name, count)
						}
					}
				}
			})
		}
	}
}

// runWith runs a program three times and returns copies of its outputs and of what it changes.
func runWith(t *testing.T, set *kernel.Set[float32], count int, program func(seed uint64) (grad.Tree, func(t *grad.Tracer))) map[string][]float32 {
	t.Helper()
	workers := grad.NewWorkers(count)
	defer workers.Close()
	tree, build := program(7)
	executable, err := grad.CompileWith(trace(t, build), set, workers)
	if err != nil {
		t.Fatal(err)
	}
	for step := range uint64(3) {
		executable.Seed(5, step)
		executable.Run()
	}
	results := map[string][]float32{}
	for _, name := range grad.OutputNames(executable) {
		results["output "+name] = slices.Clone(executable.Output(name))
	}
	for _, named := range tree {
		results["parameter "+named.Name] = named.Data
	}
	return results
}
