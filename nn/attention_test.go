package nn_test

import (
	"math"
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
	"github.com/reverie-rl/reverie/nn"
)

// literalAttention is the definition in loops, for one sequence.
func literalAttention(a nn.Attention, x [][]float64) [][]float64 {
	size := len(x[0])
	width := size / a.Heads
	projected := make([][]float64, len(x))
	for i := range x {
		projected[i] = literalLinear(a.Project, x[i])
	}
	result := make([][]float64, len(x))
	for i := range x {
		read := make([]float64, size)
		for head := range a.Heads {
			scores, total := make([]float64, i+1), 0.0
			for j := range scores {
				for k := head * width; k < (head+1)*width; k++ {
					scores[j] += projected[i][k] * projected[j][size+k]
				}
				scores[j] = math.Exp(scores[j] / math.Sqrt(float64(width)))
				total += scores[j]
			}
			for j := range scores {
				for k := head * width; k < (head+1)*width; k++ {
					read[k] += scores[j] / total * projected[j][2*size+k]
				}
			}
		}
		result[i] = literalLinear(a.Output, read)
	}
	return result
}

func literalLinear(l nn.Linear, x []float64) []float64 {
	y := make([]float64, len(l.Bias.Data))
	for j := range y {
		y[j] = float64(l.Bias.Data[j])
		for i := range x {
			y[j] += x[i] * float64(l.Weight.Data[i*len(y)+j])
		}
	}
	return y
}

func TestCausalAttentionAgreesWithLoops(t *testing.T) {
	const time, size = 5, 6
	layer, random := nn.NewAttention(size, 3, source()), source()
	for _, named := range grad.TreeOf(layer) {
		for i := range named.Data {
			named.Data[i] = float32(random.NormFloat64())
		}
	}
	both := run(t, func(x, _ *grad.Value) *grad.Value { return x.Concat(0, layer.Apply(x, nn.CausalMask(time))) }, []int{2, time, size}, []int{1})
	x, y := both[:2*time*size], both[2*time*size:]
	for sequence := range 2 {
		rows := make([][]float64, time)
		for i := range rows {
			rows[i] = x[(sequence*time+i)*size:][:size]
		}
		for i, row := range literalAttention(layer, rows) {
			for j, want := range row {
				near(t, "element", y[(sequence*time+i)*size+j], want, 1e-9)
			}
		}
	}
}

// Under the causal mask no output depends on a later input; without it some do.
func TestCausalMaskHidesTheFuture(t *testing.T) {
	block := nn.NewTransformerBlock(4, 2, source())
	influence := func(mask grad.Operand) float64 {
		gradient := run(t, func(x, _ *grad.Value) *grad.Value {
			return grad.Gradient(block.Apply(x, mask).Slice(1, 0, 2).Square().Sum(), x)[0].Slice(1, 2, 5)
		}, []int{1, 5, 4}, []int{1})
		_, _, largest := moments(gradient)
		return largest
	}
	near(t, "influence of the future", influence(nn.CausalMask(5)), 0, 0)
	if influence(grad.Scalar(0)) < 1e-3 {
		t.Error("without a mask the future has no influence either")
	}
}

func TestHeadsMustDivideTheSize(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	nn.NewAttention(6, 4, source())
}

func TestGradientsThroughBlocks(t *testing.T) {
	attention, transformer := nn.NewAttention(4, 2, source()), nn.NewTransformerBlock(4, 2, source())
	norm, residual := nn.NewRMSNorm(4), nn.NewResidualMLP(4, source())
	for name, apply := range map[string]func(x *grad.Value) *grad.Value{
		"attention":    func(x *grad.Value) *grad.Value { return attention.Apply(x, nn.CausalMask(3)) },
		"transformer":  func(x *grad.Value) *grad.Value { return transformer.Apply(x, grad.Scalar(0)) },
		"RMSNorm":      norm.Apply,
		"residual MLP": residual.Apply,
	} {
		t.Run(name, func(t *testing.T) {
			gradtest.Check(t, gradtest.Normal, func(_ *grad.Tracer, in []*grad.Value) *grad.Value { return apply(in[0]) }, []int{2, 3, 4})
		})
	}
}
