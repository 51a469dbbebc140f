package bench

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/world"
)

// Sizes of the world models.
const (
	modelUnits   = 200 // of every layer and of the deterministic state
	modelLatents = 30
	pixelDepth   = 16 // of the convolutions of PixelWorldModel
)

// windows are those that a world model learns from in an update.
type windows struct{ batch, length int }

// newModel makes a model that observes so many numbers, and a picture with so many channels.
func newModel(numbers, channels int) world.Model {
	return world.NewModel(world.Architecture{
		Observation: numbers, Side: 64, Channels: channels, Action: vectors.Action,
		Latent: world.Gaussian{Numbers: modelLatents, MinimumDeviation: 0.1}, Deterministic: modelUnits, Hidden: modelUnits,
		Layers: []int{modelUnits, modelUnits}, Depth: pixelDepth,
	}, rand.New(rand.NewPCG(1, 1)))
}

// fit is the model's evidence bound with 3 nats for free, on windows that are inputs.
func (w windows) fit(t *grad.Tracer, model world.Model, observations *grad.Value) *grad.Value {
	all := func(x float64) *grad.Value { return t.Value(grad.Scalar(x)).Broadcast(w.length, w.batch) }
	s := world.Sequence{
		Observation: observations,
		Action:      t.Input("actions", w.length, w.batch, vectors.Action),
		Reward:      t.Input("rewards", w.length, w.batch),
		First:       all(0), Known: all(1), Arrival: all(1),
	}
	weights := world.Weights{Observation: 1, Reward: 1, Divergence: world.Divergence{Dynamics: 1, Representation: 1, FreeNats: 3, FreeOnAverage: true}}
	return model.Fit(t, s, model.Filter(t, s, model.RSSM.Latent().Noise(t, 1, w.length, w.batch)), weights).Loss
}

// update compiles an update of a model from the observations that observe declares.
func (w windows) update(model world.Model, workers *grad.Workers, observe func(t *grad.Tracer) *grad.Value) (*grad.Executable[float32], error) {
	adam := optim.NewAdam(grad.TreeOf(model), 6e-4)
	program, err := grad.Trace(func(t *grad.Tracer) {
		loss := w.fit(t, model, observe(t))
		adam.Minimise(t, loss, 0)
		t.Output("loss", loss)
	})
	if err != nil {
		return nil, err
	}
	step, err := grad.Compile(program, workers)
	if err != nil {
		return nil, err
	}
	fillNormal(rand.New(rand.NewPCG(2, 2)), step.Input("actions"), step.Input("rewards"))
	return step, nil
}

// RSSMWorldModel is one update of a recurrent state-space model of vectors: batch 32, length 50, 24
// observations, 6 actions, 30 stochastic and 200 deterministic units, layers of 200, Adam.
func RSSMWorldModel(workers *grad.Workers) (Work, error) {
	w := windows{batch: 32, length: 50}
	step, err := w.update(newModel(vectors.Observation, 0), workers, func(t *grad.Tracer) *grad.Value {
		return t.Input("observations", w.length, w.batch, vectors.Observation)
	})
	if err != nil {
		return Work{}, err
	}
	fillNormal(rand.New(rand.NewPCG(3, 3)), step.Input("observations"))
	return counted(step), nil
}

// PixelWorldModel is the same of pictures: batch 16, length 32, bytes of 64 × 64 × 3, the encoder and the
// decoder of PlaNet and Dreamer at depth 16 in place of layers.
func PixelWorldModel(workers *grad.Workers) (Work, error) {
	w := windows{batch: 16, length: 32}
	step, err := w.update(newModel(0, 3), workers, func(t *grad.Tracer) *grad.Value {
		pixels := t.Bytes("pictures", w.length, w.batch, 64*64*3)
		return pixels.Mul(grad.Scalar(1.0 / 255)).Sub(grad.Scalar(0.5))
	})
	if err != nil {
		return Work{}, err
	}
	random := rand.New(rand.NewPCG(3, 3))
	for i := range step.Bytes("pictures") {
		step.Bytes("pictures")[i] = byte(random.Uint32())
	}
	return counted(step), nil
}

// counted runs step with other random numbers each time.
func counted(step *grad.Executable[float32]) Work {
	count := uint64(0)
	return Work{func() error {
		count++
		step.Seed(1, count)
		step.Run()
		return nil
	}, []*grad.Executable[float32]{step}}
}
