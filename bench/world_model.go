package bench

import (
	"math/rand/v2"

	"github.com/reverie-rl/reverie/grad"
	"github.com/reverie-rl/reverie/optim"
	"github.com/reverie-rl/reverie/world"
)

// Sizes of RSSMWorldModel.
const (
	modelBatch, modelLength = 32, 50
	modelUnits              = 200 // of every layer and of the deterministic state
	modelLatents            = 30
)

// newWorldModel makes a model of vectors.
func newWorldModel(random *rand.Rand) world.Model {
	sizes := world.RSSMSizes{Action: vectors.Action, Embedding: modelUnits, Deterministic: modelUnits, Hidden: modelUnits}
	recurrent := world.NewRSSM(sizes, world.Gaussian{Numbers: modelLatents, MinimumDeviation: 0.1}, false, random)
	features := recurrent.FeatureSize()
	return world.Model{
		Encoder: world.VectorEncoder{Network: world.NewNetwork([]int{vectors.Observation, modelUnits, modelUnits}, 1, random)},
		RSSM:    recurrent,
		Decoder: world.VectorDecoder{Network: world.NewNetwork([]int{features, modelUnits, modelUnits, vectors.Observation}, 1, random)},
		Reward:  world.NewScalar(features, []int{modelUnits, modelUnits}, nil, random),
	}
}

// fit is the model's evidence bound with 3 nats for free, on windows that are inputs.
func fit(t *grad.Tracer, model world.Model) *grad.Value {
	all := func(x float64) *grad.Value { return t.Value(grad.Scalar(x)).Broadcast(modelLength, modelBatch) }
	s := world.Sequence{
		Observation: t.Input("observations", modelLength, modelBatch, vectors.Observation),
		Action:      t.Input("actions", modelLength, modelBatch, vectors.Action),
		Reward:      t.Input("rewards", modelLength, modelBatch),
		First:       all(0), Known: all(1), Arrival: all(1),
	}
	weights := world.Weights{Observation: 1, Reward: 1, Divergence: world.Divergence{Dynamics: 1, Representation: 1, FreeNats: 3, FreeOnAverage: true}}
	return model.Fit(t, s, model.Filter(t, s, model.RSSM.Latent().Noise(t, 1, modelLength, modelBatch)), weights).Loss
}

// RSSMWorldModel is one update of a recurrent state-space model of vectors: batch 32, length 50, 24
// observations, 6 actions, 30 stochastic and 200 deterministic units, layers of 200, Adam.
func RSSMWorldModel(workers *grad.Workers) (Work, error) {
	model := newWorldModel(rand.New(rand.NewPCG(1, 1)))
	adam := optim.NewAdam(grad.TreeOf(model), 6e-4)
	program, err := grad.Trace(func(t *grad.Tracer) {
		loss := fit(t, model)
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
	fillNormal(rand.New(rand.NewPCG(2, 2)), step.Input("observations"), step.Input("actions"), step.Input("rewards"))
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
