package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/reverie-rl/reverie/nn"
)

// Gates that forget over times between 1 step and a span are open by 1/2 to 1 - 1/span, in the mean of many.
func TestRememberFor(t *testing.T) {
	const size, span = 200, 50
	random := rand.New(rand.NewPCG(1, 1))
	lstm, gru := nn.NewLSTM(1, size, random), nn.NewGRU(1, size, random)
	lstm.RememberFor(span, random)
	gru.RememberFor(span, random)
	for name, biases := range map[string][]float32{
		"LSTM": lstm.Input.Bias.Data[size : 2*size], "GRU": gru.Input.Bias.Data[size : 2*size],
	} {
		mean := 0.0
		for _, bias := range biases {
			steps := 1 + math.Exp(float64(bias)) // 1 / (1 - sigmoid(bias))
			if steps < 2 || steps > span+1e-3 {
				t.Fatalf("%s: a cell forgets over %v steps", name, steps)
			}
			mean += steps / size
		}
		if math.Abs(mean-(2+span)/2.0) > 4 {
			t.Errorf("%s: cells forget over %v steps in the mean, want %v", name, mean, (2+span)/2.0)
		}
	}
	for i, bias := range lstm.Input.Bias.Data[:size] {
		if bias != -lstm.Input.Bias.Data[size+i] {
			t.Fatal("what is kept for long is not let in slowly")
		}
	}
}
