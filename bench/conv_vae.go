package bench

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/nn"
	"github.com/reverie-rl/reverie/optim"
)

// ConvVAE is one step of an autoencoder of 64 images of 64 × 64 × 3: the encoder and the decoder of
// PlaNet and Dreamer at depth 16 around 64 latent numbers, squared error, Adam.
func ConvVAE(workers *grad.Workers) (Work, error) {
	random := rand.New(rand.NewPCG(1, 1))
	encoder, decoder := nn.NewConvEncoder(64, 3, 16, random), nn.NewConvDecoder(64, 64, 3, 16, random)
	latent := nn.NewLinear(512, 64, nn.GlorotUniform, random)
	adam := optim.NewAdam(grad.TreeOf([]any{encoder, latent, decoder}), 3e-4)
	program, err := grad.Trace(func(t *grad.Tracer) {
		images := t.Input("images", 64, 64, 64, 3)
		made := decoder.Apply(latent.Apply(encoder.Apply(images)))
		loss := made.Sub(images).Square().Sum(1, 2, 3).Mean()
		adam.Minimise(t, loss, 0)
		t.Output("loss", loss)
	})
	if err != nil {
		return Work{}, err
	}
	step, err := grad.Compile(program, workers)
	if err != nil {
		return Work{}, err
	}
	for i := range step.Input("images") {
		step.Input("images")[i] = random.Float32()
	}
	return run(step), nil
}
