package nn_test

import (
	"testing"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/grad/gradtest"
	"github.com/reverie-rl/reverie/nn"
)

// Every block agrees with PyTorch in its output, its gradients and ten steps of training.
func TestBlocksAgreeWithStoredNumbers(t *testing.T) {
	gru, normGRU, lstm := nn.NewGRU(3, 4, source()), nn.NewNormGRU(3, 4, source()), nn.NewLSTM(3, 4, source())
	layerNorm, rmsNorm, residual := nn.NewLayerNorm(5), nn.NewRMSNorm(5), nn.NewResidualMLP(3, source())
	attention, transformer := nn.NewAttention(4, 2, source()), nn.NewTransformerBlock(4, 2, source())
	conv := nn.NewConv(2, 3, grad.Window{Height: 3, Width: 2, Stride: 2, Padding: 1}, nn.NormalFanIn(1), source())
	convTranspose := nn.NewConvTranspose(3, 2, grad.Window{Height: 3, Width: 2, Stride: 2, Padding: 1}, nn.NormalFanIn(1), source())
	type inputs = map[string]*grad.Value
	for name, block := range map[string]struct {
		network any
		apply   func(in inputs) *grad.Value
	}{
		"gru":      {gru, func(in inputs) *grad.Value { return gru.Step(in["x"], in["state"]) }},
		"norm_gru": {normGRU, func(in inputs) *grad.Value { return normGRU.Step(in["x"], in["state"]) }},
		"lstm": {lstm, func(in inputs) *grad.Value {
			state := lstm.Step(in["x"], nn.LSTMState{Hidden: in["hidden"], Cell: in["cell"]})
			return state.Hidden.Concat(1, state.Cell)
		}},
		"conv":           {conv, func(in inputs) *grad.Value { return conv.Apply(in["x"]) }},
		"conv_transpose": {convTranspose, func(in inputs) *grad.Value { return convTranspose.Apply(in["x"]) }},
		"layer_norm":     {layerNorm, func(in inputs) *grad.Value { return layerNorm.Apply(in["x"]) }},
		"rms_norm":       {rmsNorm, func(in inputs) *grad.Value { return rmsNorm.Apply(in["x"]) }},
		"residual_mlp":   {residual, func(in inputs) *grad.Value { return residual.Apply(in["x"]) }},
		"attention":      {attention, func(in inputs) *grad.Value { return attention.Apply(in["x"], nn.CausalMask(3)) }},
		"transformer":    {transformer, func(in inputs) *grad.Value { return transformer.Apply(in["x"], nn.CausalMask(3)) }},
	} {
		t.Run(name, func(t *testing.T) {
			gradtest.Stored(t, "testdata/stored.json", name, grad.TreeOf(block.network), block.apply)
		})
	}
}
